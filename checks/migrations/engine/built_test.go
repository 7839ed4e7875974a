package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/sql"
)

const shop = "CREATE TABLE orders (id INTEGER PRIMARY KEY, name varchar(50) NOT NULL); CREATE VIEW named AS SELECT id FROM orders"

const backShop = "DROP VIEW named; DROP TABLE orders"

// built is the database that a run kept.
func built(t *testing.T, r Result) *Built {
	t.Helper()
	if r.Built == nil {
		t.Fatalf("no database was kept: %v", verdicts(r))
	}
	t.Cleanup(r.Built.Close)
	return r.Built
}

func TestBuilt_SQLite(t *testing.T) {
	b := built(t, SQLite(t.Context(), steps(shop, backShop)))
	for query, want := range map[string]check.Answer{
		"SELECT id FROM orders WHERE name = ? AND id = ?":          {},
		"SELECT id FROM orders WHERE name = :name AND id = @id":    {},
		"SELECT id FROM orders WHERE name = $1":                    {},
		"WITH x AS (SELECT id FROM orders) SELECT id FROM x":       {},
		"SELECT name FROM sqlite_master":                           {},
		"SELECT id FROM ordres":                                    {Missing: "ordres"},
		"SELECT o.nmae FROM orders o":                              {Missing: "nmae", Column: true},
		"INSERT INTO orders (id, nmae) VALUES (?, ?)":              {Missing: "nmae", Table: "orders", Column: true},
		"UPDATE orders SET nmae = ?":                               {Missing: "nmae", Column: true},
		"DELETE FROM orders":                                       {},
		"SELECT now() FROM orders":                                 {Reason: "no such function: now"},
		"SELECT id FROM orders WHERE":                              {Reason: "incomplete input"},
		"SELECT 'a ? b' FROM orders WHERE name = ? -- what is it?": {},
	} {
		if diff := cmp.Diff(want, b.Resolve(t.Context(), query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	if diff := cmp.Diff([]string{"orders"}, keysWith(b.Names(), "name")); diff != "" {
		t.Errorf("tables with a name (-want +got):\n%s", diff)
	}
}

func TestBuilt_Postgres(t *testing.T) {
	b := built(t, cluster(t).Run(t.Context(), steps(shop, backShop)))
	for query, want := range map[string]check.Answer{
		"SELECT id FROM orders WHERE name = $1 AND id = $2":            {},
		"SELECT id FROM orders WHERE name = ? AND id = ?":              {},
		"SELECT id::text FROM orders WHERE name = :name OR name=:name": {},
		"SELECT table_name FROM information_schema.tables":             {},
		"SELECT id FROM ordres":                                        {Missing: "ordres"},
		"SELECT o.nmae FROM orders o":                                  {Missing: "nmae", Column: true},
		"INSERT INTO orders (id, nmae) VALUES ($1, $2)":                {Missing: "nmae", Table: "orders", Column: true},
		"SELECT x.id FROM orders o":                                    {Reason: `missing FROM-clause entry for table "x" (SQLSTATE 42P01)`},
	} {
		if diff := cmp.Diff(want, b.Resolve(t.Context(), query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

func TestBuilt_MySQL(t *testing.T) {
	b := built(t, mysqlServer(t).Run(t.Context(), steps(shop, backShop)))
	for query, want := range map[string]check.Answer{
		"SELECT id FROM orders WHERE name = ? AND id = ?":         {},
		"SELECT id FROM `orders` WHERE name = :name AND id = :id": {},
		"INSERT INTO orders (id, name) VALUES (?, ?)":             {},
		"SELECT table_name FROM information_schema.tables":        {},
		"SELECT id FROM ordres":                                   {Missing: "ordres"},
		"SELECT o.nmae FROM orders o":                             {Missing: "nmae", Column: true},
		"INSERT INTO orders (id, nmae) VALUES (?, ?)":             {Missing: "nmae", Column: true},
		"SELECT nothing(id) FROM orders":                          {Reason: "FUNCTION scratch1.nothing does not exist (error 1305)"},
	} {
		if diff := cmp.Diff(want, b.Resolve(t.Context(), query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	if diff := cmp.Diff([]string{"orders"}, keysWith(b.Names(), "name")); diff != "" {
		t.Errorf("tables with a name (-want +got):\n%s", diff)
	}
}

func TestPlaceholders(t *testing.T) {
	for query, want := range map[string]string{
		"a = ? AND b = ?":       "a = $1 AND b = $2",
		"a = :x AND b = :x":     "a = $1 AND b = $1",
		"a = $2 AND b = $1":     "a = $2 AND b = $1",
		"a::text = '?' AND b=?": "a::text = '?' AND b=$1",
	} {
		if got := placeholders(query, sql.Postgres, dollar()); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
}

func keysWith(names map[string][]string, column string) []string {
	var tables []string
	for table, columns := range names {
		for _, c := range columns {
			if c == column {
				tables = append(tables, table)
			}
		}
	}
	return tables
}
