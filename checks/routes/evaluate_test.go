package routes

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/backend-conformance/conformance/checks/load"
)

var update = flag.Bool("update", false, "rewrite the want sections of the fixtures")

// TestExtract evaluates each fixture, a small server of its own, and compares
// the whole table with the archive's "want" section, row by row.
func TestExtract(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, at := section(ar, "want")
			p := loadFixture(t, ar)
			table, err := Extract(t.Context(), p, Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkHandlers(t, p, table)
			got := show(table)
			if *update && at >= 0 {
				ar.Files[at].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(ar), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("%s (-want +got)\n%s", ar.Comment, diff)
			}
		})
	}
}

func section(ar *txtar.Archive, name string) (string, int) {
	for i, f := range ar.Files {
		if f.Name == name {
			return string(f.Data), i
		}
	}
	return "", -1
}

// checkHandlers: what is named as a function of the module is one that the
// program knows under the same key and name.
func checkHandlers(t *testing.T, p *load.Program, table *Table) {
	t.Helper()
	for _, r := range table.Routes {
		for _, h := range append([]Handler{r.Handler}, r.Middleware...) {
			if h.Body == nil {
				continue
			}
			if f := p.FuncAt(h.Key); f == nil || f.Name != h.Name {
				t.Errorf("%s %s: handler %s has a key that leads to %v", r.Method, r.Path, h.Name, f)
			}
		}
	}
}

// loadFixture unpacks a fixture with stand-ins for the libraries it imports.
func loadFixture(t testing.TB, ar *txtar.Archive) *load.Program {
	t.Helper()
	dir := t.TempDir()
	source := string(ar.Comment)
	for _, f := range ar.Files {
		if f.Name == "want" {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		source += string(f.Data)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(goMod(t, source)), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := load.Load(t.Context(), load.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(source, "does not compile") {
		for _, problem := range p.Problems {
			t.Errorf("the fixture does not compile: %s", problem)
		}
	}
	return p
}

// goMod is a fixture's go.mod: each stand-in that the source imports, from the
// stubs folder.
func goMod(t testing.TB, source string) string {
	t.Helper()
	out := "module example.com/app\n\ngo 1.24\n"
	mods, err := filepath.Glob("testdata/stubs/*/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, mod := range mods {
		data, err := os.ReadFile(mod)
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(string(data), "\n")
		path := strings.TrimPrefix(line, "module ")
		if !strings.Contains(source, `"`+path) {
			continue
		}
		dir, err := filepath.Abs(filepath.Dir(mod))
		if err != nil {
			t.Fatal(err)
		}
		version := "v0.0.0"
		if major := path[strings.LastIndex(path, "/")+1:]; strings.Trim(major, "0123456789") == "v" {
			version = major + ".0.0"
		}
		out += fmt.Sprintf("\nrequire %s %s\n\nreplace %s => %s\n", path, version, path, dir)
	}
	return out
}

// show prints a table, one line for each row.
func show(table *Table) string {
	var b strings.Builder
	for _, r := range table.Routes {
		fmt.Fprintf(&b, "%s %s %s %s", r.Method, r.Path, r.Pos, r.Handler.Name)
		if len(r.Middleware) > 0 {
			names := make([]string, len(r.Middleware))
			for i, h := range r.Middleware {
				names[i] = h.Name
				if h.Conditional {
					names[i] += "?"
				}
			}
			fmt.Fprintf(&b, " [%s]", strings.Join(names, " "))
		}
		for _, flag := range []struct {
			name string
			set  bool
		}{
			{"not-reached", !r.Reached}, {"prefix-unknown", r.PrefixUnknown}, {"guess", r.Guess}, {"unseen", r.Unseen != ""},
			{"opaque", r.Opaque}, {"static", r.Static}, {"host=" + r.Host, r.Host != ""},
		} {
			if flag.set {
				b.WriteString(" " + flag.name)
			}
		}
		b.WriteString("\n")
	}
	for _, u := range table.Unresolved {
		fmt.Fprintf(&b, "unresolved %s %s %s: %s\n", u.Position, u.Method, u.Prefix, u.Reason)
	}
	for _, n := range table.Notes {
		fmt.Fprintf(&b, "note %s\n", n)
	}
	return b.String()
}
