package analyzers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/txtar"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

// TestOwners: every rule is well defined, owned once, and named like its analyzer.
func TestOwners(t *testing.T) {
	if err := analysis.Validate(All()); err != nil {
		t.Error(err)
	}
	seen := map[string]bool{}
	for _, o := range Owners() {
		for _, r := range o.Rules {
			if err := r.Validate(); err != nil {
				t.Error(err)
			}
			if seen[r.ID] {
				t.Errorf("rule %s has two owners", r.ID)
			}
			seen[r.ID] = true
			if r.Example == "" {
				t.Errorf("rule %s has no example", r.ID)
			}
		}
		if o.Analyzer.URL == "" || o.Analyzer.ResultType == nil {
			t.Errorf("analyzer %s: URL and ResultType must be set", o.Analyzer.Name)
		}
	}
}

// TestExamples runs every analyzer on every rule's example: the bad tree yields
// exactly that rule, the good one nothing.
func TestExamples(t *testing.T) {
	gopath := t.TempDir()
	for _, o := range Owners() {
		for _, r := range o.Rules {
			for _, f := range txtar.Parse([]byte(r.Example)).Files {
				path := filepath.Join(gopath, "src", r.ID, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, f.Data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	found := map[string][]string{}
	for _, act := range fixture.Analyze(t, gopath, All(), "./...") {
		if act.Err != nil {
			t.Errorf("%s on %s: %v", act.Analyzer.Name, act.Package.PkgPath, act.Err)
		}
		id, tree, _ := strings.Cut(act.Package.PkgPath, "/")
		tree, _, _ = strings.Cut(tree, "/")
		for _, d := range act.Diagnostics {
			found[id+"/"+tree] = append(found[id+"/"+tree], d.Category+": "+d.Message)
		}
	}
	for _, o := range Owners() {
		for _, r := range o.Rules {
			checkExample(t, r.ID, found)
		}
	}
}

func checkExample(t *testing.T, id string, found map[string][]string) {
	t.Helper()
	if len(found[id+"/bad"]) == 0 {
		t.Errorf("%s: the bad example yields nothing", id)
	}
	for _, d := range found[id+"/bad"] {
		if !strings.HasPrefix(d, id+": ") {
			t.Errorf("%s: the bad example also yields %s", id, d)
		}
	}
	for _, d := range found[id+"/good"] {
		t.Errorf("%s: the good example yields %s", id, d)
	}
}
