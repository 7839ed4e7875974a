package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/sql"
)

// script cuts a text into statements, as the check does.
func script(text string) *Script {
	s := &Script{}
	for _, st := range sql.Split(text, sql.Guess(text), 1).Statements {
		s.Statements = append(s.Statements, Statement{Text: st.Source(text), File: "m.sql", Line: st.Line, Conditional: st.Conditional()})
	}
	return s
}

// steps are pairs of up and down.
func steps(texts ...string) []Step {
	var out []Step
	for i := 0; i+1 < len(texts); i += 2 {
		out = append(out, Step{Title: fmt.Sprint(i/2 + 1), Up: script(texts[i]), Down: script(texts[i+1])})
	}
	return out
}

var outcomes = map[Outcome]string{NotRun: "not run", Restored: "restored", NotRestored: "not restored", NotRepeated: "not repeated", DownFailed: "down failed", UpFailed: "up failed"}

// verdicts writes each as "outcome: reason or differences".
func verdicts(r Result) []string {
	var out []string
	for _, v := range r.Verdicts {
		line := outcomes[v.Outcome]
		if v.Reason != "" {
			line += ": " + v.Reason
		}
		for i, d := range v.Differences {
			line += map[bool]string{true: ": ", false: ", "}[i == 0] + d.String()
		}
		for _, d := range v.Order {
			line += "; order of " + d.Owner
		}
		out = append(out, line)
	}
	return out
}

func TestSQLite(t *testing.T) {
	const books = "CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL)"
	tests := []struct {
		name  string
		steps []string
		want  []string
	}{
		{"a way back", []string{books, "DROP TABLE books"}, []string{"restored"}},
		{"an index is left over", []string{books, "DROP TABLE books", "CREATE INDEX i ON books (title)", "SELECT 1"}, []string{"restored", "not restored: index i of books is left over"}},
		{"an index is lost with its column", []string{books + "; CREATE INDEX i ON books (title)", "DROP TABLE books",
			"DROP INDEX i; ALTER TABLE books DROP COLUMN title", "ALTER TABLE books ADD COLUMN title TEXT NOT NULL DEFAULT ''"},
			[]string{"restored", "not restored: column title of books is TEXT NOT NULL DEFAULT '', was TEXT NOT NULL, index i of books is lost"}},
		{"the order of columns alone is no failure", []string{"CREATE TABLE a (x INTEGER, y TEXT, z TEXT)", "DROP TABLE a",
			"ALTER TABLE a DROP COLUMN y", "ALTER TABLE a ADD COLUMN y TEXT"}, []string{"restored", "restored; order of a"}},
		{"a table rebuilt with other spelling is the same", []string{books, "DROP TABLE books", "ALTER TABLE books ADD COLUMN n INTEGER",
			"CREATE TABLE n (\"id\" integer primary key, title text not null); DROP TABLE books; ALTER TABLE n RENAME TO books"}, []string{"restored", "restored"}},
		{"a check is lost", []string{"CREATE TABLE a (x INTEGER CHECK (x > 0))", "DROP TABLE a",
			"DROP TABLE a; CREATE TABLE a (x INTEGER)", "DROP TABLE a; CREATE TABLE a (x INTEGER CHECK (x > 1))"},
			[]string{"restored", "not restored: check ( x > 0 ) of a is lost, check ( x > 1 ) of a is left over"}},
		{"a down that fails", []string{books, "DROP TABLE book"}, []string{"down failed: no such table: book"}},
		{"an up that cannot run again", []string{"CREATE TABLE a (x TEXT UNIQUE); INSERT INTO a VALUES (1)", "DROP TABLE a", "INSERT INTO a VALUES (2)", "SELECT 1"},
			[]string{"restored", "not repeated: constraint failed: UNIQUE constraint failed: a.x"}},
		{"an up that does not parse", []string{"CREATE TABEL a (x)", "SELECT 1", books, "DROP TABLE books"}, []string{"up failed: near \"TABEL\": syntax error", "not run: migration 1 did not run"}},
		{"functions of the program", []string{books, "DROP TABLE books", "UPDATE books SET title = twice(title)", "SELECT 1", "CREATE TABLE x (id)", "DROP TABLE x"},
			[]string{"restored", "not run: no such function: twice", "restored"}},
		{"no file is reached", []string{"ATTACH 'x.db' AS x", "SELECT 1"}, []string{"not run: authorization denied: not authorized"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, verdicts(SQLite(t.Context(), steps(tt.steps...)))); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSQLite_TakesNothingAwayFromFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	SQLite(t.Context(), steps("ATTACH 'x.db' AS x; CREATE TABLE x.a (b)", "SELECT 1", "VACUUM INTO 'y.db'", "SELECT 1", "PRAGMA journal_mode = WAL", "SELECT 1"))
	if left, _ := filepath.Glob("*"); len(left) != 0 {
		t.Errorf("files appeared: %v", left)
	}
}

// TestSQLite_Deadline: a statement that never ends is stopped.
func TestSQLite_Deadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	r := SQLite(ctx, steps("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", "SELECT 1", "CREATE TABLE a (x)", "DROP TABLE a"))
	for i, v := range r.Verdicts {
		if v.Outcome != NotRun || !strings.Contains(v.Reason, "time") {
			t.Errorf("verdict %d: %+v, want not run for lack of time", i, v)
		}
	}
}

func TestSQLite_SizeIsBounded(t *testing.T) {
	r := SQLite(t.Context(), steps("CREATE TABLE a (b BLOB); INSERT INTO a SELECT zeroblob(8000000) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT i FROM n)", "DROP TABLE a"))
	if got := verdicts(r); len(got) != 1 || !strings.Contains(got[0], "not run: database or disk is full") {
		t.Errorf("verdicts %v, want the limit on size", got)
	}
}

func TestRun_WholeWayBack(t *testing.T) {
	// Alone, the second step restores what it found; together a table stays.
	r := SQLite(t.Context(), []Step{
		{Title: "1", Up: script("CREATE TABLE IF NOT EXISTS log (x); CREATE TABLE a (x)"), Down: script("DROP TABLE a; DROP TABLE IF EXISTS log")},
		{Title: "2", Up: script("ALTER TABLE a RENAME TO b"), Down: script("ALTER TABLE b RENAME TO a")},
	})
	if diff := cmp.Diff([]string{"restored", "restored"}, verdicts(r)); diff != "" || len(r.Whole) != 0 {
		t.Errorf("verdicts (-want +got):\n%s\nleft over %v", diff, r.Whole)
	}
	if len(r.Final) == 0 {
		t.Error("no final schema")
	}
}

// skipWithout skips a test for want of a server, unless one was promised.
func skipWithout(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, ErrNoServer) && os.Getenv("CONFORMANCE_TEST_SERVERS") != "required" {
		t.Skip("skipped: no server")
	}
}

