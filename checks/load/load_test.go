package load

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/txtar"
)

// unpack writes a txtar archive into a new folder.
func unpack(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		file := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mustLoad(t *testing.T, archive string, patterns ...string) *Program {
	t.Helper()
	p, err := Load(context.Background(), Options{Dir: unpack(t, archive), Patterns: patterns})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const twoPackages = `
-- go.mod --
module example.com/app

go 1.24
-- a/a.go --
package a

import "log"

func Stop() { log.Fatal("stop") }
-- main.go --
package main

import "example.com/app/a"

func main() { func() { a.Stop() }() }
`

func TestLoad_OrderAndPositions(t *testing.T) {
	p := mustLoad(t, twoPackages)
	var paths []string
	for _, pkg := range p.Packages {
		paths = append(paths, pkg.PkgPath)
	}
	if want := []string{"example.com/app/a", "example.com/app"}; !slices.Equal(paths, want) {
		t.Fatalf("packages = %v, want imports first: %v", paths, want)
	}
	if p.Module != "example.com/app" || len(p.Problems) != 0 {
		t.Errorf("module %q, problems %v", p.Module, p.Problems)
	}
	stop := p.Packages[0].Types.Scope().Lookup("Stop")
	if at := p.Position(stop.Pos()); at.String() != "a/a.go:5" {
		t.Errorf("Stop is at %s", at)
	}
	if fn := p.FuncAt(stop.Pos()); fn == nil || fn.Name != "a.Stop" {
		t.Errorf("FuncAt(Stop) = %+v", fn)
	}
	if at := p.Position(stop.Pos()); !strings.HasPrefix(at.File, "a/") {
		t.Errorf("path is not relative: %s", at.File)
	}
}

func TestLoad_SharedTypesBetweenOwnPackages(t *testing.T) {
	p := mustLoad(t, twoPackages)
	if got := p.Packages[1].Imports["example.com/app/a"].Types; got != p.Packages[0].Types {
		t.Error("main sees another package a than the one that was parsed: facts would be lost")
	}
}

func TestLoad_Patterns(t *testing.T) {
	p := mustLoad(t, twoPackages, "./a")
	if len(p.Packages) != 2 || p.SelectedCount() != 1 || !p.Selected(p.Packages[0]) {
		t.Errorf("loaded %d, selected %d", len(p.Packages), p.SelectedCount())
	}
}

func TestLoad_BrokenSourceIsNoError(t *testing.T) {
	p := mustLoad(t, `
-- go.mod --
module example.com/app

go 1.24
-- bad/bad.go --
package bad

func F() int { return "text" }
-- missing/missing.go --
package missing

import (
	_ "embed"

	"example.org/nowhere"
)

//go:embed gone.txt
var gone string

var X = nowhere.X
-- main.go --
package main

import "example.com/app/bad"

func main() { _ = bad.F() }
`)
	if len(p.Packages) != 3 {
		t.Fatalf("%d packages, want all 3", len(p.Packages))
	}
	var all []string
	for _, pr := range p.Problems {
		all = append(all, pr.String())
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{"bad/bad.go:3: cannot use \"text\"", "gone.txt", "example.org/nowhere"} {
		if !strings.Contains(text, want) {
			t.Errorf("no problem mentions %q in:\n%s", want, text)
		}
	}
}

// What nothing uses does not keep a package from being analysed; what has no type
// does.
func TestAnalyze_UnusedNamesAreNoObstacle(t *testing.T) {
	for body, analysed := range map[string]bool{
		"import \"fmt\"\n\nfunc main() { unused := 1 }\n": true, "func main() { undefined() }\n": false,
	} {
		p := mustLoad(t, "-- go.mod --\nmodule example.com/app\n\ngo 1.24\n-- main.go --\npackage main\n\n"+body)
		probe := &analysis.Analyzer{Name: "probe", Doc: "counts files", Run: func(pass *analysis.Pass) (any, error) { return len(pass.Files), nil }}
		if err := p.Analyze(context.Background(), []*analysis.Analyzer{probe}); err != nil {
			t.Fatal(err)
		}
		if got := p.Actions(probe)[0].Err == nil; got != analysed || len(p.Problems) == 0 {
			t.Errorf("%q: analysed %t, problems %v, want %t and the problems", body, got, p.Problems, analysed)
		}
	}
}

func TestLoad_NewerGoDirective(t *testing.T) {
	p := mustLoad(t, "-- go.mod --\nmodule example.com/app\n\ngo 1.99\n-- main.go --\npackage main\n\nfunc main() {}\n")
	if len(p.Packages) != 1 || len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "requires go 1.99") {
		t.Errorf("packages %d, notes %q", len(p.Packages), p.Notes)
	}
}

func TestLoad_NothingToAnalyse(t *testing.T) {
	for _, tc := range []struct{ name, archive, want string }{
		{"no module", "-- README --\n", "no go.mod"},
		{"modules below", "-- api/go.mod --\nmodule a\n-- worker/go.mod --\nmodule b\n", "choose one with -C: api, worker"},
		{"no Go file", "-- go.mod --\nmodule example.com/app\n\ngo 1.24\n", "no Go package"},
		{"no such package", "-- go.mod --\nmodule example.com/app\n\ngo 1.24\n-- main.go --\npackage main\n\nfunc main() {}\n", "matches ./nowhere"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var patterns []string
			if tc.name == "no such package" {
				patterns = []string{"./nowhere"}
			}
			_, err := Load(context.Background(), Options{Dir: unpack(t, tc.archive), Patterns: patterns})
			if !errors.Is(err, ErrNothing) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want ErrNothing with %q", err, tc.want)
			}
		})
	}
}

