package endpoints

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
)

// repository loads the files of an archive and joins its openapi.yaml with its routes.
func repository(t *testing.T, archive string) *check.Repo {
	t.Helper()
	root := t.TempDir()
	for _, f := range txtar.Parse([]byte("-- go.mod --\nmodule example.com/shop\n\ngo 1.26\n" + archive)).Files {
		name := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := load.Load(t.Context(), load.Options{Dir: root})
	if err != nil {
		t.Fatal(err)
	}
	table, err := routes.Extract(t.Context(), p, routes.Options{})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := spec.Open(t.Context(), p.Root, "openapi.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	docs := []*spec.Document{doc}
	return &check.Repo{
		Files: os.DirFS(root), ModuleDir: ".", Program: p, Documents: docs, Routes: table, Progress: func(string) {},
		Matrix: matrix.Build(docs, table, p, matrix.Options{Named: true}),
	}
}

// verdicts is a line for each criterion and finding of the rules named.
func verdicts(t *testing.T, r *check.Repo, rules ...string) []string {
	t.Helper()
	criteria, err := Check.Run(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, id := range rules {
		for _, c := range criteria {
			if c.Rule.ID != id {
				continue
			}
			lines = append(lines, id+" "+c.Outcome.String())
			for _, f := range c.Findings {
				lines = append(lines, f.Position.String()+": "+f.Message)
			}
		}
	}
	return lines
}

const shop = `
-- openapi.yaml --
openapi: 3.0.3
info: {title: shop, version: "1"}
paths:
  /items:
    get:
      responses: {"200": {description: ok}}
-- main.go --
package main

import "net/http"

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items", items)
	mux.HandleFunc("GET /orders", items)
	http.ListenAndServe(":8080", mux)
}

func forgotten(mux *http.ServeMux) { mux.HandleFunc("GET /refunds", items) }

func items(w http.ResponseWriter, r *http.Request) { w.Write([]byte("[]")) }
`

func TestRoutesThatNothingServesAreReportedOnce(t *testing.T) {
	want := []string{
		"endpoint-undocumented partial",
		"main.go:8: GET /orders is served by main.items but not in the document; describe it or remove the route",
		"route-unreachable fail",
		"main.go:12: GET /refunds is registered in main.forgotten, which nothing calls; call it from main or delete it",
	}
	got := verdicts(t, repository(t, shop), "endpoint-undocumented", "route-unreachable")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Three operations below /api show where the API lies; the rest is no part of it.
func TestRoutesBeyondTheDocumentedPrefixAreLeftOut(t *testing.T) {
	r := repository(t, `
-- openapi.yaml --
openapi: 3.0.3
info: {title: shop, version: "1"}
paths:
  /api/items: {get: {responses: {"200": {description: ok}}}, post: {responses: {"200": {description: ok}}}}
  /api/items/{id}: {get: {responses: {"200": {description: ok}}}}
-- main.go --
package main

import "net/http"

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/items", items)
	mux.HandleFunc("POST /api/items", items)
	mux.HandleFunc("GET /api/items/{id}", items)
	mux.HandleFunc("GET /api/secrets", items)
	mux.HandleFunc("GET /admin/login", items)
	mux.HandleFunc("/_pprof/{any...}", items)
	mux.HandleFunc("GET /-/reload", items)
	http.ListenAndServe(":8080", mux)
}

func items(w http.ResponseWriter, r *http.Request) { w.Write([]byte("[]")) }
-- tools/fake/main.go --
package main

import "net/http"

func main() {
	http.HandleFunc("GET /api/fake", func(w http.ResponseWriter, r *http.Request) { w.Write(nil) })
	http.ListenAndServe(":8081", nil)
}
-- cmd/relay/main.go --
package main

import "net/http"

func main() {
	http.HandleFunc("GET /api/relay", func(w http.ResponseWriter, r *http.Request) { w.Write(nil) })
	http.ListenAndServe(":8082", nil)
}
`)
	criteria, err := Check.Run(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range criteria {
		if c.Rule.ID != Undocumented.ID {
			continue
		}
		for _, f := range c.Findings {
			got = append(got, f.Position.String()+": "+f.Message)
		}
		for _, e := range c.Evidence {
			got = append(got, e.Message)
		}
	}
	want := []string{
		"main.go:10: GET /api/secrets is served by main.items but not in the document; describe it or remove the route",
		"1 routes in examples, tools and tests are left out: the document does not speak of them",
		"1 routes of other programs are left out: the document does not speak of them",
		"1 routes outside /api are left out: the document does not speak of them",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRulesAreWellFormed(t *testing.T) {
	for _, r := range Check.Rules {
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	}
}
