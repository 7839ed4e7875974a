package matrix

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
)

// A parameter's route serves a documented literal where its handler tells the
// value apart, be it in code or in a variable that the code uses.
func TestBuild_LiteralsThatAHandlerKnows(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/bar\n\ngo 1.26\n",
		"main.go": `package main

import "net/http"

var ranges = map[string]int{"today": 1, "week": 7}

func main() {
	http.HandleFunc("GET /bar/{range}", bar)
	http.HandleFunc("GET /item/{id}", item)
	http.ListenAndServe(":80", nil)
}

func bar(w http.ResponseWriter, r *http.Request) {
	if _, ok := days(r.PathValue("range")); !ok {
		w.WriteHeader(404)
	}
}

func days(s string) (int, bool) { n, ok := ranges[s]; return n, ok }

func item(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.PathValue("id"))) }
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := load.Load(t.Context(), load.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	table, err := routes.Extract(t.Context(), p, routes.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := Build([]*spec.Document{doc("a.yaml", []string{""}, "GET /bar/today", "GET /bar/month", "GET /item/today")}, table, p, Options{})
	want := "GET /bar/today implemented\nGET /bar/month missing\nGET /item/today missing\nGET /item/{id} undocumented"
	if got := statuses(m); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
