package endpoints_test

import (
	"context"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/endpoints"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const chains = `
-- main.go --
package main

import (
	"net"
	"net/http"

	"example.org/tracing"
)

func main() {}

type front struct{ mux *tracing.Mux }

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.mux.ServeHTTP(w, r) }

func byMethod(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		list(w, r)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func closed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) })
}

func sometimes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func elsewhere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { run(next, w, r) })
}

var run func(http.Handler, http.ResponseWriter, *http.Request)

func stripped(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.StripPrefix("/v1", next).ServeHTTP(w, r) })
}

type meter struct{ seen int }

func (m *meter) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.seen++
		http.Serve(hijacked(w), next) // a library runs it
	})
}

func hijacked(w http.ResponseWriter) net.Listener { return nil }

func skipped(w http.ResponseWriter, r *http.Request) bool { return r.URL.Path == "/live" }

func failed(r *http.Request, err error) {}

func list(w http.ResponseWriter, r *http.Request) { w.Write([]byte("[]")) }
`

// TestBlocked: no request gets to a handler behind a middleware that never goes
// on; one that goes on at times, or in a way that is not known, is no such.
func TestBlocked(t *testing.T) {
	p := fixture.Load(t, chains)
	for middleware, want := range map[string]report.EndpointStatus{
		"main.closed": report.Stub, "main.sometimes": report.Implemented, "main.elsewhere": report.Implemented, "main.stripped": report.Implemented, "(*main.meter).around": report.Implemented,
		"main.skipped":            report.Implemented, // says which requests a middleware leaves alone
		"main.failed":             report.Implemented, // the callback of a library's middleware
		"main.byMethod":           report.Implemented, // chooses the handler itself
		"(*main.front).ServeHTTP": report.Implemented, // a router of another module goes on
	} {
		r := fixture.Route(t, p, "GET /a", middleware, "main.list")
		op := &spec.Operation{Method: "GET", Path: "/a", Pos: report.Position{File: "openapi.yaml", Line: 7}}
		got, criteria := judged(t, p, r, op)
		if got != want {
			t.Errorf("%s: %s, want %s", middleware, got, want)
		}
		for _, c := range criteria {
			if c.Rule.ID != "endpoint-stub" || want != report.Stub {
				continue
			}
			const message = "GET /a never gets to main.list: its middleware main.closed ends every request and never calls the next handler"
			if len(c.Findings) != 1 || !strings.HasPrefix(c.Findings[0].Message, message) || c.Findings[0].File != "main.go" {
				t.Errorf("%s: %+v, want %q", middleware, c.Findings, message)
			}
		}
	}
}

// judged is the status of an operation that a route serves, and the criteria.
func judged(t *testing.T, p *load.Program, r *routes.Route, op *spec.Operation) (report.EndpointStatus, []report.Criterion) {
	t.Helper()
	d := &spec.Document{Path: "openapi.yaml", Operations: []*spec.Operation{op}}
	m := &matrix.Matrix{Used: []*spec.Document{d}, Endpoints: []*matrix.Endpoint{{Operation: op, Document: d, Route: r, Status: report.Implemented}}}
	repo := &check.Repo{Program: p, Matrix: m, Routes: &routes.Table{Routes: []*routes.Route{r}}, ModuleDir: ".", Progress: func(string) {}}
	criteria, err := endpoints.Check.Run(context.Background(), repo)
	if err != nil {
		t.Fatal(err)
	}
	return m.Endpoints[0].Status, criteria
}

const pretenders = `
-- main.go --
package main

import (
	"encoding/json"
	"log"
	"net/http"
)

func main() {}

var deleted int

func pretends(w http.ResponseWriter, r *http.Request) {
	log.Println("called")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	w.Write([]byte("{}"))
}

func silent(w http.ResponseWriter, r *http.Request) { log.Println("called") }

func counts(w http.ResponseWriter, r *http.Request) {
	deleted++
	w.WriteHeader(http.StatusNoContent)
}

func looks(w http.ResponseWriter, r *http.Request) {
	json.NewEncoder(w).Encode(map[string]string{"id": r.PathValue("id")})
}

func gone(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusGone) }
`

// TestPretends: a handler that looks at nothing, does nothing and answers every
// request alike is a stub where the operation is about one thing of many.
func TestPretends(t *testing.T) {
	p := fixture.Load(t, pretenders)
	for _, c := range []struct {
		handler, path string
		want          report.EndpointStatus
	}{
		{"main.pretends", "/a/{id}", report.Stub}, {"main.silent", "/a/{id}", report.Stub}, {"main.pretends", "/ping", report.Implemented},
		{"main.counts", "/a/{id}", report.Implemented}, {"main.looks", "/a/{id}", report.Implemented}, {"main.gone", "/a/{id}", report.Implemented},
	} {
		r := fixture.Route(t, p, "DELETE "+c.path, c.handler)
		op := &spec.Operation{Method: "DELETE", Path: c.path, Pos: report.Position{File: "openapi.yaml", Line: 7}}
		got, criteria := judged(t, p, r, op)
		if got != c.want {
			t.Errorf("%s %s: %s, want %s", c.handler, c.path, got, c.want)
		}
		for _, cr := range criteria {
			message := "DELETE " + c.path + " is routed to " + c.handler + ", which is a stub: it answers every request alike and looks at nothing"
			if cr.Rule.ID == "endpoint-stub" && c.want == report.Stub && (len(cr.Findings) != 1 || !strings.HasPrefix(cr.Findings[0].Message, message)) {
				t.Errorf("%s: %+v, want %q", c.handler, cr.Findings, message)
			}
		}
	}
}
