package grammar

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/sql"
)

// problems are those of a text's statements, as "line message", with a mark
// where they are uncertain.
func problems(d sql.Dialect, text string) []string {
	var out []string
	for _, st := range sql.Split(text, d, 1).Statements {
		if p := Check(d, st, text); p != nil {
			out = append(out, fmt.Sprintf("%d %s%s", p.Line, p.Message, map[bool]string{false: " (?)"}[p.Certain]))
		}
	}
	return out
}

func TestCheck(t *testing.T) {
	pg, my := sql.Postgres, sql.MySQL
	tests := []struct {
		name    string
		dialect sql.Dialect
		text    string
		want    []string
	}{
		{"what PostgreSQL reads", pg, "CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tags text[] DEFAULT '{}');\nCREATE INDEX CONCURRENTLY i ON a USING gin (tags);\nDO $$ BEGIN NULL; END $$;", nil},
		{"a word is missing", pg, "SELECT 1;\nCREATE TABLE a (\n  id bigint PRIMARY,\n  b int\n);", []string{`3 syntax error at or near ","`}},
		{"the place behind letters of several bytes", pg, "COMMENT ON TABLE a IS 'äöü€äöü€äöü€äöü€'\nISS;", []string{`2 syntax error at or near "ISS"`}},
		{"the end comes too early", pg, "ALTER TABLE a ADD COLUMN;", []string{`1 syntax error at end of input`}},
		{"a release that the grammar does not know", pg, "CREATE TABLE a (b int, c int GENERATED ALWAYS AS (b) VIRTUAL);", []string{`1 syntax error at or near "VIRTUAL" (?)`}},
		{"a variable of psql", pg, "ALTER TABLE a OWNER TO :owner;", []string{`1 syntax error at or near ":" (?)`}},
		{"what MySQL reads", my, "CREATE TABLE a (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, PRIMARY KEY (id), KEY k (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n/*!40101 SET NAMES utf8 */;", nil},
		{"a type that there is not", my, "CREATE TABLE a (\n  b varchr(20),\n  c int\n);", []string{`2 syntax error near "varchr(20), c int"`}},
		{"what TiDB has not", my, "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = 1;", []string{`1 syntax error near "TRIGGER t BEFORE" (?)`}},
		{"a type that TiDB has not", my, "CREATE TABLE a (p POINT NOT NULL);", []string{`1 syntax error near "POINT NOT NULL)" (?)`}},
		{"another dialect", sql.Foreign, "SELECT 1", []string{"1 there is no grammar for this dialect here (?)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, problems(tt.dialect, tt.text)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCheck_Bombs: statements made to exhaust a parser are refused or read, and
// the grammar is as good afterwards.
func TestCheck_Bombs(t *testing.T) {
	for name, text := range map[string]string{
		"brackets":   "SELECT " + strings.Repeat("(", 2000) + "1" + strings.Repeat(")", 2000),
		"sum":        "SELECT 1" + strings.Repeat("+1", 1200),
		"long sum":   "SELECT 1" + strings.Repeat("+1", 100_000),
		"negations":  "SELECT " + strings.Repeat("NOT ", 2400) + "true",
		"subqueries": strings.Repeat("SELECT * FROM (", 400) + "SELECT 1" + strings.Repeat(") x", 400),
		"literal":    "SELECT '" + strings.Repeat("x", 2<<20) + "'",
		"rows":       "INSERT INTO a VALUES (1, 'a')" + strings.Repeat(", (1, 'a')", 20_000),
	} {
		for _, d := range []sql.Dialect{sql.Postgres, sql.MySQL} {
			for _, p := range problems(d, text) {
				if strings.Contains(p, "crashed") || strings.Contains(p, "come back") || !strings.HasSuffix(p, "(?)") {
					t.Errorf("%s, %s: %s", name, d, p)
				}
			}
			if p := problems(d, "SELECT 1"); p != nil {
				t.Fatalf("%s after %s: %q", d, name, p)
			}
		}
	}
}

func TestCheck_AtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, d := range []sql.Dialect{sql.Postgres, sql.MySQL} {
				if p := problems(d, "SELECT 1; SELEC 1;"); len(p) != 1 {
					t.Errorf("%s: %q, want one problem", d, p)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkCheck(b *testing.B) {
	for _, d := range []sql.Dialect{sql.Postgres, sql.MySQL} {
		b.Run(d.String(), func(b *testing.B) {
			text := strings.Repeat("CREATE TABLE a (id bigint PRIMARY KEY, name varchar(80) NOT NULL DEFAULT 'x');\nALTER TABLE a ADD COLUMN b int, DROP COLUMN name;\n", 50)
			script := sql.Split(text, d, 1)
			Check(d, script.Statements[0], text) // the start is not what is measured
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				for _, st := range script.Statements {
					Check(d, st, text)
				}
			}
		})
	}
}
