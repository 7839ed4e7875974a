package contracts_test

import (
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/report"
)

const sharedHelpers = `
-- main.go --
package main

import "net/http"

func main() {}

func client(r *http.Request) string { return r.Header.Get("X-Client") }

func counted(w http.ResponseWriter, r *http.Request) {
	println(client(r))
	w.WriteHeader(204)
}

func own(w http.ResponseWriter, r *http.Request) {
	println(r.Header.Get("X-Client"))
	w.WriteHeader(204)
}
`

// TestParameters_HeaderOfHelper: what a helper reads for the log is not part of
// each operation; what the handler reads is.
func TestParameters_HeaderOfHelper(t *testing.T) {
	p := fixture.Load(t, sharedHelpers)
	for name, want := range map[string]int{"main.counted": 0, "main.own": 1} {
		c := criterion(t, repo(t, p, endpoint{name: "GET /a", chain: []string{name}}), "parameter-mismatch")
		if len(c.Findings) != want {
			t.Errorf("%s: %+v, want %d findings", name, c.Findings, want)
		}
	}
}

// TestParameters_HeaderOfOwnMiddleware: a header that a middleware sets on the
// request is not the client's; one set on an answer is.
func TestParameters_HeaderOfOwnMiddleware(t *testing.T) {
	const source = `
-- main.go --
package main

import "net/http"

func main() {}

func signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("user", "ann")
		w.Header().Set("X-Tenant", "1")
		next.ServeHTTP(w, r)
	})
}

func ofUser(w http.ResponseWriter, r *http.Request) {
	println(r.Header.Get("User"))
	w.WriteHeader(204)
}

func ofTenant(w http.ResponseWriter, r *http.Request) {
	println(r.Header.Get("X-Tenant"))
	w.WriteHeader(204)
}
`
	p := fixture.Load(t, source)
	for name, want := range map[string]int{"main.ofUser": 0, "main.ofTenant": 1} {
		c := criterion(t, repo(t, p, endpoint{name: "GET /a", chain: []string{name}}), "parameter-mismatch")
		if len(c.Findings) != want {
			t.Errorf("%s: %+v, want %d findings", name, c.Findings, want)
		}
	}
}

// TestErrorResponses_OneFindingPerForm: a helper's form is one finding with its
// places.
func TestErrorResponses_OneFindingPerForm(t *testing.T) {
	p := fixture.Load(t, errorAnswers+`
func text(w http.ResponseWriter, code int) { http.Error(w, "no", code) }

func many(w http.ResponseWriter, r *http.Request) {
	switch r.PathValue("id") {
	case "a":
		text(w, 400)
		return
	case "b":
		text(w, 409)
		return
	}
	w.WriteHeader(204)
}

func more(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") == "" {
		fail(w, 400, "no id")
		return
	}
	w.WriteHeader(204)
}
`)
	c := criterion(t, repo(t, p,
		endpoint{name: "GET /a", chain: []string{"main.list"}}, endpoint{name: "PUT /a/{id}", chain: []string{"main.put"}},
		endpoint{name: "POST /b", chain: []string{"main.more"}}, endpoint{name: "POST /a", chain: []string{"main.many"}}), "error-response-inconsistent")
	if len(c.Findings) != 1 || c.Outcome == report.Pass || len(c.Findings[0].Related) < 2 {
		t.Fatalf("%+v, want one finding with its places", c.Findings)
	}
}
