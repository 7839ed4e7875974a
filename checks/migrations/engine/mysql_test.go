package engine

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/sql"
)

// mysqlServer starts a server for the tests that need one.
func mysqlServer(t testing.TB) *MySQLServer {
	t.Helper()
	m, err := StartMySQL(t.Context())
	skipWithout(t, err)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// mysqlSteps are pairs of up and down, read as MySQL does.
func mysqlSteps(texts ...string) []Step {
	out := steps(texts...)
	for i := range out {
		for j, s := range []*Script{out[i].Up, out[i].Down} {
			s.Statements = nil
			for _, st := range sql.Split(texts[2*i+j], sql.MySQL, 1).Statements {
				s.Statements = append(s.Statements, Statement{Text: st.Source(texts[2*i+j]), File: "m.sql", Line: st.Line, Conditional: st.Conditional()})
			}
		}
	}
	return out
}

// What a server calls itself and how it words a refusal differ between makers.
var (
	theirName  = regexp.MustCompile(`(MariaDB|MySQL) [0-9.]+`)
	theirWords = regexp.MustCompile(`: .*\((error [0-9]+)\)`)
)

func TestMySQL(t *testing.T) {
	m := mysqlServer(t)
	const books = "CREATE TABLE books (id bigint PRIMARY KEY AUTO_INCREMENT, title varchar(80) NOT NULL)"
	tests := []struct {
		name  string
		steps []string
		want  []string
	}{
		{"a way back", []string{books, "DROP TABLE books", "ALTER TABLE books ADD n int DEFAULT 1, ADD KEY i (n)", "ALTER TABLE books DROP COLUMN n"}, []string{"restored", "restored"}},
		{"an index falls with its column", []string{books + "; CREATE INDEX i ON books (title)", "DROP TABLE books",
			"ALTER TABLE books DROP COLUMN title", "ALTER TABLE books ADD COLUMN title varchar(80) NOT NULL"}, []string{"restored", "not restored: index i of books is lost"}},
		{"the index of a foreign key stays", []string{books + "; CREATE TABLE pages (book bigint NOT NULL)", "DROP TABLE pages; DROP TABLE books",
			"ALTER TABLE pages ADD CONSTRAINT of_book FOREIGN KEY (book) REFERENCES books (id)", "ALTER TABLE pages DROP FOREIGN KEY of_book"},
			[]string{"restored", "not restored: index of_book of pages is left over"}},
		{"what failed halfway is undone", []string{books, "DROP TABLE books", "ALTER TABLE books ADD a int; ALTER TABLE books ADD b int", "ALTER TABLE books DROP a; ALTER TABLE books DROP bb",
			"ALTER TABLE books ADD c int", "ALTER TABLE books DROP c"},
			[]string{"restored", "down failed: error 1091", "restored"}},
		{"rows are put back", []string{books + "; INSERT INTO books (title) VALUES ('a')", "DROP TABLE books", "UPDATE books SET title = 'b'", "DELETE FROM books",
			"INSERT INTO books (id, title) VALUES (1, 'b')", "DELETE FROM books WHERE id = 2"}, []string{"restored", "restored", "up failed: error 1062"}},
		{"the order of columns alone is no failure", []string{"CREATE TABLE a (x int, y int, z int)", "DROP TABLE a", "ALTER TABLE a DROP COLUMN y", "ALTER TABLE a ADD COLUMN y int"},
			[]string{"restored", "restored; order of a"}},
		{"a type is not narrowed", []string{books, "DROP TABLE books", "ALTER TABLE books MODIFY title text NOT NULL", "ALTER TABLE books MODIFY title varchar(90) NOT NULL"},
			[]string{"restored", "not restored: column title of books is varchar(90) NOT NULL, was varchar(80) NOT NULL"}},
		{"neither maker reads it", []string{books, "DROP TABLE books DROP TABLE pages", "CREATE TABLE x (a int,)", "SELECT 1"}, []string{"down failed: error 1064", "up failed: error 1064"}},
		{"a view is not put back", []string{books + "; CREATE VIEW v AS SELECT id FROM books", "DROP VIEW v; DROP TABLE books", "CREATE OR REPLACE VIEW v AS SELECT title FROM books", "SELECT 1"},
			[]string{"restored", "not restored: view v is select `books`.`title` AS `title` from `books`, was select `books`.`id` AS `id` from `books`"}},
		{"routines and triggers with bodies", []string{books, "DROP TABLE books",
			"DELIMITER //\nCREATE PROCEDURE p(IN n int) BEGIN DELETE FROM books WHERE id = n; SELECT 1; END//\nCREATE TRIGGER t BEFORE INSERT ON books FOR EACH ROW BEGIN SET NEW.title = trim(NEW.title); END//\nDELIMITER ;\nCALL p(1);",
			"DROP TRIGGER t"}, []string{"restored", "not restored: procedure p is left over"}},
		{"conditional comments are code", []string{"/*!40101 SET NAMES utf8 */;\n" + books + ";\n/*!40000 ALTER TABLE books DISABLE KEYS */;", "DROP TABLE books"}, []string{"restored"}},
		{"collations of MySQL 8", []string{"CREATE TABLE a (x varchar(9) COLLATE utf8mb4_0900_ai_ci) CHARSET utf8mb4 COLLATE utf8mb4_0900_ai_ci", "DROP TABLE a"}, []string{"restored"}},
		{"another database", []string{"CREATE DATABASE shop; USE shop; CREATE TABLE a (x int)", "DROP DATABASE shop", "CREATE TABLE shop.b (x int)", "SELECT 1"}, []string{"restored", "not restored: table shop.b is left over"}},
		{"the database is dropped", []string{books, "DROP TABLE books", "SET @s = concat('DROP DATABASE ', database()); PREPARE s FROM @s; EXECUTE s", "SELECT 1", "CREATE TABLE x (a int)", "DROP TABLE x"},
			[]string{"restored", "not run: MARIA gave up at migration 2: the script dropped the database that it runs in", "not run: MARIA gave up at migration 2: the script dropped the database that it runs in"}},
		{"settings end with their script", []string{"SET foreign_key_checks = 0; SET sql_mode = 'ANSI_QUOTES'; CREATE TABLE \"a\" (x int); CREATE TEMPORARY TABLE b (x int)", "DROP TABLE a", "CREATE TABLE c (x int DEFAULT 1)", "DROP TABLE c"}, []string{"restored", "restored"}},
		{"a table that an earlier version should have made", []string{"ALTER TABLE books ADD a int", "ALTER TABLE books DROP a"}, []string{"not run: error 1146"}},
		{"the server is not touched", []string{"SET GLOBAL max_connections = 1", "SELECT 1"}, []string{"not run: error 1227"}},
		{"no file is written", []string{"SELECT 1 INTO OUTFILE '/tmp/conformance-was-here'", "SELECT 1"}, []string{"not run: error 1227"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := m.Run(t.Context(), mysqlSteps(tt.steps...))
			if r.Built != nil {
				r.Built.Close()
			}
			got := verdicts(r)
			for i := range got {
				got[i] = theirWords.ReplaceAllString(theirName.ReplaceAllString(got[i], "MARIA"), ": $1")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMySQL_Deadline: a statement that never ends is stopped, and the server is
// of use afterwards.
func TestMySQL_Deadline(t *testing.T) {
	m := mysqlServer(t)
	for _, endless := range []string{"SELECT sleep(600)", "DO sleep(600)",
		"CREATE PROCEDURE p() BEGIN WHILE TRUE DO SET @a = 1; END WHILE; END; CALL p()"} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		r := m.Run(ctx, mysqlSteps(endless, "SELECT 1", "CREATE TABLE a (x int)", "DROP TABLE a"))
		cancel()
		for i, v := range r.Verdicts {
			if v.Outcome != NotRun || !strings.Contains(v.Reason, "time") {
				t.Errorf("%s: verdict %d: %+v, want not run for lack of time", endless, i, v)
			}
		}
	}
	if diff := cmp.Diff([]string{"restored"}, verdicts(m.Run(t.Context(), mysqlSteps("CREATE TABLE a (x int)", "DROP TABLE a")))); diff != "" {
		t.Errorf("after that (-want +got):\n%s", diff)
	}
}

func TestMySQL_LeavesNothing(t *testing.T) {
	m := mysqlServer(t)
	m.Close()
	if _, err := os.Stat(m.dir); !os.IsNotExist(err) {
		t.Errorf("the server's folder is still there: %v", err)
	}
}

// BenchmarkMySQL is a round trip of 25 migrations, the temporary server included.
func BenchmarkMySQL(b *testing.B) {
	mysqlServer(b).Close()
	s := many(25)
	for b.Loop() {
		m, err := StartMySQL(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if r := m.Run(b.Context(), s); r.Built == nil {
			b.Fatal(verdicts(r))
		}
		m.Close()
	}
}
