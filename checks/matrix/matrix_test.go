package matrix

import (
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// doc makes a document from "METHOD /path" lines.
func doc(path string, bases []string, ops ...string) *spec.Document {
	d := &spec.Document{Path: path, Version: "3.0.3", BasePaths: bases}
	for i, o := range ops {
		method, p, _ := strings.Cut(o, " ")
		d.Operations = append(d.Operations, &spec.Operation{Method: method, Path: p, Pos: report.Position{File: path, Line: i + 1}})
	}
	return d
}

// table makes routes from "METHOD /path" lines; "~" marks an unknown prefix.
func table(rs ...string) *routes.Table {
	t := &routes.Table{Routers: []string{"chi"}}
	for i, s := range rs {
		method, p, _ := strings.Cut(s, " ")
		suffix, unknown := strings.CutPrefix(p, "~")
		t.Routes = append(t.Routes, &routes.Route{
			Method: method, Path: suffix, Pattern: p, PrefixUnknown: unknown, Reached: true, HeadForGet: true,
			Pos: report.Position{File: "main.go", Line: i + 1},
		})
	}
	return t
}

// statuses renders rows as "METHOD /path status".
func statuses(m *Matrix) string {
	var lines []string
	for _, e := range m.Endpoints {
		lines = append(lines, e.Name()+" "+string(e.Status))
	}
	return strings.Join(lines, "\n")
}

func TestBuild_Statuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		doc    *spec.Document
		routes *routes.Table
		want   string
	}{
		{"names of parameters do not matter",
			doc("a.yaml", []string{""}, "GET /users/{id}"), table("GET /users/{userID}"),
			"GET /users/{id} implemented"},
		{"declared base path",
			doc("a.yaml", []string{"/v1"}, "GET /users"), table("GET /v1/users"),
			"GET /users implemented"},
		{"mount point found from the routes",
			doc("a.yaml", []string{"/v2"}, "GET /users", "POST /users"), table("GET /api/users", "POST /api/users"),
			"GET /users implemented\nPOST /users implemented"},
		{"another method is missing and the route undocumented",
			doc("a.yaml", []string{""}, "POST /users"), table("GET /users"),
			"POST /users missing\nGET /users undocumented"},
		{"a literal on a parameter is not the operation",
			doc("a.yaml", []string{""}, "GET /users/{id}", "GET /users/me"), table("GET /users/{id}"),
			"GET /users/{id} implemented\nGET /users/me inconclusive"},
		{"regular expressions limit",
			doc("a.yaml", []string{""}, "GET /users/{id}", "GET /users/me"), table("GET /users/{id:[0-9]+}"),
			"GET /users/{id} implemented\nGET /users/me missing"},
		{"a slash inside a regular expression does not split",
			doc("a.yaml", []string{""}, "GET /go/{path}"), table("GET /go/{path:a/b|c}"),
			"GET /go/{path} implemented"},
		{"a catch-all answers one parameter",
			doc("a.yaml", []string{""}, "GET /files/{path}"), table("GET /files/{path...}"),
			"GET /files/{path} implemented"},
		{"any method",
			doc("a.yaml", []string{""}, "DELETE /users"), table("* /users"),
			"DELETE /users implemented"},
		{"values listed by an expression",
			doc("a.yaml", []string{""}, "POST /plan/soc", "POST /plan/time"), table("POST /plan/{type:(?:soc|energy)}"),
			"POST /plan/soc implemented\nPOST /plan/time missing"},
		{"HEAD is served by GET and not an undocumented route",
			doc("a.yaml", []string{""}, "HEAD /users"), table("GET /users", "HEAD /users"),
			"HEAD /users implemented"},
		{"trailing slash",
			doc("a.yaml", []string{""}, "GET /users/"), table("GET /users"),
			"GET /users/ implemented"},
		{"unknown prefix matches by the end",
			doc("a.yaml", []string{""}, "GET /users/{id}"), table("GET ~/users/{id}"),
			"GET /users/{id} implemented"},
		{"a bare parameter with unknown prefix proves nothing",
			doc("a.yaml", []string{""}, "GET /users/{id}"), table("GET ~/{id}"),
			"GET /users/{id} missing\nGET /{id} undocumented"},
		{"mixed segments",
			doc("a.yaml", []string{""}, "GET /report/{id}.{format}"), table("GET /report/{a}.{b}"),
			"GET /report/{id}.{format} implemented"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := Build([]*spec.Document{tc.doc}, tc.routes, nil, Options{})
			if got := statuses(m); got != tc.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tc.want)
			}
		})
	}
}

func TestBuild_UnresolvedMakesMissingInconclusive(t *testing.T) {
	rt := table("GET /users")
	rt.Unresolved = []routes.Unresolved{{
		Position: report.Position{File: "r.go", Line: 9}, Method: "POST", Prefix: "/admin", Reason: "path comes from a database", Reached: true,
	}}
	m := Build([]*spec.Document{doc("a.yaml", []string{""}, "GET /users", "POST /admin/x", "POST /users", "GET /admin/x")}, rt, nil, Options{})
	want := "GET /users implemented\nPOST /admin/x inconclusive\nPOST /users missing\nGET /admin/x missing"
	if got := statuses(m); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := m.Endpoints[1].Reason; !strings.Contains(got, "r.go:9") || !strings.Contains(got, "database") {
		t.Errorf("reason %q names neither place nor cause", got)
	}
}

