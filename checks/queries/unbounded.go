package queries

import (
	"fmt"
	"go/types"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleUnbounded: a list that is as long as its table.
var RuleUnbounded = rule.Rule{
	ID:       "select-unbounded",
	Title:    "a request lists every row of a table that requests add to",
	Section:  rule.DataAccess,
	Supports: []rule.Section{rule.Performance, rule.Performant},
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 2, True: 2},
	Why:      "The answer, the memory and the time that it takes grow with the table, until a single request is enough to take the service down.",
	Fix:      "Give the query a LIMIT and let clients ask for the next page, or filter by what belongs to the caller.",
	Limits: "Judged are queries that handlers reach and whose rows fill a slice: constant SQL, and chains of gorm, xorm and bun on a handle that nothing was added to. A finding has no filter, no limit and no grouping, " +
		"and code that handlers reach inserts into the same table. Undecided are filters (how many rows they leave is not known), tables that nobody was seen to insert into or that stay small by their name, " +
		"joins, WITH, and text or chains that are put together at run time. Calls of ent and of squirrel are not judged by their methods.",
	Example: unboundedExample,
}

const unboundedExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/main.go --
package main

import (
	"database/sql"
	"encoding/json"
	"log"
	"net/http"
	"os"
)

type server struct{ db *sql.DB }

func main() {
	db, err := sql.Open("postgres", os.Getenv("DSN"))
	if err != nil {
		log.Fatal(err)
	}
	s := server{db}
	http.HandleFunc("GET /orders", s.list)
	http.HandleFunc("POST /orders", s.create)
	log.Fatal(http.ListenAndServe(":8080", nil))
}

func (s server) list(w http.ResponseWriter, r *http.Request) {
	names, err := s.names()
	if err != nil {
		http.Error(w, "orders cannot be listed", http.StatusInternalServerError)
		return
	}
	json.NewEncoder(w).Encode(names)
}

func (s server) create(w http.ResponseWriter, r *http.Request) {
	if _, err := s.db.ExecContext(r.Context(), "INSERT INTO orders (name) VALUES ($1)", r.FormValue("name")); err != nil {
		http.Error(w, "order cannot be saved", http.StatusInternalServerError)
	}
}

