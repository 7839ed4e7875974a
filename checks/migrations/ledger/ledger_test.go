package ledger

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/sql"
)

const books = "CREATE TABLE books (id bigserial PRIMARY KEY, title varchar(80) NOT NULL, author int REFERENCES authors);"

// after gives what an up and its down do not restore, on top of a base; with a
// doubt, the doubt alone.
func after(d sql.Dialect, base, up, down string) []string {
	l := New(d)
	if doubt := l.Apply(sql.Split(base, d, 1), "0.sql"); doubt != "" {
		return []string{"base: " + doubt}
	}
	c := l.Compare(sql.Split(up, d, 1), sql.Split(down, d, 1), "1.sql")
	var out []string
	for _, x := range c.Differences {
		out = append(out, x.String())
	}
	switch {
	case c.Failure != "":
		return []string{"failure: " + c.Failure}
	case c.Doubt != "":
		return append(out, "doubt: "+c.Doubt)
	}
	for _, x := range c.Order {
		out = append(out, "order of "+x.Owner)
	}
	return out
}

func TestDifferences(t *testing.T) {
	const authors = "CREATE TABLE authors (id int PRIMARY KEY);"
	pg, my, lite := sql.Postgres, sql.MySQL, sql.SQLite
	tests := []struct {
		name           string
		dialect        sql.Dialect
		base, up, down string
		want           []string
	}{
		{"a table", pg, authors, books, "DROP TABLE books", nil},
		{"a table is left over", pg, authors, books, "", []string{"table books is left over"}},
		{"types by another name", pg, books, "ALTER TABLE books ALTER COLUMN author TYPE int8, ALTER COLUMN title TYPE text",
			"ALTER TABLE books ALTER COLUMN author TYPE integer, ALTER COLUMN title TYPE character varying ( 80 )", nil},
		{"a column comes back without its constraint", pg, books, "ALTER TABLE books DROP COLUMN author", "ALTER TABLE books ADD COLUMN author int",
			[]string{"foreign key books_author_fkey of books is lost"}},
		{"a column comes back at the end", pg, books, "ALTER TABLE books DROP COLUMN title", "ALTER TABLE books ADD title varchar(80) NOT NULL", []string{"order of books"}},
		{"constraints have automatic names", pg, books, "ALTER TABLE books ADD UNIQUE (title); ALTER TABLE books ADD CHECK (author > 0)",
			"ALTER TABLE books DROP CONSTRAINT books_title_key; ALTER TABLE books DROP CONSTRAINT books_check", []string{"failure: constraint books_check of books is dropped, but is not there"}},
		{"a check of a column has its name", pg, books, "ALTER TABLE books ADD COLUMN n int CHECK (n > 0)", "ALTER TABLE books DROP CONSTRAINT books_n_check, DROP COLUMN n", nil},
		{"an index falls with its table", pg, books + "CREATE INDEX ON books (title);", "DROP TABLE books", books, []string{"index books_title_idx of books is lost"}},
		{"a default is another", pg, books, "ALTER TABLE books ALTER title SET DEFAULT 'x'::text", "ALTER TABLE books ALTER title SET DEFAULT ''", []string{"column title of books is character varying(80) NOT NULL DEFAULT '', was character varying(80) NOT NULL"}},
		{"DEFAULT NULL is none", pg, books, "ALTER TABLE books ADD n int DEFAULT NULL", "ALTER TABLE books DROP n", nil},
		{"an enum value", pg, "CREATE TYPE c AS ENUM ('a');", "ALTER TYPE c ADD VALUE 'b'", "", []string{"type c is as enum ( 'a' , 'b' ), was as enum ( 'a' )"}},
		{"a function", pg, "CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql;", "CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 2 $$ LANGUAGE sql", "", []string{
			"function f() is ( ) returns int as $$ SELECT 2 $$ language sql, was ( ) returns int as $$ SELECT 1 $$ language sql"}},
		{"a function of other parameters", pg, "CREATE FUNCTION f(a int, b timestamp with time zone DEFAULT now()) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql;",
			"CREATE OR REPLACE FUNCTION f(a bigint) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql", "DROP FUNCTION f(integer, timestamptz)",
			[]string{"function f(bigint) is left over", "function f(integer, timestamp with time zone) is lost"}},
		{"a function by its name alone", pg, "", "CREATE FUNCTION f(VARIADIC a text[], OUT n int) AS $$ SELECT 1 $$ LANGUAGE sql; ALTER FUNCTION f(text[]) RENAME TO g", "DROP FUNCTION g", nil},
		{"a name is changed and back", pg, books + "CREATE INDEX i ON books (title);", "ALTER TABLE books RENAME title TO name; ALTER TABLE books RENAME TO novels", "ALTER TABLE novels RENAME TO books; ALTER TABLE books RENAME COLUMN name TO title", nil},
		{"a serial's sequence falls with its table", pg, "CREATE SEQUENCE s; CREATE TABLE a (id int); ALTER SEQUENCE s OWNED BY a.id;", "DROP TABLE a", "CREATE SEQUENCE s; CREATE TABLE a (id int); ALTER SEQUENCE s OWNED BY a.id", nil},
		{"a block of code", pg, books, "DO $$ BEGIN DROP TABLE books; END $$", "", []string{"table books is lost"}},
		{"a block that asks the catalogue", pg, books, "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'c') THEN CREATE TYPE c AS ENUM ('a'); END IF; END $$;", "",
			[]string{"type c is left over"}},
		{"a block that asks for what is there", pg, "CREATE TYPE c AS ENUM ('a');", "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'c') THEN CREATE TYPE c AS ENUM ('b'); END IF; END $$;", "", nil},
		{"a block that catches what is there", pg, "CREATE TYPE c AS ENUM ('a');", "DO $$ BEGIN CREATE TYPE c AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;", "", nil},
		{"a block about rows", pg, books, "DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM books; IF n > 9 THEN RAISE EXCEPTION 'too many'; END IF; FOR n IN SELECT id FROM books LOOP UPDATE books SET author = n; END LOOP; END $$;", "", nil},
		{"a block that depends on rows", pg, books, "DO $$ BEGIN IF (SELECT count(*) FROM books) = 0 THEN DROP TABLE books; END IF; END $$;", "", []string{"doubt: what the statement at line 1 does cannot be read"}},
		{"a block that writes its own statements", pg, books, "DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'books'; END $$; CREATE TABLE shelves (id int);", "",
			[]string{"table shelves is left over", "doubt: what the statement at line 1 does cannot be read"}},
		{"a call of a function that changes rows", pg, books, "CREATE FUNCTION f() RETURNS void AS $$ UPDATE books SET author = 1 $$ LANGUAGE sql; SELECT f(); DROP FUNCTION f();", "", nil},
		{"tables of the session", pg, books, "CREATE TEMP TABLE t AS SELECT 1 AS a; CREATE INDEX ON t (a); DROP TABLE t; CREATE FUNCTION pg_temp.f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql;", "", nil},
		{"a sequence that a column owns", pg, books, "CREATE TABLE t (n bigint); CREATE SEQUENCE s OWNED BY t.n", "DROP TABLE t", nil},
		{"the type of a serial's sequence", pg, "CREATE TABLE t (n serial);", "ALTER SEQUENCE t_n_seq AS bigint", "", []string{"type of sequence t_n_seq of t is bigint, was integer"}},
		{"a check with other brackets and casts", pg, "CREATE TABLE t (a text, CONSTRAINT c CHECK (a = ANY (ARRAY['x'::text, 'y'::text])));", "ALTER TABLE t DROP CONSTRAINT c",
			"ALTER TABLE t ADD CONSTRAINT c CHECK ((a)::text = ANY ((ARRAY[('x'::text), 'y'])::text[]))", nil},
		{"a foreign key validated later", pg, authors + books, "ALTER TABLE books DROP CONSTRAINT books_author_fkey",
			"ALTER TABLE books ADD CONSTRAINT books_author_fkey FOREIGN KEY (author) REFERENCES authors (id) NOT VALID; ALTER TABLE books VALIDATE CONSTRAINT books_author_fkey", nil},
		{"the down makes what is there", pg, books, "ALTER TABLE books ADD n int", "ALTER TABLE books DROP n; CREATE INDEX books_pkey ON books (title)", []string{"failure: index books_pkey of books is created, but the name is taken"}},
		{"the down drops what is gone", pg, books, "ALTER TABLE books DROP title", "ALTER TABLE books DROP title", []string{"failure: column title of books is dropped, but is not there"}},
		{"names are taken in the whole schema", pg, "CREATE TABLE a (b int); CREATE INDEX a_b_key ON a (b);", "ALTER TABLE a ADD UNIQUE (b)", "ALTER TABLE a DROP CONSTRAINT a_b_key1", nil},
		{"a doubt about one table", pg, books + "CREATE TABLE t (x int);", "SELECT rebuild('t'); ALTER TABLE books DROP title", "", []string{"column title of books is lost", "doubt: what the statement at line 1 does cannot be read"}},
		{"what is not known", pg, "", "ALTER TABLE x ADD y int", "ALTER TABLE x DROP y", []string{"doubt: table x is altered, but is not there"}},
		{"a condition written in another way", pg, books + "CREATE INDEX i ON books (id) WHERE ((title = 'x'::text) AND (id > 1));", "DROP INDEX i", "CREATE INDEX i ON books USING btree (id) WHERE title = 'x' AND id > 1", nil},
		{"MySQL's MODIFY forgets", my, "CREATE TABLE a (b INT NOT NULL, PRIMARY KEY (b), c INT NOT NULL);", "ALTER TABLE a MODIFY c BIGINT NOT NULL, MODIFY b BIGINT", "ALTER TABLE a MODIFY c INT, MODIFY b INT",
			[]string{"column c of a is int, was int NOT NULL"}},
		{"MySQL's inline indexes", my, "", "CREATE TABLE a (b INT, KEY k (b), UNIQUE KEY u (b)) ENGINE=InnoDB", "ALTER TABLE a DROP INDEX u, DROP KEY k; DROP TABLE a", nil},
		{"MySQL shortens an index", my, "CREATE TABLE a (b INT, c INT, KEY k (b, c));", "ALTER TABLE a DROP COLUMN c", "ALTER TABLE a ADD COLUMN c INT", []string{"index k of a is (b), was (b, c)"}},
		{"SQLite rebuilds a table", lite, "CREATE TABLE a (b INTEGER PRIMARY KEY, c TEXT);", "ALTER TABLE a ADD COLUMN d TEXT",
			"CREATE TABLE n (b integer PRIMARY KEY, c text); INSERT INTO n SELECT b, c FROM a; DROP TABLE a; ALTER TABLE n RENAME TO a", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, after(tt.dialect, tt.base, tt.up, tt.down)); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

// TestObjectName: names are cut as PostgreSQL cuts them.
func TestObjectName(t *testing.T) {
	got := objectName(strings.Repeat("t", 50), strings.Repeat("c", 40), "fkey")
	if want := strings.Repeat("t", 29) + "_" + strings.Repeat("c", 28) + "_fkey"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzApply(f *testing.F) {
	for _, s := range []string{books, "ALTER TABLE books ADD", "CREATE TABLE a (", "ALTER TABLE a CHANGE b", "DROP TABLE a,", "CREATE INDEX ON a (b) WHERE", "COMMENT ON COLUMN a.b IS", "RENAME TABLE a TO", "ALTER TYPE c RENAME VALUE 'a' TO"} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, text string, dialect int) {
		d := sql.Dialect((dialect%5 + 5) % 5)
		l := New(d)
		l.Apply(sql.Split(books+"CREATE TYPE c AS ENUM ('a');", d, 1), "0.sql")
		script := sql.Split(text, d, 1)
		l.Compare(script, script, "1.sql")
	})
}

func BenchmarkApply(b *testing.B) {
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, "CREATE TABLE t%d (id bigserial PRIMARY KEY, name text NOT NULL DEFAULT 'x', other int REFERENCES t%d (id));\nCREATE INDEX ON t%d (name);\nALTER TABLE t%d ADD COLUMN more int, DROP COLUMN name;\n", i, max(i-1, 0), i, i)
	}
	script := sql.Split(text.String(), sql.Postgres, 1)
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		New(sql.Postgres).Apply(script, "m.sql")
	}
}
