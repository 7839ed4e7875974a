package migrations

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
)

// TestBadInput: a file that cannot be right gets one clear line, whatever is in it.
func TestBadInput(t *testing.T) {
	const up = "CREATE TABLE a (id bigserial PRIMARY KEY);\n"
	utf16 := "\xff\xfe"
	for _, c := range up {
		utf16 += string(rune(c)) + "\x00"
	}
	tests := []struct {
		name, up string
		want     []string
	}{
		{"a byte order mark and carriage returns", "\ufeff" + strings.ReplaceAll(up, "\n", "\r\n"), nil},
		{"UTF-16", utf16, []string{"migration-invalid db/1_a.up.sql:1 1_a.up.sql is UTF-16 text; save it as UTF-8 text"}},
		{"Latin-1", "-- caf\xe9\n" + up, []string{"migration-invalid db/1_a.up.sql:1 1_a.up.sql is not UTF-8 text; save it as UTF-8 text"}},
		{"binary", "\x7fELF\x00\x01\x02", []string{"migration-invalid db/1_a.up.sql:1 1_a.up.sql is a binary file; save it as UTF-8 text"}},
		{"more than is read", up + strings.Repeat("-- x\n", 2<<20), []string{"migration-invalid db/1_a.up.sql:1 1_a.up.sql is larger than 8 MiB and was not read; save it as UTF-8 text"}},
		{"brackets without end", up + "SELECT " + strings.Repeat("(", 1_000_000), []string{"migration-invalid db/1_a.up.sql:2 migration 1_a cannot be read: a bracket is opened and not closed before the statement ends (SELECT); correct the script"}},
		{"deep nesting", up + "SELECT " + strings.Repeat("(", 300_000) + "1" + strings.Repeat(")", 300_000), nil},
		{"a word that is none", up + "ALTER TABLE a ADD COLUMN b int NOT NUL;", []string{`migration-invalid db/1_a.up.sql:2 migration 1_a is not PostgreSQL: syntax error at or near "NUL"; correct the statement`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := files("")
			r.Exec = nil
			r.Files = fstest.MapFS{"db/1_a.up.sql": {Data: []byte(tt.up)}, "db/1_a.down.sql": {Data: []byte("DROP TABLE a; -- ::text\n")}, "db/2_b.up.sql": {Data: []byte("ALTER TABLE a ADD COLUMN x jsonb;")},
				"db/2_b.down.sql": {Data: []byte("ALTER TABLE a DROP COLUMN x;")}}
			began := time.Now()
			got := slices.DeleteFunc(found(judged(t, r)), func(f string) bool { return !strings.HasPrefix(f, RuleInvalid.ID) })
			if diff := cmp.Diff(tt.want, got, cmp.Transformer("none", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

// TestBadInput_DeepNestingIsNotAnalysed: what is too much for the grammar is
// undecided, with its place.
func TestBadInput_DeepNestingIsNotAnalysed(t *testing.T) {
	r := files("-- db/1_a.up.sql --\nCREATE TABLE a (id bigserial PRIMARY KEY);\nSELECT 1" + strings.Repeat("+1", 100_000) + ";\n-- db/1_a.down.sql --\nDROP TABLE a;\n")
	r.Exec = nil
	c := judged(t, r)[RuleInvalid.ID]
	if c.Outcome != report.Inconclusive || len(c.Evidence) != 1 || c.Evidence[0].String() != "db/1_a.up.sql:2" || !strings.Contains(c.Evidence[0].Message, "not analysed") {
		t.Errorf("%s with %v; want inconclusive at db/1_a.up.sql:2", c.Outcome, c.Evidence)
	}
}

// TestBadInput_Links: a link out of the repository is named and not followed.
func TestBadInput_Links(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(outside, "secret.sql"), "CREATE TABLE secret (id INTEGER);")
	write(filepath.Join(dir, "1_a.up.sql"), "CREATE TABLE a (id INTEGER PRIMARY KEY);")
	write(filepath.Join(dir, "1_a.down.sql"), "DROP TABLE a;")
	if err := os.Symlink(filepath.Join(outside, "secret.sql"), filepath.Join(dir, "2_b.up.sql")); err != nil {
		t.Skip("this system has no links")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	r := &check.Repo{Files: root.FS(), ModuleDir: ".", Progress: func(string) {}}
	if got := found(judged(t, r)); got != nil {
		t.Errorf("findings %q, want none", got)
	}
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "2_b.up.sql is a link that leads outside") }) {
		t.Errorf("notes %q; want the link named", r.Notes)
	}
}

// TestBadInput_ThousandsOfFiles are read in order and in time.
func TestBadInput_ThousandsOfFiles(t *testing.T) {
	m := fstest.MapFS{}
	for i := 1; i <= 1500; i++ {
		m[fmt.Sprintf("db/%05d_t.up.sql", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "CREATE TABLE t%d (id INTEGER PRIMARY KEY);", i)}
		m[fmt.Sprintf("db/%05d_t.down.sql", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "DROP TABLE t%d;", i)}
	}
	r := &check.Repo{Files: m, ModuleDir: ".", Progress: func(string) {}}
	began := time.Now()
	if got := found(judged(t, r)); got != nil {
		t.Errorf("%d findings, want none; the first: %s", len(got), got[0])
	}
	if len(r.Migrations) != 1500 {
		t.Errorf("%d migrations, want 1500", len(r.Migrations))
	}
	t.Logf("1500 migrations in %s", time.Since(began))
}
