package inputs_test

import (
	"context"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/inputs"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const hooks = `
-- main.go --
package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
)

func main() {}

type hook struct {
	Target string ` + "`json:\"target\" binding:\"oneof=a b\"`" + `
}

var wider = map[string]int{"a": 1, "b": 2, "c": 3}

func twice(c *gin.Context) {
	var h hook
	if err := c.ShouldBindJSON(&h); err != nil {
		c.JSON(400, gin.H{"error": "bad"})
		return
	}
	n, ok := wider[h.Target]
	if !ok {
		c.JSON(400, gin.H{"error": "bad"})
		return
	}
	c.JSON(200, gin.H{"n": n})
}

type pair struct{ target, method string }

var pairs = map[pair]string{{"a", "POST"}: "x", {"b", "GET"}: "y"}

func paired(w http.ResponseWriter, r *http.Request) {
	var h plain
	if json.NewDecoder(r.Body).Decode(&h) != nil {
		http.Error(w, "bad", 400)
		return
	}
	id, found := pairs[pair{h.Target, r.Method}]
	if !found {
		http.Error(w, "bad", 400)
		return
	}
	json.NewEncoder(w).Encode(id)
}

type plain struct {
	Target string ` + "`json:\"target\"`" + `
}

func called(w http.ResponseWriter, r *http.Request) {
	var h plain
	if json.NewDecoder(r.Body).Decode(&h) != nil {
		http.Error(w, "bad", 400)
		return
	}
	req, err := http.NewRequest("POST", h.Target, r.Body)
	if err != nil {
		http.Error(w, "bad", 400)
		return
	}
	http.DefaultClient.Do(req)
	w.WriteHeader(204)
}

type filter struct{ Order string }

func GetUsers(f filter) ([]string, error) {
	rows, err := db.Query("select name from users order by name " + f.Order)
	if err != nil {
		return nil, err
	}
	return nil, rows.Close()
}

type store interface {
	GetUser(order string) (string, error)
}

var users store

func listed(w http.ResponseWriter, r *http.Request) {
	all, err := GetUsers(filter{Order: r.URL.Query().Get("order")})
	if err != nil {
		http.Error(w, "bad", 500)
		return
	}
	json.NewEncoder(w).Encode(all)
}

func found(w http.ResponseWriter, r *http.Request) {
	one, err := users.GetUser(r.URL.Query().Get("order"))
	if errors.Is(err, sql.ErrNoRows) {
		http.Error(w, "none", 404)
		return
	}
	json.NewEncoder(w).Encode(one)
}

type connection interface {
	Query(query string, args ...any) (*sql.Rows, error)
}

type queries struct{ db connection }

func (q *queries) list(owner, order *string) error {
	rows, err := q.db.Query("select name from hooks where owner = ? order by ?", owner, order)
	if err != nil {
		return err
	}
	return rows.Close()
}

func pointer(r *http.Request, name string) *string {
	v := r.URL.Query().Get(name)
	if v == "" {
		return nil
	}
	return &v
}

var stored queries

func pointed(w http.ResponseWriter, r *http.Request) {
	owner := "me"
	if err := stored.list(&owner, pointer(r, "order")); err != nil {
		http.Error(w, "bad", 500)
		return
	}
	w.WriteHeader(204)
}

func numbered(w http.ResponseWriter, r *http.Request) {
	db.Exec("delete from hooks where id = ?", r.PathValue("id"))
	w.WriteHeader(204)
}

var db *sql.DB
`

// TestConstraints_Narrow: several sets let through what all of them have, making
// a request judges its address, a list is no look-up of what is in its filter,
// what is part of a key has to be one of those that are known, and a route's own pattern is validation.
func TestConstraints_Narrow(t *testing.T) {
	p := fixture.Load(t, hooks)
	text := func(s spec.Schema) *spec.Schema { s.Types = []string{"string"}; return &s }
	target := func(s spec.Schema) spec.Operation {
		return spec.Operation{Body: &spec.Body{Content: []spec.Media{{Type: "application/json", Schema: &spec.Schema{
			Types: []string{"object"}, Properties: []spec.Property{{Name: "target", Schema: text(s)}}}}}}}
	}
	order := spec.Operation{Parameters: []spec.Parameter{{Name: "order", In: "query", Required: true, Schema: text(spec.Schema{Enum: []string{`"asc"`, `"desc"`}})}}}
	id := spec.Operation{Parameters: []spec.Parameter{{Name: "id", In: "path", Schema: text(spec.Schema{Pattern: "^[0-9]+$"})}}}
	for _, c := range []struct {
		name, handler string
		op            spec.Operation
		want          report.Facet
		findings      int
	}{
		{"POST /hooks", "main.twice", target(spec.Schema{Enum: []string{`"a"`, `"b"`}}), report.FacetOK, 0},
		{"POST /hooks", "main.twice", target(spec.Schema{Enum: []string{`"a"`}}), report.FacetMismatch, 1},
		{"POST /hooks", "main.called", target(spec.Schema{Format: "uri"}), report.FacetOK, 0},
		{"POST /hooks", "main.paired", target(spec.Schema{Enum: []string{`"a"`, `"b"`}}), report.FacetInconclusive, 0},
		{"GET /users", "main.listed", order, report.FacetAbsent, 0},        // input-unvalidated has it
		{"GET /users", "main.pointed", order, report.FacetInconclusive, 1}, // required: an empty one is taken for none
		{"GET /users", "main.found", order, report.FacetInconclusive, 0},
	} {
		e, cs := inputsOf(t, p, c.name, c.handler, c.op)
		if len(e.Evidence[report.ValidationFacet]) == 0 || e.Evidence[report.ValidationFacet][0].State != c.want || len(cs[1].Findings) != c.findings {
			t.Errorf("%s: %+v, %d findings; want %s, %d", c.handler, e.Evidence[report.ValidationFacet], len(cs[1].Findings), c.want, c.findings)
		}
	}
	for path, want := range map[string]int{"DELETE /hooks/{id}": 1, "DELETE /hooks/{id:[0-9]+}": 0} {
		if _, cs := inputsOf(t, p, path, "main.numbered", id); len(cs[0].Findings) != want {
			t.Errorf("%s: %+v, want %d findings", path, cs[0].Findings, want)
		}
	}
}

// TestCheck_UnseenRouter: a router that came ready made may hold requests against
// the document.
func TestCheck_UnseenRouter(t *testing.T) {
	order := spec.Operation{Parameters: []spec.Parameter{{Name: "order", In: "query", Required: true, Schema: &spec.Schema{Types: []string{"string"}, Enum: []string{`"asc"`, `"desc"`}}}}}
	p := fixture.Load(t, hooks)
	r := fixture.Route(t, p, "GET /users", "main.listed")
	r.Unseen = "the router r comes from code that was not followed"
	e, cs := judgeRoute(t, p, r, order)
	if e.Validation != report.FacetInconclusive || e.Evidence[report.ValidationFacet][0].State != report.FacetInconclusive || len(cs[0].Findings)+len(cs[1].Findings) != 0 ||
		!strings.Contains(cs[0].Reason, r.Unseen+" and may hold requests against the document") {
		t.Errorf("%+v, %+v, want inconclusive", e, cs)
	}
}

func inputsOf(t *testing.T, p *load.Program, name, handler string, op spec.Operation) (*matrix.Endpoint, []report.Criterion) {
	t.Helper()
	return judgeRoute(t, p, fixture.Route(t, p, name, handler), op)
}

func judgeRoute(t *testing.T, p *load.Program, r *routes.Route, op spec.Operation) (*matrix.Endpoint, []report.Criterion) {
	t.Helper()
	op.Method, op.Path = r.Method, r.Path
	e := &matrix.Endpoint{Operation: &op, Document: &spec.Document{}, Route: r, Status: report.Implemented}
	cs, err := inputs.Check.Run(context.Background(), &check.Repo{Program: p, Matrix: &matrix.Matrix{Endpoints: []*matrix.Endpoint{e}}})
	if err != nil {
		t.Fatal(err)
	}
	return e, cs
}
