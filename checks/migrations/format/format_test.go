package format

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/report"
)

func find(files map[string]string, imports ...string) Result {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Find(Input{Files: m, ModuleDir: ".", Imports: func(p string) (report.Position, bool) {
		for _, i := range imports {
			if i == p {
				return report.Position{File: "main.go", Line: 3}, true
			}
		}
		return report.Position{}, false
	}})
}

// sets writes what was found as "tool dir: up1 up2".
func sets(r Result) []string {
	var out []string
	for _, s := range r.Sets {
		line := s.Tool + " " + s.Dir + ":"
		for _, v := range s.Versions {
			line += " " + v.Title()
		}
		out = append(out, line)
	}
	return out
}

func TestFind_ChoosesByEvidence(t *testing.T) {
	const up = "CREATE TABLE a (id int);"
	pairs := map[string]string{"db/1_a.up.sql": up, "db/1_a.down.sql": "DROP TABLE a;"}
	tests := []struct {
		name    string
		files   map[string]string
		imports []string
		want    []string
	}{
		{"pairs alone", pairs, nil, []string{"golang-migrate db: 1_a"}},
		{"pairs and an import of bun", pairs, []string{"github.com/uptrace/bun/migrate"}, []string{"bun db: 1_a"}},
		{"pairs and an import of pop", pairs, []string{"github.com/gobuffalo/pop/"}, []string{"pop db: 1_a"}},
		{"a marker beats an import", map[string]string{"db/1_a.sql": "-- +goose Up\n" + up}, []string{"github.com/jackc/tern/"}, []string{"goose db: 1_a"}},
		{"numbers are nobody's outside of a folder that says so", map[string]string{"queries/1_a.sql": up}, nil, nil},
		{"numbers in a folder that says so", map[string]string{"migrations/2_b.sql": up, "migrations/10_c.sql": up}, nil, []string{"own loader migrations: 2_b 10_c"}},
		{"numbers and an import of tern", map[string]string{"sql/1_a.sql": up}, []string{"github.com/jackc/tern/v2/"}, []string{"tern sql: 1_a"}},
		{"several tools", map[string]string{"a/1_a.sql": "-- migrate:up\n" + up + "\n-- migrate:down\n", "b/1_b.sql": "-- +migrate Up\n" + up}, nil,
			[]string{"dbmate a: 1_a", "sql-migrate b: 1_b"}},
		{"queries", map[string]string{"migrations/queries.sql": "SELECT 1;", "migrations/1_a.sql": "SELECT 1;"}, nil, nil},
		{"another module", map[string]string{"go.mod": "module a", "tool/go.mod": "module b", "tool/db/1_a.up.sql": up}, nil, nil},
		{"another module that this one requires", map[string]string{"go.mod": "module a\nrequire a/db v0.0.0", "db/go.mod": "module a/db", "db/m/1_a.up.sql": up}, nil, []string{"golang-migrate db/m: 1_a"}},
		{"vendored scripts", map[string]string{"vendor/x/1_a.up.sql": up}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, sets(find(tt.files, tt.imports...))); diff != "" {
				t.Errorf("sets (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFind_SkippedNamesOnlyWhereTheToolRuns(t *testing.T) {
	files := map[string]string{"db/1_a.up.sql": "CREATE TABLE a (id int);", "db/2_b.sql": "CREATE TABLE b (id int);"}
	if r := find(files); len(r.Sets) != 1 || len(r.Sets[0].Order) != 0 {
		t.Errorf("without evidence of the tool: %+v", r.Sets)
	}
	files["Makefile"] = "up:\n\tmigrate -path db -database $(DSN) up\n"
	r := find(files)
	if len(r.Sets) != 1 || len(r.Sets[0].Order) != 1 || r.Sets[0].Order[0].File != "db/2_b.sql" {
		t.Fatalf("with a command: %+v", r.Sets)
	}
	if at := r.Sets[0].Evidence[0].Position.String(); at != "Makefile:2" {
		t.Errorf("evidence at %s, want Makefile:2", at)
	}
}

func TestFind_Unreadable(t *testing.T) {
	r := find(map[string]string{"db/1_a.up.sql": "CREATE TABLE a (id int);", "db/2_b.up.sql": "PK\x00\x03", "db/3_c.up.sql": "CREATE TABLE c\xff (id int);"})
	var got []string
	for _, d := range r.Sets[0].Invalid {
		got = append(got, d.Position.String()+" "+d.Message)
	}
	want := []string{"db/2_b.up.sql:1 2_b.up.sql is a binary file; save it as UTF-8 text", "db/3_c.up.sql:1 3_c.up.sql is not UTF-8 text; save it as UTF-8 text"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("invalid (-want +got):\n%s", diff)
	}
}

func TestFind_LinkOutOfTheRepository(t *testing.T) {
	m := fstest.MapFS{
		"db/1_a.up.sql": {Data: []byte("CREATE TABLE a (id int);")},
		"db/2_b.up.sql": {Data: []byte("../../etc/passwd"), Mode: fs.ModeSymlink | 0o777},
	}
	r := Find(Input{Files: m, ModuleDir: ".", Imports: func(string) (report.Position, bool) { return report.Position{}, false }})
	want := []string{"migrations: db/2_b.up.sql is a link that leads outside of the repository or nowhere; it was not read"}
	if diff := cmp.Diff(want, r.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"golang-migrate db: 1_a"}, sets(r)); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
}

func TestFind_ThousandsOfFiles(t *testing.T) {
	files := map[string]string{}
	for i := range 5000 {
		files[fmt.Sprintf("db/%d_a.up.sql", i+1)] = "CREATE TABLE a (id int);"
	}
	if r := find(files); len(r.Sets) != 1 || len(r.Sets[0].Versions) != 5000 {
		t.Errorf("%d sets", len(r.Sets))
	}
}

// FuzzFind: no name and no text makes any tool fail, and every version has a
// part and a title.
func FuzzFind(f *testing.F) {
	for _, name := range []string{"1_a.up.sql", "1_a.up..sql", "V1__a.sql", "U1.0__a.sql", "1_a.mysql.up.fizz", "v1.2.3.sql", "1_a.go", "atlas.sum", "changelog.yaml", "changelog.xml", "99999999999999999999_a.up.sql", "_.sql", ".up.sql"} {
		f.Add(name, "-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\n")
		f.Add(name, "package a\n\nvar migrations = []string{\"CREATE TABLE a (b int)\"}\n")
		f.Add(name, "databaseChangeLog:\n- changeSet: {id: 1}\n")
		f.Add(name, "h1:x\n1_a.sql h1:y\n")
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		name = "migrations/" + strings.ReplaceAll(name, "/", "_")
		if !fs.ValidPath(name) {
			t.Skip()
		}
		r := find(map[string]string{name: text, "migrations/2_b.up.sql": "CREATE TABLE b (id int);"})
		for _, s := range r.Sets {
			for _, v := range s.Versions {
				if v.Up == nil && v.Down == nil || v.Title() == "" {
					t.Fatalf("%s: version %+v", s.Tool, v)
				}
			}
		}
	})
}
