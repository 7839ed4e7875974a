package migrations

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// files makes a repository of a txtar archive, without loading it.
func files(archive string) *check.Repo {
	m := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		m[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return &check.Repo{Files: m, ModuleDir: ".", Exec: allowed{}, Progress: func(string) {}}
}

// allowed says that the repository's scripts may be executed; commands are not.
type allowed struct{}

func (allowed) Run(context.Context, check.Command) (check.Result, error) {
	return check.Result{}, errors.New("no command is expected")
}

// loaded writes the archive to a folder and loads its module.
func loaded(t *testing.T, archive string) *check.Repo {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := load.Load(t.Context(), load.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return &check.Repo{Files: os.DirFS(p.Root), ModuleDir: ".", Program: p, Exec: allowed{}, Progress: func(string) {}}
}

func judged(t *testing.T, r *check.Repo) map[string]report.Criterion {
	t.Helper()
	t.Cleanup(r.End)
	cs, err := Check.Run(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]report.Criterion{}
	for _, c := range cs {
		by[c.Rule.ID] = c
	}
	if len(by) != len(Check.Rules) {
		t.Fatalf("%d criteria for %d rules", len(by), len(Check.Rules))
	}
	return by
}

// found writes findings as "rule file:line message", in order.
func found(cs map[string]report.Criterion) []string {
	var out []string
	for _, r := range Check.Rules {
		for _, f := range cs[r.ID].Findings {
			out = append(out, fmt.Sprintf("%s %s %s", f.Rule, f.Position, f.Message))
		}
	}
	return out
}

func TestRules_AreComplete(t *testing.T) {
	for _, r := range Check.Rules {
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// TestExamples runs each rule's own example: bad yields the rule, good nothing.
func TestExamples(t *testing.T) {
	for _, r := range Check.Rules {
		if r.Example == "" {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			for _, f := range found(judged(t, loaded(t, tree(r.Example, "bad")))) {
				if !strings.HasPrefix(f, r.ID+" ") {
					t.Errorf("bad yields another rule: %s", f)
				}
			}
			if n := len(judged(t, loaded(t, tree(r.Example, "bad")))[r.ID].Findings); n == 0 {
				t.Error("bad yields nothing")
			}
			if diff := cmp.Diff([]string(nil), found(judged(t, loaded(t, tree(r.Example, "good"))))); diff != "" {
				t.Errorf("good yields findings (-want +got):\n%s", diff)
			}
		})
	}
}

func tree(example, name string) string {
	in, out := txtar.Parse([]byte(example)), &txtar.Archive{}
	for _, f := range in.Files {
		if rest, ok := strings.CutPrefix(f.Name, name+"/"); ok {
			out.Files = append(out.Files, txtar.File{Name: rest, Data: f.Data})
		}
	}
	return string(txtar.Format(out))
}

func TestMigrations_Findings(t *testing.T) {
	tests := []struct {
		name, archive string
		want          []string
	}{
		{"down of one version is missing", `
-- migrations/0001_authors.up.sql --
CREATE TABLE authors (id INTEGER PRIMARY KEY);
-- migrations/0001_authors.down.sql --
DROP TABLE authors;
-- migrations/0003_add_author.up.sql --
ALTER TABLE authors ADD COLUMN name TEXT;
`, []string{"migration-down-missing migrations/0003_add_author.up.sql:1 migration 0003_add_author has no down script; add migrations/0003_add_author.down.sql"}},
		{"no version has a down", `
-- migrations/0001_authors.up.sql --
CREATE TABLE authors (id INTEGER PRIMARY KEY);
-- migrations/0002_books.up.sql --
CREATE TABLE books (id INTEGER PRIMARY KEY);
`, []string{"migration-down-missing migrations/0001_authors.up.sql:1 none of the 2 golang-migrate migrations in migrations has a down script; write the way back for each, beginning with the newest"}},
		{"a doubled dot is part of the extension", `
-- migrations/30_tags.up..sql --
CREATE TABLE tags (id INTEGER PRIMARY KEY);
-- migrations/30_tags.down.sql --
DROP TABLE tags;
`, nil},
		{"a down that does nothing", `
-- migrations/1_a.up.sql --

-- the first table
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- migrations/1_a.down.sql --
BEGIN; -- nothing
SELECT 1;
COMMIT;
`, []string{"down-empty migrations/1_a.down.sql:1 the down script of migration 1_a does nothing, but its up changes the schema (CREATE TABLE a); write the way back"}},
		{"an announced enum value cannot be undone", `
-- migrations/1_a.up.sql --
ALTER TYPE colour ADD VALUE 'red';
-- migrations/1_a.down.sql --
-- irreversible: PostgreSQL cannot drop a value
`, nil},
		{"goose without a Down section", `
-- db/001_a.sql --
-- +goose Up
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- +goose Down
DROP TABLE a;
-- db/002_b.sql --
-- +goose Up
CREATE TABLE b (id INTEGER PRIMARY KEY);
`, []string{"migration-down-missing db/002_b.sql:2 migration 002_b has no down script; add a '-- +goose Down' section to db/002_b.sql"}},
		{"goose Go migrations with a nil and an idle down", `
-- db/001_a.go --
package db

import "github.com/pressly/goose/v3"

func init() { goose.AddMigrationContext(upA, nil) }

func upA(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.Exec("CREATE TABLE a (id INTEGER PRIMARY KEY)")
	return err
}
-- db/002_b.go --
package db

import "github.com/pressly/goose/v3"

func init() { goose.AddMigrationContext(upB, downB) }

func upB(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.Exec("CREATE TABLE b (id INTEGER PRIMARY KEY)")
	return err
}

func downB(ctx context.Context, tx *sql.Tx) error { return nil }
`, []string{
			"migration-down-missing db/001_a.go:7 migration 001_a has no down script; pass a down function to AddMigrationContext in db/001_a.go",
			"down-empty db/002_b.go:12 the down script of migration 002_b does nothing, but its up changes the schema; write the way back",
		}},
		{"goose refuses a statement without its end", `
-- db/001_a.sql --
-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END $$ LANGUAGE plpgsql;
-- +goose Down
DROP FUNCTION f();
`, []string{"migration-invalid db/001_a.sql:4 goose cannot read 001_a.sql: '-- +goose StatementEnd' is missing before '-- +goose Down'; add it"}},
		{"dbmate demands a down block", `
-- db/migrations/20240101_a.sql --
-- migrate:up
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- migrate:down
DROP TABLE a;
-- db/migrations/20240102_b.sql --
CREATE TABLE early (id INTEGER PRIMARY KEY);
-- migrate:up
CREATE TABLE b (id INTEGER PRIMARY KEY);
`, []string{
			"migration-down-missing db/migrations/20240102_b.sql:3 migration 20240102_b has no down script; add a '-- migrate:down' block to db/migrations/20240102_b.sql",
			"migration-invalid db/migrations/20240102_b.sql:1 dbmate cannot read 20240102_b.sql: text comes before '-- migrate:up'; put the marker first",
		}},
		{"sql-migrate pairs inside the file", `
-- m/1_a.sql --
-- +migrate Up
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- +migrate Down
DROP TABLE a;
-- m/2_b.sql --
-- +migrate Up
CREATE TABLE b (id INTEGER PRIMARY KEY);
`, []string{"migration-down-missing m/2_b.sql:2 migration 2_b has no down script; add a '-- +migrate Down' section to m/2_b.sql"}},
		{"tern numbers without gaps", `
-- migrations/tern.conf --
-- migrations/001_a.sql --
create table a (id int primary key);
---- create above / drop below ----
drop table a;
-- migrations/003_c.sql --
create table c (id int primary key);
---- create above / drop below ----
`, []string{
			"migration-down-missing migrations/003_c.sql:1 migration 003_c has no down script; add '---- create above / drop below ----' and the way back to migrations/003_c.sql",
			"migration-order-broken migrations/003_c.sql:1 number 2 is missing before 003_c; tern refuses to start: number without gaps from 1",
		}},
		{"pop falls back to the file without a dialect", `
-- migrations/1_a.up.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- migrations/1_a.mysql.up.sql --
CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY);
-- migrations/1_a.down.sql --
DROP TABLE a;
-- migrations/2_b.sqlite3.up.fizz --
create_table("b")
-- go.mod --
module example.com/a
-- Makefile --
migrate: ; soda migrate up
`, []string{"migration-down-missing migrations/2_b.sqlite3.up.fizz:1 migration 2_b.sqlite3 has no down script; add migrations/2_b.sqlite3.down.fizz"}},
		{"two files of one version", `
-- migrations/1_a.up.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- migrations/1_a.down.sql --
DROP TABLE a;
-- migrations/01_b.up.sql --
CREATE TABLE b (id INTEGER PRIMARY KEY);
`, []string{"migration-order-broken migrations/1_a.up.sql:1 version 1 is used twice, by 01_b.up.sql and 1_a.up.sql; renumber one"}},
		{"a quote that is never closed", `
-- migrations/1_a.up.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY);
INSERT INTO a VALUES ('x);
-- migrations/1_a.down.sql --
DROP TABLE a;
`, []string{"migration-invalid migrations/1_a.up.sql:2 migration 1_a cannot be read: quote ' is never closed; correct the script"}},
		{"flyway pairs V with U", `
-- db/V1__a.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- db/U1.0__a.sql --
DROP TABLE a;
-- db/V1_2__b.sql --
CREATE TABLE b (id INTEGER PRIMARY KEY);
-- db/R__views.sql --
CREATE VIEW v AS SELECT 1 AS x;
`, []string{"migration-down-missing db/V1_2__b.sql:1 migration 1.2_b has no down script; add db/U1_2__b.sql"}},
		{"liquibase changesets with and without a rollback", `
-- db/changelog.sql --
--liquibase formatted sql

--changeset ann:1
CREATE TABLE a (id INTEGER PRIMARY KEY);
--rollback DROP TABLE a;

--changeset ann:2
CREATE TABLE b (id INTEGER PRIMARY KEY);
-- db/changelog.yaml --
databaseChangeLog:
  - changeSet:
      id: 3
      author: bob
      changes:
        - createTable: {tableName: c}
  - changeSet:
      id: 4
      author: bob
      changes:
        - dropTable: {tableName: c}
-- db/changelog.xml --
<databaseChangeLog>
  <changeSet id="5" author="eve"><createTable tableName="d"/></changeSet>
  <changeSet id="6" author="eve">
    <sql>DELETE FROM d</sql>
    <rollback>SELECT 1</rollback>
  </changeSet>
</databaseChangeLog>
`, []string{
			"migration-down-missing db/changelog.sql:8 migration 2_ann has no down script; add '--rollback SQL' to the changeset in db/changelog.sql",
			"migration-down-missing db/changelog.yaml:8 migration 4_bob has no down script; add a rollback to the changeset in db/changelog.yaml",
		}},
		{"atlas goes forward only and refuses a changed file", `
-- migrations/atlas.sum --
h1:AAAA
20240101_a.sql h1:BBBB
-- migrations/20240101_a.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- migrations/20240102_b.sql --
CREATE TABLE b (id INTEGER PRIMARY KEY);
`, []string{
			"migration-down-missing migrations/20240101_a.sql:1 none of the 2 atlas migrations in migrations has a down script (atlas keeps forward scripts only and plans the way back when it is asked to); write the way back for each, beginning with the newest",
			"migration-invalid migrations/atlas.sum:2 atlas.sum does not match 20240101_a.sql; if the change is meant, run 'atlas migrate hash'",
		}},
		{"gormigrate without Rollback and with an idle one", `
-- store/migrate.go --
package store

import "github.com/go-gormigrate/gormigrate/v2"

var steps = []*gormigrate.Migration{
	{
		ID:      "1",
		Migrate: func(tx *gorm.DB) error { return tx.AutoMigrate(&A{}) },
	},
	{
		ID:       "2",
		Migrate:  func(tx *gorm.DB) error { return tx.Migrator().AddColumn(&A{}, "B") },
		Rollback: func(tx *gorm.DB) error { return nil },
	},
}
`, []string{
			"migration-down-missing store/migrate.go:8 migration 1 has no down script; set Rollback in store/migrate.go",
			"down-empty store/migrate.go:13 the down script of migration 2 does nothing, but its up changes the schema; write the way back",
		}},
		{"a list of functions in Go goes forward only", `
-- store/migrate.go --
package store

var migrations = []func(tx *sql.Tx) error{
	func(tx *sql.Tx) error { _, err := tx.Exec("CREATE TABLE a (id INTEGER PRIMARY KEY)"); return err },
	func(tx *sql.Tx) error { _, err := tx.Exec("ALTER TABLE a ADD COLUMN b TEXT"); return err },
}
`, []string{"migration-down-missing store/migrate.go:4 none of the 2 Go code migrations in store has a down script; write the way back for each, beginning with the newest"}},
		{"bun orders by text", `
-- migrations/1_a.up.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- migrations/1_a.down.sql --
DROP TABLE a;
-- migrations/2_b.up.sql --
CREATE TABLE b (id INTEGER PRIMARY KEY);
-- migrations/2_b.down.sql --
DROP TABLE b;
-- migrations/10_c.go --
package migrations

func init() {
	Migrations.MustRegister(func(ctx context.Context, db *bun.DB) error {
		_, err := db.Exec("CREATE TABLE c (id INTEGER PRIMARY KEY)")
		return err
	}, nil)
}
-- go.mod --
module example.com/a

require github.com/uptrace/bun v1.2.0
`, []string{
			"migration-down-missing migrations/10_c.go:4 migration 10_c has no down script; pass a down function to MustRegister in migrations/10_c.go",
			"migration-order-broken migrations/2_b.up.sql:1 bun orders by text and runs 10_c before 2_b; pad numbers with zeros to one width",
		}},
		{"an own loader with numbered folders", `
-- store/migration/LATEST.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT);
-- store/migration/0.9/00__a.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- store/migration/0.10/00__b.sql --
ALTER TABLE a ADD COLUMN b TEXT;
`, []string{"migration-down-missing store/migration/0.9/00__a.sql:1 none of the 2 own loader migrations in store/migration has a down script; write the way back for each, beginning with the newest"}},
		{"an own loader whose folders are the versions", `
-- schema/versioned/v1.0/tables.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- schema/versioned/v1.1/one.sql --
ALTER TABLE a ADD COLUMN b TEXT;
-- schema/versioned/v1.1/two.sql --
CREATE TABLE b (id INTEGER);
`, []string{
			"migration-down-missing schema/versioned/v1.0/tables.sql:1 none of the 2 own loader migrations in schema/versioned has a down script; write the way back for each, beginning with the newest",
			"table-without-primary-key schema/versioned/v1.1/two.sql:1 table b has no primary key; declare the columns that identify a row",
		}},
		{"an own loader with folders for the directions", `
-- db/migrations/up/1_a.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- db/migrations/up/2_b.sql --
CREATE TABLE b (id INTEGER PRIMARY KEY);
-- db/migrations/down/1_a.sql --
DROP TABLE a;
`, []string{"migration-down-missing db/migrations/up/2_b.sql:1 migration 2_b has no down script; add a script that takes it back"}},
		{"scripts of tests are not the service's", `
-- migrations/1_a.up.sql --
CREATE TABLE a (id INTEGER PRIMARY KEY);
-- migrations/1_a.down.sql --
DROP TABLE a;
-- tests/migrations/1_b.up.sql --
CREATE TABLE b (id INTEGER PRIMARY KEY);
`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, found(judged(t, files(tt.archive)))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMigrations_WithoutDatabase(t *testing.T) {
	cs := judged(t, loaded(t, "-- go.mod --\nmodule example.com/a\n\ngo 1.26\n-- a.go --\npackage a\n\nimport \"fmt\"\n\nfunc F() { fmt.Println() }\n"))
	for id, c := range cs {
		if c.Outcome != report.NotApplicable || !strings.Contains(c.Reason, "no import of database/sql") {
			t.Errorf("%s: %s, %q; want not_applicable with what was looked for", id, c.Outcome, c.Reason)
		}
	}
}

func TestMigrations_NoneAtAllCannotBeTakenBack(t *testing.T) {
	cs := judged(t, loaded(t, tree(missingExample, "bad")))
	for _, r := range []rule.Rule{RuleMissing, RuleDownMissing, RuleDownEmpty} {
		if cs[r.ID].Outcome != report.Fail {
			t.Errorf("%s: %s, want fail", r.ID, cs[r.ID].Outcome)
		}
	}
	if got := len(found(cs)); got != 1 {
		t.Errorf("%d findings, want the one of migrations-missing", got)
	}
	for _, r := range []rule.Rule{RuleDownMissing, RuleDownEmpty, RuleRoundtrip} {
		if c := cs[r.ID]; c.Under != RuleMissing.ID || !strings.Contains(c.Reason, RuleMissing.ID) || !strings.Contains(cs[RuleMissing.ID].Findings[0].Message, r.ID) {
			t.Errorf("%s under %q: %s; want it to name %s, and that to name it", r.ID, c.Under, c.Reason, RuleMissing.ID)
		}
	}
}

// TestMigrations_DataOnly: a down without effect for an up that changes rows is
// undecided, unless a comment says why.
func TestMigrations_DataOnly(t *testing.T) {
	up := "-- migrations/1_a.up.sql --\nUPDATE a SET x = 1;\n-- migrations/1_a.down.sql --\n"
	for down, want := range map[string]report.Outcome{
		"":                                     report.Inconclusive,
		"-- SQL in this section is run back\n": report.Inconclusive,
		"-- the old values are not needed\n":   report.Pass,
	} {
		if c := judged(t, files(up+down))["down-empty"]; c.Outcome != want {
			t.Errorf("down %q: %s, want %s", down, c.Outcome, want)
		}
	}
}

func TestMigrations_Table(t *testing.T) {
	r := files("-- migrations/1_a.up.sql --\nCREATE TABLE a (id INTEGER PRIMARY KEY);\n-- migrations/2_b.up.sql --\nCREATE TABLE b (id INT);\n-- migrations/2_b.down.sql --\n")
	judged(t, r)
	want := []report.Migration{
		{Tool: "golang-migrate", Version: "1", Name: "a", Up: "migrations/1_a.up.sql", Reversible: "no", Roundtrip: "not_run", Reason: "there is no down script"},
		{Tool: "golang-migrate", Version: "2", Name: "b", Up: "migrations/2_b.up.sql", Down: "migrations/2_b.down.sql", Paired: true, Reversible: "no", Roundtrip: "not_run", Reason: "the down script does nothing"},
	}
	if diff := cmp.Diff(want, r.Migrations); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
