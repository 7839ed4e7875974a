package routes

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// BenchmarkExtract evaluates a server of forty packages with ten routes each.
func BenchmarkExtract(b *testing.B) {
	p := loadFixture(b, manyRoutes(40, 10))
	for b.Loop() {
		table, err := Extract(b.Context(), p, Options{})
		if err != nil || len(table.Routes) != 400 {
			b.Fatalf("%d routes, %v", len(table.Routes), err)
		}
	}
}

func manyRoutes(packages, each int) *txtar.Archive {
	ar := &txtar.Archive{}
	var imports, calls strings.Builder
	for i := range packages {
		fmt.Fprintf(&imports, "\t\"example.com/app/p%d\"\n", i)
		fmt.Fprintf(&calls, "\tr.Route(\"/p%d\", p%d.Register)\n", i, i)
		var body strings.Builder
		for j := range each {
			fmt.Fprintf(&body, "\tr.With(guard).Get(fmt.Sprintf(\"/%%s/{id}\", names[%d]), h)\n", j)
		}
		ar.Files = append(ar.Files, txtar.File{Name: fmt.Sprintf("p%d/p.go", i), Data: fmt.Appendf(nil, `package p%d

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"
)

var names = []string{%s}

func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r) })
}

func h(w http.ResponseWriter, r *http.Request) {}

func Register(r chi.Router) {
%s}
`, i, quoted(each), body.String())})
	}
	ar.Files = append(ar.Files, txtar.File{Name: "main.go", Data: fmt.Appendf(nil, `package main

import (
	"net/http"

	"github.com/go-chi/chi/v5"

%s)

func main() {
	r := chi.NewRouter()
%s	http.ListenAndServe(":80", r)
}
`, imports.String(), calls.String())})
	return ar
}

func quoted(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%q", fmt.Sprint("n", i))
	}
	return strings.Join(names, ", ")
}
