package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/sql"
)

// userServer stands for one of the user's, with databases that must stay as they are.
type userServer struct {
	dialect sql.Dialect
	url     func(database string) string
	do      func(database, text string) error
	// dump is everything that is in a database.
	dump func(database string) string
}

func userServers(t *testing.T, f func(*testing.T, userServer)) {
	t.Run("PostgreSQL", func(t *testing.T) {
		c := cluster(t)
		in := func(name string, what func(*postgresDB) error) error {
			conn, err := c.connect(t.Context(), "admin", name)
			if err != nil {
				return err
			}
			defer conn.Close(context.Background())
			return what(&postgresDB{conn: conn, cluster: c})
		}
		f(t, userServer{sql.Postgres,
			func(name string) string { return fmt.Sprintf("postgres://admin@/%s?host=%s", name, c.dir) },
			func(name, text string) error {
				return in(name, func(db *postgresDB) error { return db.do(t.Context(), text) })
			},
			func(name string) (all string) {
				_ = in(name, func(db *postgresDB) error { all = dump(t, db); return nil })
				return all
			},
		})
	})
	t.Run("MySQL", func(t *testing.T) {
		m := mysqlServer(t)
		f(t, userServer{sql.MySQL,
			func(name string) string {
				return fmt.Sprintf("mysql://root@localhost/%s?socket=%s", name, m.in("sock"))
			},
			func(name, text string) error {
				if name != "postgres" { // which is where one stands in the other
					if err := m.admin.Use(t.Context(), name); err != nil {
						return err
					}
				}
				return m.admin.Exec(t.Context(), text)
			},
			func(name string) string { return dump(t, &mysqlDB{conn: m.admin, database: name}) },
		})
	})
}

func dump(t *testing.T, db database) string {
	t.Helper()
	s, err := db.schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(s)
}

func (u userServer) must(t *testing.T, database string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err := u.do(database, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func TestFindScratch(t *testing.T) {
	userServers(t, func(t *testing.T, u userServer) {
		for _, name := range []string{"shop", "empty", "shop_test", "latest"} {
			u.must(t, "postgres", "CREATE DATABASE "+name)
			if name != "empty" {
				u.must(t, name, "CREATE TABLE kept (id int PRIMARY KEY)")
			}
		}
		for name, want := range map[string]string{
			"empty": "", "shop_test": "",
			"shop":   "database shop is not empty; name one that is, or one with scratch or test as a word of its name",
			"latest": "database latest is not empty; name one that is, or one with scratch or test as a word of its name",
			"none":   "connect to database none: ",
		} {
			_, err := FindScratch(t.Context(), u.url(name))
			if got := fmt.Sprint(err); err == nil && want != "" || err != nil && (want == "" || !strings.HasPrefix(got, want)) {
				t.Errorf("%s: got %v, want %q", name, err, want)
			}
		}
	})
}

func TestFindScratch_Addresses(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://me:s3cret@host":     "it names no database; write it like " + scratchExample,
		"postgres://me:s3cret@ho st/x":  "it cannot be read; write it like " + scratchExample,
		"sqlite:///x.db":                "there is no engine for \"sqlite\"; write it like " + scratchExample,
		"scratch":                       "there is no engine for \"\"; write it like " + scratchExample,
		"mysql://me:s3cret@h/x?tls=off": "tls=off is neither true nor false",
	} {
		if _, err := FindScratch(t.Context(), address); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", address, err, want)
		}
	}
	for _, address := range []string{"postgres://me:s3cret@127.0.0.1:1/scratch", "mysql://me:s3cret@127.0.0.1:1/scratch"} {
		if _, err := FindScratch(t.Context(), address); err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one line without the password", address, err)
		}
	}
}