type marked struct{ Mark string }

func (*marked) AFact() {}

// marker exports a fact on every package and reports the facts of imports.
func marker() *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "marker", Doc: "test", FactTypes: []analysis.Fact{new(marked)},
		Run: func(pass *analysis.Pass) (any, error) {
			for _, f := range pass.AllPackageFacts() {
				pass.Reportf(pass.Files[0].Pos(), "sees %s", f.Fact.(*marked).Mark)
			}
			pass.ExportPackageFact(&marked{pass.Pkg.Name()})
			return nil, nil
		},
	}
}

func TestAnalyze_FactsOfDirectImports(t *testing.T) {
	p := mustLoad(t, twoPackages)
	m := marker()
	if err := p.Analyze(context.Background(), []*analysis.Analyzer{m}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, act := range p.Actions(m) {
		for _, d := range act.Diagnostics {
			got = append(got, act.Package.PkgPath+" "+d.Message)
		}
	}
	if want := []string{"example.com/app sees a"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAnalyze_PanicAndHangCostOnlyThemselves(t *testing.T) {
	p := mustLoad(t, twoPackages)
	p.actionTimeout = 200 * time.Millisecond
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	panics := &analysis.Analyzer{Name: "panics", Doc: "test", Run: func(*analysis.Pass) (any, error) { panic("boom") }}
	hangs := &analysis.Analyzer{Name: "hangs", Doc: "test", Run: func(*analysis.Pass) (any, error) { <-forever; return nil, nil }}
	m := marker()
	if err := p.Analyze(context.Background(), []*analysis.Analyzer{panics, hangs, m}); err != nil {
		t.Fatal(err)
	}
	for a, want := range map[*analysis.Analyzer]string{
		panics: "analyzer panics panicked on package example.com/app: boom",
		hangs:  "analyzer hangs gave no answer on package example.com/app within its deadline",
	} {
		if got := p.Actions(a)[0].Err; got == nil || got.Error() != want {
			t.Errorf("%s: err = %v, want %q", a.Name, got, want)
		}
	}
	if err := p.Actions(m)[0].Err; err != nil {
		t.Errorf("marker failed with them: %v", err)
	}
}

// TestEdit: a program with another text has the types of that text, in the
// packages that import it, too, and leaves the first one alone.
func TestEdit(t *testing.T) {
	p := mustLoad(t, twoPackages)
	a := filepath.Join(p.Dir, "a", "a.go")
	for _, tc := range []struct {
		text   string
		broken []string
	}{
		{"package a\n\nfunc Stop() {}\n", nil},
		{"package a\n\nfunc Halt() {}\n", []string{"example.com/app"}},
		{"package a\n\nfunc Stop() { x := 1 }\n", []string{"example.com/app/a"}},
	} {
		q := p.Edit(map[string][]byte{a: []byte(tc.text)})
		var broken []string
		for _, pkg := range q.Packages {
			if len(pkg.TypeErrors) > 0 {
				broken = append(broken, pkg.PkgPath)
			}
		}
		if !slices.Equal(broken, tc.broken) {
			t.Errorf("%q: type errors in %q, want %q", tc.text, broken, tc.broken)
		}
		if err := q.Analyze(context.Background(), []*analysis.Analyzer{inspect.Analyzer}); err != nil {
			t.Fatal(err)
		}
		if n := len(q.Actions(inspect.Analyzer)); n != 2 {
			t.Errorf("%q: %d packages analysed, want 2", tc.text, n)
		}
	}
	if same := p.Edit(nil); !slices.Equal(same.Packages, p.Packages) {
		t.Error("without an edit the packages are not the same")
	}
	for _, pkg := range p.Packages {
		if len(pkg.TypeErrors) > 0 {
			t.Errorf("%s of the first program has errors now: %v", pkg.PkgPath, pkg.TypeErrors)
		}
	}
}
