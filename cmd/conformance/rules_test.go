package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/backend-conformance/conformance/analyzers"
	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/checks/exec"
	"github.com/backend-conformance/conformance/report/rule"
)

var update = flag.Bool("update", false, "rewrite docs/rules.md and the table in README.md")

func TestCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range checks.Catalogue() {
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
		if seen[r.ID] {
			t.Errorf("rule %s is defined twice", r.ID)
		}
		seen[r.ID] = true
	}
}

// TestDocsAreFresh compares docs/rules.md and the README's table with the rules.
func TestDocsAreFresh(t *testing.T) {
	var page bytes.Buffer
	if err := rulesPage(&page); err != nil {
		t.Fatal(err)
	}
	fresh(t, filepath.Join("..", "..", "docs", "rules.md"), func(string) string { return page.String() })
	fresh(t, filepath.Join("..", "..", "README.md"), func(old string) string {
		const begin, end = "<!-- rules:begin -->\n", "<!-- rules:end -->"
		head, rest, ok := strings.Cut(old, begin)
		_, tail, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("README.md has no %q ... %q", begin, end)
		}
		return head + begin + rulesTable() + end + tail
	})
}

func fresh(t *testing.T, file string, render func(old string) string) {
	t.Helper()
	old, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := render(string(old))
	if string(old) == want {
		return
	}
	if !*update {
		t.Fatalf("%s is stale; run go test ./cmd/conformance -run TestDocsAreFresh -update", filepath.Base(file))
	}
	if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestExamplesOfChecks executes the examples of rules that need the whole
// repository: bad/ yields the rule, good/ does not. Those of analyzers are
// executed beside them.
func TestExamplesOfChecks(t *testing.T) {
	byAnalyzer := map[string]bool{}
	for _, o := range analyzers.Owners() {
		for _, r := range o.Rules {
			byAnalyzer[r.ID] = true
		}
	}
	for _, r := range checks.Catalogue() {
		if r.Example == "" || byAnalyzer[r.ID] {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			if got := findingsOfExample(t, r, "bad"); got == 0 {
				t.Error("the bad example yields nothing")
			}
			if got := findingsOfExample(t, r, "good"); got != 0 {
				t.Errorf("the good example yields %d findings", got)
			}
		})
	}
}

func findingsOfExample(t *testing.T, r rule.Rule, tree string) int {
	t.Helper()
	dir := filepath.Join(t.TempDir(), tree)
	hasModule, hasCode := false, false
	for _, f := range txtar.Parse([]byte(r.Example)).Files {
		name, ok := strings.CutPrefix(f.Name, tree+"/")
		if !ok {
			continue
		}
		hasModule = hasModule || name == "go.mod"
		hasCode = hasCode || strings.HasSuffix(name, ".go")
		put(t, filepath.Join(dir, filepath.FromSlash(name)), f.Data)
	}
	if !hasModule {
		put(t, filepath.Join(dir, "go.mod"), []byte("module example.com/app\n\ngo 1.24\n"))
	}
	if !hasCode {
		put(t, filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() {}\n"))
	}
	rep, err := checks.Run(context.Background(), checks.Options{
		Dir: dir, Selection: checks.Selection{Only: []string{r.ID}}, Exec: exec.New(exec.Options{Timeout: time.Minute}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(rep.Findings)
}

func put(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
