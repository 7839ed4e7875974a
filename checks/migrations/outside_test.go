package migrations

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOutside: constant statements that reach a query method, through whatever
// variable, and nothing else.
func TestOutside(t *testing.T) {
	const archive = `
-- go.mod --
module example.com/shop

go 1.26
-- store.go --
package shop

import (
	"context"
	"database/sql"
	"fmt"
)

const orders = "CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY)"

var steps = []string{
	"SELECT 1",
	"CREATE INDEX i ON orders (id)",
}

func Open(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, orders); err != nil {
		return fmt.Errorf("create table orders: %w", err)
	}
	for _, s := range steps {
		db.Exec(s)
	}
	more := "ALTER TABLE orders " + "ADD COLUMN n INTEGER"
	db.Exec(more)
	return nil
}

func Harmless(db *sql.DB, name string) {
	db.Exec("CREATE TEMP TABLE scratch (id INTEGER)")
	db.Exec("CREATE TABLE IF NOT EXISTS schema_migrations (version TEXT)")
	db.Exec("INSERT INTO log VALUES ('CREATE TABLE x (y)')")
	db.Exec("CREATE TABLE " + name)
	fmt.Println("CREATE TABLE printed (id INTEGER)")
}
-- store_test.go --
package shop

import "database/sql"

func fixture(db *sql.DB) { db.Exec("CREATE TABLE fixture (id INTEGER)") }
-- migrations/0001_items.up.sql --
CREATE TABLE items (id INTEGER PRIMARY KEY);
-- migrations/0001_items.down.sql --
DROP TABLE items;
`
	want := []string{
		"schema-outside-migrations store.go:17 shop.Open changes the schema outside of the migrations (CREATE TABLE orders); move it into a migration",
		"schema-outside-migrations store.go:21 shop.Open changes the schema outside of the migrations (CREATE INDEX i); move it into a migration",
		"schema-outside-migrations store.go:24 shop.Open changes the schema outside of the migrations (ALTER TABLE orders); move it into a migration",
	}
	if diff := cmp.Diff(want, found(judged(t, loaded(t, archive)))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// TestOutside_SetUp: what only tests call, a wipe of all tables and a tool of the
// developers are no part of the schema's history.
func TestOutside_SetUp(t *testing.T) {
	const archive = `
-- go.mod --
module example.com/shop

go 1.26
-- main.go --
package main

import (
	"database/sql"

	"example.com/shop/store"
)

func main() {
	db, _ := sql.Open("sqlite", "shop.db")
	store.Open(db)
}
-- store/store.go --
package store

import "database/sql"

func Open(db *sql.DB) { prepare(db) }

func prepare(db *sql.DB) { db.Exec("CREATE TABLE orders (id INTEGER)") }

func SetUpTests(db *sql.DB) { db.Exec("CREATE TABLE fixtures (id INTEGER)") }
-- hack/repair/main.go --
package main

import "database/sql"

func main() {
	db, _ := sql.Open("sqlite", "shop.db")
	db.Exec("ALTER TABLE orders ADD COLUMN repaired INTEGER")
}
-- migrations/0001_items.up.sql --
CREATE TABLE items (id INTEGER PRIMARY KEY);
-- migrations/0001_items.down.sql --
DROP TABLE items;
`
	want := []string{
		"schema-outside-migrations store/store.go:7 store.prepare changes the schema outside of the migrations (CREATE TABLE orders); move it into a migration",
	}
	if diff := cmp.Diff(want, found(judged(t, loaded(t, archive)))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestIndexMade(t *testing.T) {
	for text, want := range map[string]*codeIndex{
		"CREATE INDEX IF NOT EXISTS i ON orders (name, \"at\");":  {"orders", []string{"name", "at"}},
		"create unique index i on shop.Orders using btree (name)": {"orders", []string{"name"}},
		"CREATE INDEX i ON orders (lower(name))":                  nil,
		"CREATE INDEX i ON orders (name); CREATE TABLE x (y int)": nil,
		"CREATE TABLE orders (id int)":                            nil,
	} {
		if diff := cmp.Diff(want, indexMade(text), cmp.AllowUnexported(codeIndex{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