func TestBuild_ForeignRouterIsDoubtedByName(t *testing.T) {
	rt := table("GET /v1/users")
	rt.Unresolved = []routes.Unresolved{
		{Position: report.Position{File: "r.go", Line: 9}, By: "rest.NewHealth", Reason: "made elsewhere", Reached: true},
		{Position: report.Position{File: "r.go", Line: 10}, By: "x.Register", Prefix: "/v1/admin", Reason: "given away", Reached: true},
		{Position: report.Position{File: "t.go", Line: 11}, Reason: "in a function that main does not reach"},
	}
	m := Build([]*spec.Document{doc("a.yaml", []string{""}, "GET /v1/users", "GET /v1/health", "GET /v1/orders", "GET /v1/admin/x")}, rt, nil, Options{})
	want := "GET /v1/users implemented\nGET /v1/health inconclusive\nGET /v1/orders missing\nGET /v1/admin/x inconclusive"
	if got := statuses(m); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestBuild_OpaqueSubtreeIsInconclusive(t *testing.T) {
	rt := table("* /api/{rest...}")
	rt.Routes[0].Opaque = true
	rt.Routes[0].Handler.Name = "httputil.ReverseProxy"
	m := Build([]*spec.Document{doc("a.yaml", []string{"/api"}, "GET /users/x")}, rt, nil, Options{})
	if e := m.Endpoints[0]; e.Status != report.EndpointUnclear || !strings.Contains(e.Reason, "httputil.ReverseProxy") {
		t.Errorf("%s: %s", e.Status, e.Reason)
	}
}

func TestBuild_NothingServedIsDoubted(t *testing.T) {
	m := Build([]*spec.Document{doc("a.yaml", []string{""}, "GET /users", "POST /users", "GET /orders")}, table("GET /metrics"), nil, Options{})
	for _, e := range m.Endpoints[:3] {
		if e.Status != report.EndpointUnclear || !strings.Contains(e.Reason, "none of the 3 operations of a.yaml") {
			t.Errorf("%s is %s: %s", e.Name(), e.Status, e.Reason)
		}
	}
}

func TestBuild_IncompleteTableLeavesNothingMissing(t *testing.T) {
	rt := table("GET /users")
	rt.Incomplete = "evaluating main.main stopped after 10 steps"
	m := Build([]*spec.Document{doc("a.yaml", []string{""}, "GET /users", "POST /users")}, rt, nil, Options{})
	if got, want := statuses(m), "GET /users implemented\nPOST /users inconclusive"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestBuild_NearestRoutes(t *testing.T) {
	m := Build([]*spec.Document{doc("a.yaml", []string{""}, "POST /reauthenticate", "GET /saml/metadata", "GET /other")},
		table("GET /reauthenticate", "GET /sso/saml/metadata"), nil, Options{})
	for i, want := range []string{"GET /reauthenticate (main.go:1)", "GET /sso/saml/metadata (main.go:2)", ""} {
		if got := strings.Join(m.Endpoints[i].Nearest, ", "); got != want {
			t.Errorf("%s: nearest %q, want %q", m.Endpoints[i].Name(), got, want)
		}
	}
}

// Routes that share the base path only are not near.
func TestBuild_NearestRoutesBelowABasePath(t *testing.T) {
	m := Build([]*spec.Document{doc("a.yaml", []string{"/api"}, "GET /users", "GET /team", "GET /registry")},
		table("GET /api/users", "GET /api/teams"), nil, Options{})
	for i, want := range []string{"", "GET /api/teams (main.go:2)", ""} {
		if got := strings.Join(m.Endpoints[i].Nearest, ", "); got != want {
			t.Errorf("%s: nearest %q, want %q", m.Endpoints[i].Name(), got, want)
		}
	}
}

func TestBuild_ChoosesTheServersDocument(t *testing.T) {
	remote := doc("client/remote.yaml", []string{""}, "GET /invoices", "GET /customers/{id}", "POST /charges")
	own := doc("api/openapi.yaml", []string{"/v1"}, "GET /users", "GET /users/{id}")
	twin := doc("docs/swagger.json", []string{"/v1"}, "GET /users", "GET /users/{id}")
	admin := doc("api/admin.yaml", []string{"/v1"}, "DELETE /users/{id}")
	empty := doc("api/schemas.yaml", []string{""})
	m := Build([]*spec.Document{remote, own, twin, admin, empty},
		table("GET /v1/users", "GET /v1/users/{id}", "DELETE /v1/users/{id}"), nil, Options{})
	got := map[string]string{}
	for _, s := range m.Specs {
		got[s.Path] = s.Reason
		if want := s.Path == own.Path || s.Path == admin.Path; s.Used != want {
			t.Errorf("%s used = %t: %s", s.Path, s.Used, s.Reason)
		}
	}
	for path, want := range map[string]string{
		"client/remote.yaml": "describes something else: 0 of 3 operations match a route",
		"docs/swagger.json":  "same operations as api/openapi.yaml",
		"api/schemas.yaml":   "describes no operation",
	} {
		if got[path] != want {
			t.Errorf("%s: reason %q, want %q", path, got[path], want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, s := range []string{"/users/{id}", "/a/{b:[0-9]+}/c", "/{x...}", "/{a}.{b}", "{", "}", "/{a:{}/", "//", "/{x:(}"} {
		f.Add(s, "/users/1")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := splitPath(a), splitPath(b)
		if f := match(x, y); f < noFit || f > exact {
			t.Errorf("match(%q, %q) = %d", a, b, f)
		}
		if len(literals(x)) == len(x) && match(x, x) != exact {
			t.Errorf("%q does not match itself", a)
		}
	})
}
