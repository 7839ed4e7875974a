package contracts_test

import (
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const roles = `
-- main.go --
package main

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

func main() {}

type role struct{ Name string }

var predefined = []role{{"admin"}, {"guest"}}

var added []role

type service struct {
	db   *sql.DB
	more []role
}

func (s *service) fixed() []role {
	all := make([]role, 0, len(predefined))
	for _, r := range predefined {
		all = append(all, role{r.Name})
	}
	return all
}

func (s *service) ofIDs(ids []string) []role { return s.rows("select name from roles where id in (?)", strings.Join(ids, ",")) }

func (s *service) rows(query string, args ...any) []role {
	all := []role{}
	rows, err := s.db.Query(query, args...)
	if err != nil {
		return all
	}
	for rows.Next() {
		var r role
		rows.Scan(&r.Name)
		all = append(all, r)
	}
	return all
}

type handler struct{ roles *service }

func (h *handler) fixed(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode(h.roles.fixed()) }

func (h *handler) literal(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode([]string{"a", "b"}) }

func (h *handler) growing(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode(added) }

func (h *handler) kept(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode(h.roles.more) }

func (h *handler) stored(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode(h.roles.rows("select name from roles")) }

func (h *handler) one(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode(h.roles.rows("select name from roles")[0]) }

func (h *handler) asked(w http.ResponseWriter, r *http.Request) {
	ids := strings.Split(r.URL.Query().Get("roleIDs"), ",")
	if len(ids) > 25 {
		http.Error(w, "too many", 400)
		return
	}
	json.NewEncoder(w).Encode(h.roles.ofIDs(ids))
}

type params struct{ Page, Limit *int }

func (p *params) read(r *http.Request) error {
	if s := r.URL.Query().Get("page"); s != "" {
		page, err := strconv.Atoi(s)
		if err != nil {
			return err
		}
		p.Page = &page
	}
	return nil
}

func (p *params) complete() {
	if p.Page == nil {
		page := 1
		p.Page = &page
	}
}

func (h *handler) paged(w http.ResponseWriter, r *http.Request) {
	var p params
	if err := p.read(r); err != nil {
		http.Error(w, "bad", 400)
		return
	}
	p.complete()
	json.NewEncoder(w).Encode(h.roles.rows("select name from roles limit 10 offset ?", (*p.Page-1)*10))
}
`

// TestLists: a list is bounded by what stands in the code, by what is asked for,
// and by a page that gets to the query by whatever way.
func TestLists(t *testing.T) {
	p := fixture.Load(t, roles)
	op := spec.Operation{Responses: answers("200", &spec.Schema{Types: []string{"array"}, Items: object(nil)})}
	for handler, want := range map[string]report.Outcome{
		"fixed": report.NotApplicable, "literal": report.NotApplicable, "one": report.NotApplicable,
		"growing": report.Fail, "kept": report.Fail, "stored": report.Fail,
		"asked": report.Inconclusive, "paged": report.Pass,
	} {
		if c := criterion(t, repo(t, p, endpoint{"GET /roles", op, []string{"(*main.handler)." + handler}}), "list-unpaginated"); c.Outcome != want {
			t.Errorf("%s: %s (%s), want %s", handler, c.Outcome, c.Reason, want)
		}
	}
}
