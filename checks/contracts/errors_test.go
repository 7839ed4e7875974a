package contracts_test

import (
	"context"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/contracts"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const errorAnswers = `
-- main.go --
package main

import (
	"encoding/json"
	"net/http"
)

func main() {}

type problem struct {
	Error string ` + "`json:\"error\"`" + `
}

func fail(w http.ResponseWriter, code int, text string) { encode(w, code, problem{text}) }

func encode[T any](w http.ResponseWriter, code int, v T) {
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}

func list(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("q") == "" {
		fail(w, 400, "q is missing")
		return
	}
	if len(r.URL.Query().Get("q")) > 10 {
		fail(w, 422, "q is too long")
		return
	}
	encode(w, 200, []string{})
}

func get(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") == "" {
		http.Error(w, "no id", http.StatusNotFound)
		return
	}
	encode(w, 200, "")
}

func put(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") == "" {
		encode(w, 404, map[string]string{"error": "no id"})
		return
	}
	w.WriteHeader(204)
}
`

type endpoint struct {
	name  string
	op    spec.Operation
	chain []string
}

func repo(t *testing.T, p *load.Program, endpoints ...endpoint) *check.Repo {
	t.Helper()
	d := &spec.Document{Path: "openapi.yaml", BasePaths: []string{""}, Schemas: map[string]*spec.Schema{}}
	m := &matrix.Matrix{Used: []*spec.Document{d}}
	for i, e := range endpoints {
		r := fixture.Route(t, p, e.name, e.chain...)
		op := e.op
		op.Method, op.Path, op.Pos = r.Method, r.Path, report.Position{File: "openapi.yaml", Line: 10 + i}
		d.Operations = append(d.Operations, &op)
		m.Endpoints = append(m.Endpoints, &matrix.Endpoint{Operation: &op, Document: d, Route: r, Status: report.Implemented})
	}
	return &check.Repo{Program: p, Matrix: m, Progress: func(string) {}}
}

func criterion(t *testing.T, r *check.Repo, id string) report.Criterion {
	t.Helper()
	cs, err := contracts.Check.Run(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cs {
		if c.Rule.ID == id {
			return c
		}
	}
	t.Fatalf("no criterion for %s", id)
	return report.Criterion{}
}

func TestErrorResponses(t *testing.T) {
	r := repo(t, fixture.Load(t, errorAnswers),
		endpoint{name: "GET /a", chain: []string{"main.list"}},
		endpoint{name: "GET /a/{id}", chain: []string{"main.get"}},
		endpoint{name: "PUT /a/{id}", chain: []string{"main.put"}})
	c := criterion(t, r, "error-response-inconsistent")
	if c.Examined != 4 || c.Satisfied != 3 || len(c.Findings) != 1 {
		t.Fatalf("%+v, want 3 of 4", c)
	}
	f := c.Findings[0]
	if want := "GET /a/{id} answers 404 as text, but 3 of 4 error answers are JSON {error}"; !strings.HasPrefix(f.Message, want) {
		t.Errorf("message %q, want %q", f.Message, want)
	}
	if f.File != "main.go" || f.Line != 35 {
		t.Errorf("at %s, want main.go:35", f.Position)
	}
}

// TestErrorResponses_Form: what a client reads is the form, whatever else is
// there, and whoever wrote it.
func TestErrorResponses_Form(t *testing.T) {
	p := fixture.Load(t, errorAnswers+`
type wide struct {
	Error string `+"`json:\"error\"`"+`
	Hint  string `+"`json:\"hint,omitempty\"`"+`
	Data  any    `+"`json:\"data,omitempty\"`"+`
}

type other struct {
	Message string `+"`json:\"message\"`"+`
}

func more(w http.ResponseWriter, r *http.Request) { encode(w, 404, wide{Error: "no id"}) }

func hinted(w http.ResponseWriter, r *http.Request) { encode(w, 404, wide{Error: "no id", Hint: "a number"}) }

func written(w http.ResponseWriter, r *http.Request) { http.Error(w, "{\"error\": \"no id\"}", 404) }

func state(w http.ResponseWriter, r *http.Request) { encode(w, 503, map[string]string{"db": "down"}) }

func foreign(w http.ResponseWriter, r *http.Request) { encode(w, 404, other{"no id"}) }
`)
	list := endpoint{name: "GET /a", chain: []string{"main.list"}}
	for _, c := range []struct{ name, handler, want string }{
		{"GET /b", "main.more", ""},
		{"GET /b", "main.hinted", ""},
		{"GET /b", "main.written", ""},
		{"GET /ready", "main.state", ""},
		{"GET /b", "main.state", "GET /b answers 503 as JSON {db}, but 2 of 3 error answers are JSON {error}"},
		{"GET /b", "main.foreign", "GET /b answers 404 as JSON {message}, but 2 of 3 error answers are JSON {error}"},
	} {
		got := ""
		for _, f := range criterion(t, repo(t, p, list, endpoint{name: c.name, chain: []string{c.handler}}), "error-response-inconsistent").Findings {
			got += f.Message
		}
		if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", c.handler, got, c.want)
		}
	}
	// the usual form is the one without what is never set
	r := repo(t, p, endpoint{name: "GET /c", chain: []string{"main.more"}}, endpoint{name: "PUT /c", chain: []string{"main.put"}})
	if c := criterion(t, r, "error-response-inconsistent"); c.Satisfied != 2 || len(c.Findings) != 0 {
		t.Errorf("%+v, want 2 of 2", c)
	}
}

func TestRules(t *testing.T) {
	for _, r := range contracts.Check.Rules {
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	}
}
