package endpoints_test

import (
	"context"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/endpoints"
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
)

func main() {}

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
		"main.skipped": report.Implemented, // says which requests a middleware leaves alone
		"main.failed":  report.Implemented, // the callback of a library's middleware
	} {
		r := fixture.Route(t, p, "GET /a", middleware, "main.list")
		op := &spec.Operation{Method: "GET", Path: "/a", Pos: report.Position{File: "openapi.yaml", Line: 7}}
		d := &spec.Document{Path: "openapi.yaml", Operations: []*spec.Operation{op}}
		m := &matrix.Matrix{Used: []*spec.Document{d}, Endpoints: []*matrix.Endpoint{{Operation: op, Document: d, Route: r, Status: report.Implemented}}}
		repo := &check.Repo{Program: p, Matrix: m, Routes: &routes.Table{Routes: []*routes.Route{r}}, ModuleDir: ".", Progress: func(string) {}}
		criteria, err := endpoints.Check.Run(context.Background(), repo)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Endpoints[0].Status; got != want {
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
