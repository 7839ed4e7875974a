package load_test

import (
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/backend-conformance/conformance/checks/load"
)

// TestPlacesFollowNames: whichever file is parsed first, positions are in the
// order of the names.
func TestPlacesFollowNames(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"go.mod": "module example.test/m\n\ngo 1.22\n", "a.go": "package m\n\nfunc A() {}\n", "b.go": "package m\n\nfunc B() {}\n",
		"c/c.go": "package c\n\nfunc C() {}\n", "d/d.go": "package d\n\nimport _ \"example.test/m/c\"\n", "z.go": "package m // no line feed at the end",
	}
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := load.Load(t.Context(), load.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]token.Pos{}
	for _, pkg := range p.Packages {
		for _, f := range pkg.Syntax {
			at[p.Position(f.Package).File] = f.FileStart
		}
	}
	names := []string{"a.go", "b.go", "c/c.go", "d/d.go", "z.go"}
	if !slices.IsSortedFunc(names, func(a, b string) int { return int(at[a] - at[b]) }) {
		t.Errorf("places %v do not follow the names", at)
	}
	for _, name := range names {
		if at[name] == 0 {
			t.Errorf("%s has no place", name)
		}
	}
}
