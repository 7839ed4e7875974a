package auth_test

import (
	"context"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/auth"
	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const source = `
-- main.go --
package main

import (
	"errors"
	"net/http"
)

func main() {}

func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Header.Get("Authorization") != "admin" && r.Method == "DELETE" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("session"); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func list(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200) }

var errForbidden, errMissing = errors.New("forbidden"), errors.New("missing")

func fail(w http.ResponseWriter, err error) { w.WriteHeader(statusOf(err)) }

func statusOf(err error) int {
	switch {
	case errors.Is(err, errForbidden):
		return http.StatusForbidden
	case errors.Is(err, errMissing):
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

type finder interface{ Find(string) error }

var store finder

type shelf struct{}

var hidden map[string]bool

func (shelf) Find(name string) error {
	if hidden[name] {
		return errors.Join(errForbidden, errMissing)
	}
	return nil
}

var plain interface{ Look(string) error }

// look answers with the ladder of fail, but nothing that it calls is forbidden.
func look(w http.ResponseWriter, r *http.Request) {
	if err := plain.Look(r.URL.Path); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(200)
}

func find(w http.ResponseWriter, r *http.Request) {
	if err := store.Find(r.URL.Path); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(200)
}

type malformed struct{ error }

// admins hands an error to a ladder that asks an open question first.
func admins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Role") != "admin" {
			answer(w, errForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// odd answers through the same ladder before.
func odd(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := plain.Look(r.URL.Path); err != nil {
			answer(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, err error) {
	var bad *malformed
	if errors.As(err, &bad) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		return
	}
	w.WriteHeader(statusOf(err))
}

var rows interface{ Scan(...any) error }

// owned compares what two scans of several values each filled.
func owned(w http.ResponseWriter, r *http.Request) {
	var text string
	var owner, caller int
	if rows.Scan(&text, &owner) != nil || rows.Scan(&caller, &text) != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if owner != caller {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	w.WriteHeader(200)
}

func refresh(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie("refresh"); err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.WriteHeader(200)
}
`

var (
	bearer = []spec.Requirement{{"bearerAuth": nil}}
	scoped = []spec.Requirement{{"bearerAuth": {"books:write"}}}
	maybe  = []spec.Requirement{{"bearerAuth": nil}, {}}
	named  = []spec.Requirement{{"OptionalBearer": nil}}
)

type endpoint struct {
	name     string
	security []spec.Requirement
	chain    []string
}

func repo(t *testing.T, schemes bool, endpoints ...endpoint) *check.Repo {
	t.Helper()
	p := fixture.Load(t, source)
	d := &spec.Document{Path: "openapi.yaml", BasePaths: []string{""}, Pos: report.Position{File: "openapi.yaml", Line: 1}}
	if schemes {
		d.SecuritySchemes = map[string]spec.SecurityScheme{"bearerAuth": {Type: "http", Scheme: "bearer"}}
	}
	m := &matrix.Matrix{Used: []*spec.Document{d}}
	for i, e := range endpoints {
		r := fixture.Route(t, p, e.name, e.chain...)
		op := &spec.Operation{Method: r.Method, Path: r.Path, Security: e.security, Pos: report.Position{File: "openapi.yaml", Line: 10 + i}}
		d.Operations = append(d.Operations, op)
		m.Endpoints = append(m.Endpoints, &matrix.Endpoint{Operation: op, Document: d, Route: r, Status: report.Implemented})
	}
	return &check.Repo{Program: p, Matrix: m, Progress: func(string) {}}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		endpoint
		facet    report.Facet
		outcome  report.Outcome
		mentions string
	}{
		{endpoint{"GET /a", bearer, []string{"main.guard", "main.list"}}, report.FacetOK, report.Pass, ""},
		{endpoint{"GET /b", bearer, []string{"main.list"}}, report.FacetMismatch, report.Fail, "GET /b requires bearerAuth, but a request without credentials reaches main.list"},
		{endpoint{"GET /c", nil, []string{"main.list"}}, report.FacetOK, report.Pass, ""},
		{endpoint{"GET /d", nil, []string{"main.guard", "main.list"}}, report.FacetMismatch, report.Fail, "GET /d is public in the document, but main.guard answers 401"},
		{endpoint{"GET /e", maybe, []string{"main.list"}}, report.FacetOK, report.Pass, ""},
		{endpoint{"GET /f", named, []string{"main.list"}}, report.FacetOK, report.Pass, ""},
		{endpoint{"POST /refresh", nil, []string{"main.refresh"}}, report.FacetInconclusive, report.Inconclusive, "cookie refresh"},
	} {
		r := repo(t, true, c.endpoint)
		cs, err := auth.Check.Run(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		got := cs[0]
		if got.Rule.ID != "endpoint-unprotected" || got.Outcome != c.outcome {
			t.Errorf("%s: %s is %s, want %s (%+v)", c.name, got.Rule.ID, got.Outcome, c.outcome, got)
			continue
		}
		if f := r.Matrix.Endpoints[0].Auth; f != c.facet {
			t.Errorf("%s: facet %q, want %q", c.name, f, c.facet)
		}
		text := got.Reason
		for _, f := range got.Findings {
			text += f.Message
			if f.Position != r.Matrix.Endpoints[0].Route.Pos || f.Endpoint != c.name {
				t.Errorf("%s: finding at %s about %s", c.name, f.Position, f.Endpoint)
			}
		}
		if !strings.Contains(text, c.mentions) {
			t.Errorf("%s: %q does not mention %q", c.name, text, c.mentions)
		}
	}
}

func TestCheck_Scopes(t *testing.T) {
	r := repo(t, true,
		endpoint{"DELETE /a", scoped, []string{"main.guard", "main.list"}},
		endpoint{"DELETE /b", scoped, []string{"main.signedIn", "main.list"}})
	cs, err := auth.Check.Run(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	got := cs[1]
	if got.Outcome != report.Partial || got.Satisfied != 1 || len(got.Findings) != 1 {
		t.Fatalf("authorization-missing: %+v, want 1 of 2", got)
	}
	if want := "DELETE /b requires books:write, but nothing on the way to main.list answers 403"; !strings.HasPrefix(got.Findings[0].Message, want) {
		t.Errorf("message %q, want %q", got.Findings[0].Message, want)
	}
}

// TestCheck_ScopesThroughLadder: a middleware that itself raises the error of the
// rung checks permissions, whatever else the ladder asks.
func TestCheck_ScopesThroughLadder(t *testing.T) {
	cs, err := auth.Check.Run(context.Background(), repo(t, true, endpoint{"DELETE /a", scoped, []string{"main.signedIn", "main.odd", "main.admins", "main.list"}}))
	if err != nil {
		t.Fatal(err)
	}
	if got := cs[1]; got.Outcome != report.Pass || got.Satisfied != 1 {
		t.Errorf("authorization-missing: %+v, want a pass", got)
	}
}

// TestCheck_ScopesPerhaps: what an error helper may answer proves no check.
func TestCheck_ScopesPerhaps(t *testing.T) {
	cs, err := auth.Check.Run(context.Background(), repo(t, true, endpoint{"DELETE /a", scoped, []string{"main.signedIn", "main.find"}}))
	if err != nil {
		t.Fatal(err)
	}
	if got := cs[1]; got.Outcome != report.Inconclusive || !strings.Contains(got.Reason, "answers 403 or another status") {
		t.Errorf("authorization-missing: %+v, want inconclusive", got)
	}
}

// TestCheck_ScopesOfNobody: a ladder that knows 403 proves no check where nothing
// on the way gives it the error.
func TestCheck_ScopesOfNobody(t *testing.T) {
	cs, err := auth.Check.Run(context.Background(), repo(t, true, endpoint{"DELETE /a", scoped, []string{"main.signedIn", "main.look"}}))
	if err != nil {
		t.Fatal(err)
	}
	if got := cs[1]; got.Outcome != report.Fail || len(got.Findings) != 1 {
		t.Errorf("authorization-missing: %+v, want one finding", got)
	}
}

// TestCheck_RefusalDocumented: a 403 that only some secured operations document
// has to be answered.
func TestCheck_RefusalDocumented(t *testing.T) {
	for _, c := range []struct {
		chain    []string
		everyone bool // documents 403
		want     report.Outcome
	}{
		{[]string{"main.guard", "main.list"}, false, report.Pass},
		{[]string{"main.signedIn", "main.list"}, false, report.Fail},
		{[]string{"main.signedIn", "main.look"}, false, report.Fail},
		{[]string{"main.signedIn", "main.owned"}, false, report.Pass},
		{[]string{"main.signedIn", "main.find"}, false, report.Inconclusive},
		{[]string{"main.signedIn", "main.list"}, true, report.NotApplicable},
	} {
		r := repo(t, true, endpoint{"DELETE /a", bearer, c.chain}, endpoint{"GET /b", bearer, []string{"main.signedIn", "main.list"}})
		for i, e := range r.Matrix.Endpoints {
			e.Document = r.Matrix.Used[0]
			if i == 0 || c.everyone {
				e.Operation.Responses = []spec.Response{{Status: "200"}, {Status: "403"}}
			}
		}
		cs, err := auth.Check.Run(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if got := cs[1]; got.Outcome != c.want {
			t.Errorf("%v, everyone %t: %s, want %s (%+v)", c.chain, c.everyone, got.Outcome, c.want, got)
		}
		if c.want == report.Fail && (r.Matrix.Endpoints[0].Auth != report.FacetMismatch ||
			!strings.HasPrefix(cs[1].Findings[0].Message, "DELETE /a documents 403, but nothing on the way to main.")) {
			t.Errorf("%v: facet %s, %+v", c.chain, r.Matrix.Endpoints[0].Auth, cs[1].Findings)
		}
	}
}

// TestCheck_ExplicitRequirement: an operation that asks for credentials itself
// means it, whatever its path; the default of the document may be an oversight.
func TestCheck_ExplicitRequirement(t *testing.T) {
	for _, c := range []struct {
		name     string
		explicit bool
		refusal  string
		want     report.Facet
	}{
		{"POST /users/login", false, "", report.FacetInconclusive},
		{"POST /users/login", true, "", report.FacetMismatch},
		{"POST /logout", false, "", report.FacetInconclusive},
		{"POST /logout", false, "401", report.FacetMismatch},
	} {
		r := repo(t, true, endpoint{"GET /books", bearer, []string{"main.guard", "main.list"}}, endpoint{c.name, bearer, []string{"main.list"}})
		for i, e := range r.Matrix.Endpoints {
			e.Document = r.Matrix.Used[0]
			e.Operation.SecurityPos = report.Position{File: "openapi.yaml", Line: 90}
			if c.explicit && i == 1 {
				e.Operation.SecurityPos.Line = 12
			}
			if i == 1 && c.refusal != "" {
				e.Operation.Responses = []spec.Response{{Status: c.refusal}}
			}
		}
		if _, err := auth.Check.Run(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		if got := r.Matrix.Endpoints[1].Auth; got != c.want {
			t.Errorf("%s, explicit %t, %s documented: %s, want %s", c.name, c.explicit, c.refusal, got, c.want)
		}
	}
}

// TestCheck_NoSecurityDeclared: a document that does not speak of security calls
// every operation public; guards in the code are one finding then.
func TestCheck_NoSecurityDeclared(t *testing.T) {
	open := endpoint{"GET /a", nil, []string{"main.list"}}
	guarded := endpoint{"GET /b", nil, []string{"main.guard", "main.list"}}
	for _, c := range []struct {
		endpoints []endpoint
		want      report.Outcome
		message   string
	}{
		{[]endpoint{open}, report.NotApplicable, ""},
		{[]endpoint{open, guarded}, report.Partial, "the document declares no security, but 1 of 2 operations refuse requests without credentials, such as GET /b (main.guard)"},
		{[]endpoint{guarded}, report.Fail, "1 of 1 operations"},
	} {
		r := repo(t, false, c.endpoints...)
		cs, err := auth.Check.Run(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		got := cs[0]
		if got.Outcome != c.want || len(got.Findings) != min(len(c.message), 1) || c.message != "" && !strings.Contains(got.Findings[0].Message, c.message) {
			t.Errorf("%v: %s is %s %v, want %s %q", c.endpoints, got.Rule.ID, got.Outcome, got.Findings, c.want, c.message)
		}
		if c.message != "" && (len(got.Findings[0].Related) == 0 || r.Matrix.Endpoints[len(c.endpoints)-1].Auth != report.FacetMismatch) {
			t.Errorf("%v: no evidence, or the facet is not a mismatch", c.endpoints)
		}
		if cs[1].Outcome != report.NotApplicable || cs[1].Reason == "" || len(cs[1].Evidence) == 0 {
			t.Errorf("%v: %s is %s (%q), want not applicable with reason and evidence", c.endpoints, cs[1].Rule.ID, cs[1].Outcome, cs[1].Reason)
		}
	}
}

// TestCheck_NotAHole: what need not be a hole is no finding.
func TestCheck_NotAHole(t *testing.T) {
	key := []spec.Requirement{{"gateKey": nil}}
	guarded := endpoint{"GET /books", bearer, []string{"main.guard", "main.list"}}
	for _, c := range []struct {
		endpoint
		mentions string
	}{
		{endpoint{"POST /users/login", bearer, []string{"main.list"}}, "declare security: []"},
		{endpoint{"GET /shelves", key, []string{"main.list"}}, "no code of this module looks at header X-Gate-Key"},
	} {
		r := repo(t, true, guarded, c.endpoint)
		r.Matrix.Used[0].SecuritySchemes["gateKey"] = spec.SecurityScheme{Type: "apiKey", In: "header", Name: "X-Gate-Key"}
		for _, e := range r.Matrix.Endpoints {
			e.Document = r.Matrix.Used[0]
		}
		cs, err := auth.Check.Run(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if got := cs[0]; len(got.Findings) != 0 || got.Satisfied != 1 || !strings.Contains(got.Reason, c.mentions) {
			t.Errorf("%s: %+v, want undecided because %q", c.name, got, c.mentions)
		}
	}
	alone := repo(t, true, endpoint{"GET /shelves", key, []string{"main.list"}})
	alone.Matrix.Used[0].SecuritySchemes["gateKey"] = spec.SecurityScheme{Type: "apiKey", In: "header", Name: "X-Gate-Key"}
	if cs, err := auth.Check.Run(context.Background(), alone); err != nil || len(cs[0].Findings) != 1 {
		t.Errorf("server without any guard: %+v, %v, want one finding", cs, err)
	}
}

// TestCheck_TwoServers: one of two routes of an operation is guarded.
func TestCheck_TwoServers(t *testing.T) {
	r := repo(t, true, endpoint{"GET /a", bearer, []string{"main.list"}}, endpoint{"GET /a", bearer, []string{"main.guard", "main.list"}})
	e := r.Matrix.Endpoints[0]
	e.Routes = append(e.Routes, e.Route, r.Matrix.Endpoints[1].Route)
	r.Matrix.Endpoints = r.Matrix.Endpoints[:1]
	cs, err := auth.Check.Run(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got := cs[0]; got.Outcome != report.Inconclusive || !strings.Contains(got.Reason, "guarded by main.guard") {
		t.Errorf("%+v, want inconclusive", got)
	}
}

// TestCheck_UnseenRouter: what stands before the routes of a router that came
// ready made is not known; a guard behind it is.
func TestCheck_UnseenRouter(t *testing.T) {
	for _, c := range []struct {
		endpoint
		facet    report.Facet
		mentions string
	}{
		{endpoint{"GET /a", bearer, []string{"main.list"}}, report.FacetInconclusive, "GET /a: the router r comes from code that was not followed; what middleware it has is not known"},
		{endpoint{"GET /b", nil, []string{"main.list"}}, report.FacetInconclusive, "what middleware it has is not known"},
		{endpoint{"GET /c", bearer, []string{"main.guard", "main.list"}}, report.FacetOK, ""},
		{endpoint{"GET /d", scoped, []string{"main.signedIn", "main.list"}}, report.FacetOK, ""},
	} {
		r := repo(t, true, c.endpoint)
		r.Matrix.Endpoints[0].Route.Unseen = "the router r comes from code that was not followed"
		cs, err := auth.Check.Run(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if f := r.Matrix.Endpoints[0].Auth; f != c.facet || len(cs[0].Findings)+len(cs[1].Findings) != 0 || !strings.Contains(cs[0].Reason, c.mentions) {
			t.Errorf("%s: facet %q, %+v, want %q because %q", c.name, f, cs, c.facet, c.mentions)
		}
	}
}

func TestRules(t *testing.T) {
	for _, r := range auth.Check.Rules {
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	}
}
