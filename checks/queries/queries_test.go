package queries

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
)

// answers is a database that gives the same answer to every query.
type answers struct {
	check.Answer
	names map[string][]string
}

func (a answers) Resolve(context.Context, string) check.Answer { return a.Answer }
func (a answers) Names() map[string][]string                   { return a.names }

func schema(a check.Answer, doubt string) check.Schema {
	return check.Schema{
		Dir: "migrations", Dialect: "SQLite", Doubt: doubt, Complete: true,
		Tables: []check.Table{{Name: "orders", Position: report.Position{File: "migrations/1_orders.up.sql", Line: 1},
			Columns: []string{"id", "name", "paid"}, Booleans: []string{"paid"}, Indexes: [][]string{{"id"}}}},
		Database: answers{a, map[string][]string{"orders": {"id", "name", "paid"}}},
	}
}

const head = "-- go.mod --\nmodule example.com/shop\n\ngo 1.26\n-- store.go --\npackage shop\n\nimport \"database/sql\"\n\n"

func judged(t *testing.T, archive string, schemas ...check.Schema) map[string]report.Criterion {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := load.Load(t.Context(), load.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	r := &check.Repo{Files: os.DirFS(p.Root), ModuleDir: ".", Program: p, Schemas: schemas, Progress: func(string) {}}
	cs, err := Check.Run(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]report.Criterion{}
	for _, c := range cs {
		by[c.Rule.ID] = c
	}
	return by
}

func lines(c report.Criterion) []string {
	var out []string
	for _, f := range c.Findings {
		if f.Suppressed == nil {
			out = append(out, fmt.Sprintf("%s %s", f.Position, f.Message))
		}
	}
	return out
}

func TestMismatch(t *testing.T) {
	send := head + "func f(db *sql.DB) { db.Exec(\"UPDATE ordres SET nmae = ?\", 1) }\n"
	table, column := check.Answer{Missing: "ordres"}, check.Answer{Missing: "nmae", Table: "orders", Column: true}
	for _, tt := range []struct {
		name    string
		archive string
		schemas []check.Schema
		want    []string
		outcome report.Outcome
		reason  string
	}{
		{"a table", send, []check.Schema{schema(table, "")}, []string{"store.go:5 the query names table ordres, which the migrations in migrations do not create; nearest: orders"}, report.Fail, ""},
		{"a column", send, []check.Schema{schema(column, "")}, []string{"store.go:5 the query names column nmae of orders, which the migrations in migrations do not create; nearest: name"}, report.Fail, ""},
		{"another schema has it", send, []check.Schema{schema(table, ""), schema(check.Answer{}, "")}, nil, report.Pass, ""},
		{"something else makes tables", send, []check.Schema{schema(table, "AutoMigrate runs")}, nil, report.Inconclusive, "AutoMigrate runs"},
		{"another error", send, []check.Schema{schema(check.Answer{Reason: "no such function: now"}, "")}, nil, report.Inconclusive, "no such function: now"},
		{"a tool's own table", send, []check.Schema{schema(check.Answer{Missing: "schema_migrations"}, "")}, nil, report.Inconclusive, "made by a tool"},
		{"not executed", send, []check.Schema{{Dir: "migrations", Reason: "nothing was executed (--exec=false)"}}, nil, report.Inconclusive, "--exec=false"},
		{"no migrations", send, nil, nil, report.Inconclusive, "no migrations were found"},
		{"a temporary table", head + "func f(db *sql.DB) {\n\tdb.Exec(\"CREATE TEMP TABLE ordres (id int)\")\n\tdb.Exec(\"DELETE FROM ordres\")\n}\n", []check.Schema{schema(table, "")}, nil, report.Inconclusive, "by the code itself"},
		{"text put together", head + "func f(db *sql.DB, s string) {\n\tq := \"SELECT 1\"\n\tif s != \"\" {\n\t\tq += s\n\t}\n\tdb.Query(q)\n}\n", []check.Schema{schema(table, "")}, nil, report.Inconclusive, "1 statement is put together at run time"},
		{"a variable that is set once", head + "func f(db *sql.DB) {\n\tq := \"SELECT id FROM \" +\n\t\t\"ordres\"\n\tdb.Query(q)\n}\n", []check.Schema{schema(table, "")}, []string{"store.go:6 the query names table ordres, which the migrations in migrations do not create; nearest: orders"}, report.Fail, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := judged(t, tt.archive, tt.schemas...)[RuleMismatch.ID]
			if diff := cmp.Diff(tt.want, lines(c)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if c.Outcome != tt.outcome || !strings.Contains(c.Reason, tt.reason) {
				t.Errorf("got %s because %q, want %s because of %q", c.Outcome, c.Reason, tt.outcome, tt.reason)
			}
		})
	}
}

// TestNowhere: with a database that starts empty, a table that nothing in the
// repository creates is not there.
func TestNowhere(t *testing.T) {
	const driver = "-- go.mod --\nmodule example.com/shop\n\ngo 1.26\n-- store.go --\npackage shop\n\nimport (\n\t\"database/sql\"\n\n\t_ \"modernc.org/sqlite\"\n)\n\n"
	const send = "func f(db *sql.DB) { db.Exec(\"INSERT INTO orders (id) VALUES (1)\") }\n"
	const missing = "store.go:9 the query names table orders, which nothing in the repository creates: there is no migration, script or CREATE TABLE for it; add a migration"
	for _, tt := range []struct {
		name, archive string
		want          []string
	}{
		{"nothing creates it", driver + send, []string{missing}},
		{"a server may have it", head + send, nil},
		{"a statement creates it", driver + send + "func g(db *sql.DB) { db.Exec(\"CREATE TABLE IF NOT EXISTS orders (id int)\") }\n", nil},
		{"a text creates it", driver + send + "const tables = `create table Orders (id int)`\n", nil},
		{"a text creates some table", driver + send + "const tables = `CREATE TABLE %s (id int)`\n", nil},
		{"a script is there", driver + send + "-- schema.sql --\nSELECT 1;\n", nil},
		{"a database is there", driver + send + "-- shop.db --\n\n", nil},
		{"its own name", driver + "func f(db *sql.DB) { db.Query(\"WITH o AS (SELECT 1) SELECT * FROM o, json_each('[]')\") }\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := judged(t, tt.archive)[RuleMismatch.ID]
			if diff := cmp.Diff(tt.want, lines(c)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if len(tt.want) == 0 && c.Outcome != report.Inconclusive {
				t.Errorf("got %s (%s), want inconclusive", c.Outcome, c.Reason)
			}
		})
	}
}

func TestWrappersAreFollowedByShape(t *testing.T) {
	c := judged(t, head+`type store struct{ db *sql.DB }

func (s store) Query(text string, args ...any) (*sql.Rows, error) { return s.db.Query(text, args...) }

func all(db *sql.DB, n int, text string) { db.Exec(text, n) }

func script(db *sql.DB, b []byte) { db.Exec(string(b)) }

type cache struct{}

func (cache) Query(text string) error { return nil }

func f(s store, c cache) {
	s.Query("SELECT id FROM ordres")
	all(s.db, 1, "SELECT 1 FROM ordres")
	c.Query("SELECT id FROM nothing")
}
`, schema(check.Answer{Missing: "ordres"}, ""))[RuleMismatch.ID]
	if diff := cmp.Diff([]string{
		"store.go:18 the query names table ordres, which the migrations in migrations do not create; nearest: orders",
		"store.go:19 the query names table ordres, which the migrations in migrations do not create; nearest: orders",
	}, lines(c)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if c.Undecided != 0 { // what a wrapper hands on is judged at its callers
		t.Errorf("%d undecided, want none", c.Undecided)
	}
}

func TestUnindexed(t *testing.T) {
	query := func(text string) string { return head + "func f(db *sql.DB) { db.Query(`" + text + "`, 1) }\n" }
	const bad = "store.go:5 the query filters orders by name, which no index begins with, and reads the whole table; add CREATE INDEX ON orders (name)"
	for text, want := range map[string][]string{
		"SELECT id FROM orders WHERE name = ?":                                                 {bad},
		"SELECT o.id FROM orders AS o WHERE o.name = $1::text ORDER BY o.id":                   {bad},
		"UPDATE orders SET id = 2 WHERE name = :name":                                          {bad},
		"SELECT id FROM orders WHERE name = ? AND id = ?":                                      nil,
		"SELECT id FROM orders WHERE name = ? AND id IN (?)":                                   nil,
		"SELECT id FROM orders WHERE name = ? OR id = ?":                                       nil,
		"SELECT id FROM orders WHERE paid = ?":                                                 nil,
		"SELECT id FROM orders WHERE name = 'x'":                                               nil,
		"SELECT id FROM orders WHERE lower(name) = ?":                                          nil,
		"SELECT id FROM (SELECT * FROM orders) o WHERE name = ?":                               nil,
		"SELECT id FROM elsewhere WHERE name = ?":                                              nil,
		"SELECT i.id FROM items i JOIN orders o ON o.id = i.order_id WHERE o.name = ?":         nil,
		"SELECT i.id FROM items i JOIN orders o ON o.item = i.id AND o.x > 1 WHERE o.name = ?": {bad},
	} {
		t.Run(text, func(t *testing.T) {
			if diff := cmp.Diff(want, lines(judged(t, query(text), schema(check.Answer{}, ""))[RuleUnindexed.ID])); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRules(t *testing.T) {
	for _, r := range Check.Rules {
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func FuzzFilters(f *testing.F) {
	f.Add("SELECT a FROM b JOIN c ON b.x = c.y WHERE z = $1 AND (")
	f.Add("UPDATE a SET b = ? FROM c, d WHERE")
	f.Fuzz(func(t *testing.T, text string) {
		for _, st := range sql.Split(text, sql.Unknown, 1).Statements {
			filters(st)
		}
	})
}

// TestInterfaceWrapper: a wrapper that its callers know by an interface sends
// what they give it; one that nobody calls sends something that is not known.
func TestInterfaceWrapper(t *testing.T) {
	const wrapper = head + `type runner interface{ run(text string) error }

type store struct{ db *sql.DB }

func (s store) run(text string) error { _, err := s.db.Exec(text); return err }

var _ runner = store{}
`
	for _, tt := range []struct {
		name, rest string
		want       []string
		undecided  int
	}{
		{"called", "\nfunc f(r runner) { r.run(\"DELETE FROM ordres\") }\n",
			[]string{"store.go:13 the query names table ordres, which the migrations in migrations do not create; nearest: orders"}, 0},
		{"not called", "", nil, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := judged(t, wrapper+tt.rest, schema(check.Answer{Missing: "ordres"}, ""))[RuleMismatch.ID]
			if diff := cmp.Diff(tt.want, lines(c)); diff != "" || c.Undecided != tt.undecided {
				t.Errorf("%d undecided, want %d; findings (-want +got):\n%s", c.Undecided, tt.undecided, diff)
			}
		})
	}
}

func TestExtent(t *testing.T) {
	for text, want := range map[string]extent{
		"SELECT id, name FROM Orders ORDER BY name":                   {whole: "orders"},
		"SELECT id FROM shop.orders o":                                {whole: "orders"},
		"SELECT id FROM orders LIMIT ?":                               {bounded: true},
		"SELECT id FROM orders FETCH FIRST 10 ROWS ONLY":              {bounded: true},
		"SELECT TOP 10 id FROM orders":                                {bounded: true},
		"SELECT count(*), max(id) FROM orders":                        {bounded: true},
		"SELECT now()":                                                {bounded: true},
		"SELECT id, (SELECT 1 FROM items LIMIT 1) FROM orders":        {whole: "orders"},
		"SELECT count(*) FROM orders GROUP BY name":                   {reason: joinedOrGrouped},
		"SELECT DISTINCT name FROM orders":                            {reason: joinedOrGrouped},
		"SELECT o.id FROM orders o JOIN items i ON i.order_id = o.id": {reason: joinedOrGrouped},
		"SELECT id FROM (SELECT id FROM orders LIMIT 5) x":            {reason: joinedOrGrouped},
		"SELECT id FROM orders WHERE name = ?":                        {reason: filtered},
		"WITH x AS (SELECT 1) SELECT * FROM x":                        {reason: notPlain},
	} {
		if got := extentOf(text); got != want {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
}

// TestEmbeddedQuery: a file that the compiler puts into a variable is its text.
func TestEmbeddedQuery(t *testing.T) {
	c := judged(t, `-- go.mod --
module example.com/shop

go 1.26
-- store.go --
package shop

import (
	"database/sql"
	_ "embed"
)

//go:embed rename.sql
var rename string

//go:embed rename.sql
var changed string

func f(db *sql.DB) {
	db.Exec(rename, 1)
	changed += " LIMIT 1"
	db.Exec(changed, 1)
}
-- rename.sql --
UPDATE ordres SET name = ?
`, schema(check.Answer{Missing: "ordres"}, ""))[RuleMismatch.ID]
	want := []string{"store.go:9 the query names table ordres, which the migrations in migrations do not create; nearest: orders"}
	if diff := cmp.Diff(want, lines(c)); diff != "" || c.Undecided != 1 {
		t.Errorf("%d undecided, want 1; findings (-want +got):\n%s", c.Undecided, diff)
	}
}