func TestFindScratch_Password(t *testing.T) {
	m := mysqlServer(t)
	for _, text := range []string{"CREATE DATABASE scratch", "CREATE USER me@localhost IDENTIFIED BY 's3cret'", "GRANT ALL ON scratch.* TO me@localhost"} {
		if err := m.admin.Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	address := func(password string) string { return "mysql://me" + password + "@/scratch?socket=" + m.in("sock") }
	if _, err := FindScratch(t.Context(), address(":s3cret")); err != nil {
		t.Error(err)
	}
	if _, err := FindScratch(t.Context(), address(":wrong")); err == nil || strings.Contains(err.Error(), "wrong") || !strings.Contains(err.Error(), "Access denied") {
		t.Errorf("got %v", err)
	}
	t.Setenv("MYSQL_PWD", "s3cret")
	if _, err := FindScratch(t.Context(), address("")); err != nil {
		t.Error(err)
	}
}

func TestDisposable(t *testing.T) {
	for name, want := range map[string]bool{
		"scratch": true, "test": true, "shop_test": true, "test-shop": true, "SCRATCH2": true, "tests": true, "testdb": true, "testing_1": true,
		"latest": false, "contest": false, "shop": false, "testament": false, "attestation": false, "": false,
	} {
		if got := disposable.MatchString(name); got != want {
			t.Errorf("%q: got %v", name, got)
		}
	}
}

// TestScratch: the user's database, and those beside it, are left as they were.
func TestScratch(t *testing.T) {
	userServers(t, func(t *testing.T, u userServer) {
		for _, name := range []string{"scratch", "shop_test", "shop"} {
			u.must(t, "postgres", "CREATE DATABASE "+name)
			if name != "scratch" {
				u.must(t, name, "CREATE TABLE kept (id int PRIMARY KEY)", "CREATE VIEW v AS SELECT id FROM kept", "INSERT INTO kept VALUES (1)")
			}
		}
		for _, name := range []string{"scratch", "shop_test"} {
			before, beside := u.dump(name), u.dump("shop")
			scratch, err := FindScratch(t.Context(), u.url(name))
			if err != nil {
				t.Fatal(err)
			}
			scratch.Note = func(s string) { t.Errorf("note: %s", s) }
			servers := &Servers{Scratch: scratch, Progress: func(s string) { t.Errorf("%s: a server of our own for what the user's is there for", s) }}
			r := servers.Run(t.Context(), u.dialect, steps("CREATE TABLE kept (id int PRIMARY KEY)", "DROP TABLE kept",
				"ALTER TABLE kept ADD a int; CREATE INDEX i ON kept (a)", "ALTER TABLE kept DROP COLUMN a; ALTER TABLE kept ADD b int",
				"ALTER TABLE kept ADD c int", "ALTER TABLE kept DROP COLUMN c"))
			if diff := cmp.Diff([]string{"restored", "not restored: column b of kept is left over", "restored"}, verdicts(r)); diff != "" {
				t.Errorf("%s: verdicts (-want +got):\n%s", name, diff)
			}
			if r.Built != nil {
				for query, want := range map[string]check.Answer{"SELECT id FROM kept": {}, "SELECT c FROM kept": {}, "SELECT id FROM lost": {Missing: "lost"}, "SELECT a FROM kept": {}} {
					if got := r.Built.Resolve(t.Context(), query); got != want {
						t.Errorf("%s: %s: got %+v", name, query, got)
					}
				}
			}
			for _, text := range []string{"COMMIT", "DROP DATABASE shop", "GRANT ALL ON shop TO me", "/* x */ commit; DROP TABLE kept", "CREATE USER me", "SELECT 1 INTO OUTFILE 'x'", "COPY kept TO '/tmp/x'", "DROP TABLE shop.kept"} {
				r := servers.Run(t.Context(), u.dialect, []Step{{Title: "1", Up: &Script{Statements: []Statement{{Text: text}}}, Down: &Script{}}})
				if r.Verdicts[0].Outcome == Restored && text != "COMMIT" && text != "CREATE USER me" {
					t.Errorf("%s: %s ran", name, text)
				}
			}
			servers.Close()
			if diff := cmp.Diff(before, u.dump(name)); diff != "" {
				t.Errorf("%s is not as it was (-before +after):\n%s", name, diff)
			}
			if diff := cmp.Diff(beside, u.dump("shop")); diff != "" {
				t.Errorf("shop is not as it was (-before +after):\n%s", diff)
			}
			if name != "scratch" && u.do(name, "INSERT INTO kept VALUES (1)") == nil {
				t.Errorf("the rows of %s are gone", name)
			}
			if err := u.do(name, "CREATE USER me"); err != nil {
				t.Errorf("a user was left: %v", err)
			}
			_ = u.do(name, "DROP USER me")
		}
	})
}