// cluster starts a server for the tests that need one.
func cluster(t testing.TB) *Cluster {
	t.Helper()
	c, err := StartCluster(t.Context())
	skipWithout(t, err)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestPostgres(t *testing.T) {
	c := cluster(t)
	const books = "CREATE TABLE books (id bigint PRIMARY KEY, title text NOT NULL)"
	tests := []struct {
		name  string
		steps []string
		want  []string
	}{
		{"a way back", []string{books, "DROP TABLE books", "CREATE INDEX CONCURRENTLY i ON books (title)", "DROP INDEX CONCURRENTLY i"}, []string{"restored", "restored"}},
		{"an index falls with its column", []string{books + "; CREATE INDEX i ON books (title)", "DROP TABLE books",
			"ALTER TABLE books DROP COLUMN title", "ALTER TABLE books ADD COLUMN title text NOT NULL"}, []string{"restored", "not restored: index i of books is lost"}},
		{"the order of columns alone is no failure", []string{"CREATE TABLE a (x int, y int, z int)", "DROP TABLE a", "ALTER TABLE a DROP COLUMN y", "ALTER TABLE a ADD COLUMN y int"},
			[]string{"restored", "restored; order of a"}},
		{"a function is not put back", []string{"CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql", "DROP FUNCTION f()",
			"CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 2 $$ LANGUAGE sql", "SELECT 1"}, []string{"restored", "not restored: function f() is changed"}},
		{"an enum value stays", []string{"CREATE TYPE c AS ENUM ('a')", "DROP TYPE c", "ALTER TYPE c ADD VALUE 'b'", "SELECT 1"}, []string{"restored", "not restored: enum c is ('a', 'b'), was ('a')"}},
		{"a type is not narrowed", []string{books, "DROP TABLE books", "ALTER TABLE books ALTER COLUMN title TYPE varchar(9)", "ALTER TABLE books ALTER COLUMN title TYPE varchar(8)"},
			[]string{"restored", "not restored: column title of books is character varying(8) NOT NULL, was text NOT NULL"}},
		{"a temporary table is no obstacle", []string{"CREATE TEMP TABLE x (a int); " + books, "DROP TABLE books"}, []string{"restored"}},
		{"a role that is not here", []string{books, "DROP TABLE books", "GRANT SELECT ON books TO reader", "SELECT 1"}, []string{"restored", "not run: role \"reader\" does not exist (SQLSTATE 42704)"}},
		{"programs are not reached", []string{"COPY (SELECT 1) TO PROGRAM 'touch /tmp/conformance-was-here'", "SELECT 1"},
			[]string{"not run: permission denied to COPY to or from an external program (SQLSTATE 42501)"}},
		{"the database is not dropped", []string{"DROP DATABASE postgres", "SELECT 1"}, []string{"not run: must be owner of database postgres (SQLSTATE 42501)"}},
		{"an up that does not parse", []string{"CREATE TABEL a (x int)", "SELECT 1"}, []string{"up failed: syntax error at or near \"TABEL\" (SQLSTATE 42601)"}},
		{"a value of an enum is used at once", []string{"CREATE TYPE c AS ENUM ('a'); CREATE TABLE t (x c)", "DROP TABLE t; DROP TYPE c",
			"ALTER TYPE c ADD VALUE 'b'; ALTER TABLE t ALTER COLUMN x SET DEFAULT 'b'", "ALTER TABLE t ALTER COLUMN x DROP DEFAULT", books, "DROP TABLE books"},
			[]string{"restored", "not restored: enum c is ('a', 'b'), was ('a')", "restored"}},
		{"a down that no transaction allows", []string{books + "; CREATE INDEX i ON books (title)", "REINDEX SCHEMA public; DROP TABLE books", "ALTER TABLE books ADD n int", "ALTER TABLE books DROP n; REINDEX SCHEMA public"},
			[]string{"restored", "restored"}},
		{"a search path is the script's own affair", []string{"CREATE SCHEMA s; SET search_path = s; CREATE TABLE a (x int)", "DROP TABLE s.a; DROP SCHEMA s"}, []string{"restored"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := verdicts(c.Run(t.Context(), steps(tt.steps...)))
			for i := range got { // what the server adds to this one differs between versions
				if strings.HasPrefix(got[i], "not run: permission denied to COPY") || strings.HasPrefix(got[i], "not run: must be superuser") {
					got[i] = "not run: permission denied to COPY to or from an external program (SQLSTATE 42501)"
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCluster_LeavesNothing(t *testing.T) {
	c := cluster(t)
	dir := c.dir
	c.Close()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the server's folder is still there: %v", err)
	}
	select {
	case <-c.exited:
	default:
		t.Error("the server still runs")
	}
}

// BenchmarkSQLite is a round trip of 25 migrations.
func BenchmarkSQLite(b *testing.B) {
	s := many(25)
	for b.Loop() {
		SQLite(b.Context(), s)
	}
}

// BenchmarkPostgres is the same, the temporary cluster included.
func BenchmarkPostgres(b *testing.B) {
	cluster(b).Close()
	s := many(25)
	for b.Loop() {
		c, err := StartCluster(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		c.Run(b.Context(), s)
		c.Close()
	}
}

func many(n int) []Step {
	var texts []string
	for i := range n {
		texts = append(texts, fmt.Sprintf("CREATE TABLE t%d (id INTEGER PRIMARY KEY, name varchar(50) NOT NULL); CREATE INDEX i%d ON t%d (name)", i, i, i), fmt.Sprintf("DROP TABLE t%d", i))
	}
	return steps(texts...)
}