func (s server) names() ([]string, error) {
	rows, err := s.db.Query("SELECT name FROM orders ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/main.go --
package main

import (
	"database/sql"
	"encoding/json"
	"log"
	"net/http"
	"os"
)

type server struct{ db *sql.DB }

func main() {
	db, err := sql.Open("postgres", os.Getenv("DSN"))
	if err != nil {
		log.Fatal(err)
	}
	s := server{db}
	http.HandleFunc("GET /orders", s.list)
	http.HandleFunc("POST /orders", s.create)
	log.Fatal(http.ListenAndServe(":8080", nil))
}

func (s server) list(w http.ResponseWriter, r *http.Request) {
	names, err := s.names()
	if err != nil {
		http.Error(w, "orders cannot be listed", http.StatusInternalServerError)
		return
	}
	json.NewEncoder(w).Encode(names)
}

func (s server) create(w http.ResponseWriter, r *http.Request) {
	if _, err := s.db.ExecContext(r.Context(), "INSERT INTO orders (name) VALUES ($1)", r.FormValue("name")); err != nil {
		http.Error(w, "order cannot be saved", http.StatusInternalServerError)
	}
}

func (s server) names() ([]string, error) {
	rows, err := s.db.Query("SELECT name FROM orders ORDER BY name LIMIT 100")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
`

// extent is what is known of how many rows a list has.
type extent struct {
	// bounded lists have a limit, or one row.
	bounded bool
	// whole is the table or type whose rows are all listed.
	whole string
	// reason says why neither is known.
	reason string
}

func (a *audit) unbounded() report.Criterion {
	t := report.Examine(RuleUnbounded)
	onPath := requestPath(a.Repo)
	grown := map[string]report.Position{}
	for _, q := range a.queries {
		if table := insertedInto(q.text); table != "" && onPath[q.in] && !grown[table].IsValid() {
			grown[table] = q.Position
		}
	}
	for _, q := range a.all {
		switch {
		case !q.rows || !onPath[q.in]:
		case q.text == "":
			t.Undecided("some lists are queried with text that is put together at run time", report.Related{Position: q.Position, Message: "the text is put together here"})
		case !q.lists:
			t.Undecided("what becomes of the rows of some queries is not known", report.Related{Position: q.Position, Message: "the rows are not gathered in a slice that the function returns"})
		default:
			judgeExtent(t, q, extentOf(q.text), grown)
		}
	}
	lists, created := a.builderLists(onPath)
	for _, l := range lists {
		judgeExtent(t, l.query, l.extent, created)
	}
	if reason, evidence := a.generated(); reason != "" && t.Examined() == 0 {
		t.Undecided(reason, evidence)
	}
	return t.Criterion("no query that handlers reach was found to list rows")
}

// judgeExtent reports a list of a whole table that requests add to.
func judgeExtent(t *report.Tally, q query, e extent, grown map[string]report.Position) {
	insert, grows := grown[e.whole]
	switch {
	case e.bounded:
		t.Pass()
	case e.whole == "":
		if e.reason != "" {
			t.Undecided(e.reason, report.Related{Position: q.Position, Message: "this list was not decided"})
		}
	case !grows || small.MatchString(e.whole):
		t.Undecided("whether some tables that are listed as a whole grow is not known", report.Related{Position: q.Position, Message: "lists all of " + e.whole})
	default:
		t.Fail(report.Finding{Position: q.Position, Anchor: q.function + ":" + e.whole,
			Message: fmt.Sprintf("%s lists every %s, and requests add to them (%s); give the query a limit and let clients ask for pages", q.function, describe(e.whole), insert),
			Related: []report.Related{{Position: insert, Message: "requests add to " + e.whole + " here"}}})
	}
}

// describe says "row of orders" for a table, "shop.Order" for a type.
func describe(whole string) string {
	if strings.Contains(whole, ".") {
		return whole
	}
	return "row of " + whole
}

// requestPath are the functions that handlers can come to.
func requestPath(r *check.Repo) map[*types.Func]bool {
	on := map[*types.Func]bool{}
	if r.Routes == nil {
		return on
	}
	graph, seen := reach.Of(r.Program), map[string]bool{}
	for _, route := range r.Routes.Routes {
		key := reach.HandlerKey(route.Handler)
		if seen[key] {
			continue
		}
		seen[key] = true
		if route.Handler.Func != nil {
			on[route.Handler.Func.Origin()] = true
		}
		if reached := graph.FromHandler(route.Handler); reached != nil {
			for _, u := range reached.Uses {
				on[u.Func] = true
			}
		}
	}
	return on
}

// insertedInto is the table that a statement adds a row to, in lower case.
func insertedInto(text string) string {
	for _, st := range sql.Split(text, sql.Unknown, 1).Statements {
		if st.First() != "INSERT" {
			continue
		}
		for i, t := range st.Tokens {
			if t.Is("INTO") {
				s, _ := sourceAt(st.Tokens, i+1)
				if s.table == "" { // INSERT INTO orders (id, ...)
					s.table = lastName(st.Tokens[i+1:])
				}
				return strings.ToLower(s.table)
			}
		}
	}
	return ""
}

// lastName is the name at the head of the tokens, without its schema.
func lastName(tokens []sql.Token) string {
	c, _ := columnAt(tokens)
	return c.name
}

// aggregates answer with one row where nothing is grouped.
var aggregates = regexp.MustCompile(`(?i)^(count|sum|min|max|avg|total|every|bool_and|bool_or|array_agg|string_agg|group_concat|json_agg|jsonb_agg|json_group_array)$`)

// Reasons for which the length of a list is not known.
const (
	filtered        = "how many rows the conditions of some lists leave is not known"
	joinedOrGrouped = "some lists join, group or combine, so that how long they get is not known"
	notPlain        = "some lists come from WITH, RETURNING or several statements, which are not taken apart"
)

// extentOf judges constant SQL.
func extentOf(text string) extent {
	statements := sql.Split(text, sql.Unknown, 1).Statements
	if len(statements) != 1 || statements[0].First() != "SELECT" {
		return extent{reason: notPlain}
	}
	tokens := outer(statements[0].Tokens)
	for i, t := range tokens {
		if t.Is("LIMIT") || t.Is("FETCH") || t.Is("TOP") && i == 1 {
			return extent{bounded: true}
		}
	}
	tables, ok := tablesIn(tokens)
	switch {
	case ok && len(tables) == 0, aggregateOnly(tokens):
		return extent{bounded: true}
	case !ok || len(tables) != 1 || has(tokens, "JOIN") || has(tokens, "GROUP") || has(tokens, "DISTINCT") || has(tokens, "HAVING"):
		return extent{reason: joinedOrGrouped}
	case has(tokens, "WHERE"):
		return extent{reason: filtered}
	}
	return extent{whole: strings.ToLower(tables[0].table)}
}

func has(tokens []sql.Token, word string) bool {
	for _, t := range tokens {
		if t.Is(word) {
			return true
		}
	}
	return false
}

// aggregateOnly reports whether every item that is selected is an aggregate and
// nothing is grouped.
func aggregateOnly(tokens []sql.Token) bool {
	if has(tokens, "GROUP") || has(tokens, "OVER") {
		return false
	}
	from := len(tokens)
	for i, t := range tokens {
		if t.Is("FROM") {
			from = i
			break
		}
	}
	for _, item := range sql.Items(tokens[1:from]) {
		if len(item) < 2 || !aggregates.MatchString(item[0].Text) || !item[1].IsSymbol("(") {
			return false
		}
	}
	return from > 1
}
