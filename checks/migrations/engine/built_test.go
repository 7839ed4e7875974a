package engine

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/sql"
)

const shop = "CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT NOT NULL); CREATE VIEW named AS SELECT id FROM orders"

func TestBuilt_SQLite(t *testing.T) {
	b, err := BuildSQLite(t.Context(), steps(shop, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
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
	b, err := BuildPostgres(t.Context(), steps(shop, ""))
	if errors.Is(err, ErrNoServer) {
		t.Skip("skipped: no server")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
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
