package routes

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

const longMain = `package main

import "net/http"

func main() {
	http.HandleFunc("/first", h)
	for i := 0; i < 4000; i++ {
		_ = i * i
	}
	http.HandleFunc("/last", h)
}

func h(w http.ResponseWriter, r *http.Request) {}
`

func TestBudgetIsReported(t *testing.T) {
	p := loadFixture(t, &txtar.Archive{Files: []txtar.File{{Name: "main.go", Data: []byte(longMain)}}})
	table, err := Extract(t.Context(), p, Options{Steps: 2000})
	if err != nil {
		t.Fatal(err)
	}
	got := show(table)
	if want := "evaluating app.main stopped after 2000 steps"; !strings.HasPrefix(table.Incomplete, want) {
		t.Errorf("incomplete because %q, want %q", table.Incomplete, want)
	}
	want := "* /first main.go:6 main.h\nnote evaluating app.main stopped after 2000 steps; routes that it registers later are not known\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestLongClientBesideServer: a program that registers nothing may be left early
// without any doubt about the routes of another.
func TestLongClientBesideServer(t *testing.T) {
	p := loadFixture(t, &txtar.Archive{Files: []txtar.File{
		{Name: "cmd/client/main.go", Data: []byte("package main\n\nfunc main() {\n\tfor i := 0; i < 4000; i++ {\n\t\t_ = i * i\n\t}\n}\n")},
		{Name: "cmd/server/main.go", Data: []byte("package main\n\nimport \"net/http\"\n\nfunc main() { http.HandleFunc(\"/first\", nil) }\n")},
	}})
	table, err := Extract(t.Context(), p, Options{Steps: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Notes) == 0 || table.Incomplete != "" || len(table.Routes) != 1 {
		t.Errorf("notes %q, incomplete because %q, %d routes; want a note, no doubt, one route", table.Notes, table.Incomplete, len(table.Routes))
	}
}

func TestCancelledContext(t *testing.T) {
	p := loadFixture(t, &txtar.Archive{Files: []txtar.File{{Name: "main.go", Data: []byte(longMain)}}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Extract(ctx, p, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// TestChain: the calls from main to a registration, outermost first.
func TestChain(t *testing.T) {
	src := `package main

import "net/http"

func main() { setup(http.DefaultServeMux) }

func setup(mux *http.ServeMux) {
	users(mux)
}

func users(mux *http.ServeMux) {
	mux.HandleFunc("GET /users", func(w http.ResponseWriter, r *http.Request) {})
}
`
	p := loadFixture(t, &txtar.Archive{Files: []txtar.File{{Name: "main.go", Data: []byte(src)}}})
	table, err := Extract(t.Context(), p, Options{})
	if err != nil || len(table.Routes) != 1 {
		t.Fatalf("%d routes, %v", len(table.Routes), err)
	}
	var got []string
	for _, c := range table.Routes[0].Chain {
		got = append(got, c.Position.String()+" "+c.Message)
	}
	want := "main.go:5 main.main calls main.setup|main.go:8 main.setup calls main.users"
	if strings.Join(got, "|") != want {
		t.Errorf("chain %q, want %q", strings.Join(got, "|"), want)
	}
}

func TestServes(t *testing.T) {
	for _, tt := range []struct {
		route  Route
		method string
		want   bool
	}{
		{Route{Method: "GET"}, "GET", true},
		{Route{Method: "GET"}, "HEAD", false},
		{Route{Method: "GET", HeadForGet: true}, "HEAD", true},
		{Route{Method: "POST", HeadForGet: true}, "HEAD", false},
		{Route{Method: "*"}, "DELETE", true},
	} {
		if got := tt.route.Serves(tt.method); got != tt.want {
			t.Errorf("%s route serves %s: %v, want %v", tt.route.Method, tt.method, got, tt.want)
		}
	}
}
