package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/report"
)

// jsonReport is what these tests read of the JSON report.
type jsonReport struct {
	Verdict  string
	Score    struct{ Low, High float64 }
	Sections []struct{ ID, Outcome string }
	Findings []struct {
		Rule, File, Message string
		Line                int
	}
	Endpoints []struct{ Method, Path, Status string }
}

// copyBackend copies an example backend out of this repository, so that it is a
// repository of its own.
func copyBackend(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "testdata", "backends", name))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// auditJSON runs the command and returns its exit code and its JSON report.
func auditJSON(t *testing.T, dir string, args ...string) (int, []byte) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "report.json")
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), append(args, "-C", dir, "--format", "json="+out, "./..."), &stdout, &stderr)
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("exit %d, no report: %s", code, stderr.String())
	}
	return code, data
}

func decode(t *testing.T, data []byte) jsonReport {
	t.Helper()
	var r jsonReport
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBookstoreConforms(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the tests of the example backend")
	}
	code, data := auditJSON(t, copyBackend(t, "bookstore"))
	r := decode(t, data)
	for _, f := range r.Findings {
		t.Errorf("%s:%d: %s: %s", f.File, f.Line, f.Rule, f.Message)
	}
	if code != exitConforms || r.Verdict != string(report.VerdictPass) {
		t.Errorf("exit %d, verdict %s", code, r.Verdict)
	}
	for _, e := range r.Endpoints {
		if e.Status != string(report.Implemented) && e.Status != string(report.Undocumented) {
			t.Errorf("%s %s is %s", e.Method, e.Path, e.Status)
		}
	}
}

var defect = regexp.MustCompile(`(?://|#|--) defect: ([a-z0-9-]+)`)

// TestDriftedIsFound asserts that the defects marked in the source are found,
// each on its line or the next, and nothing else.
func TestDriftedIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the tests of the example backend")
	}
	dir := copyBackend(t, "bookstore-drifted")
	marked := markers(t, dir)
	code, data := auditJSON(t, dir)
	if code != exitFails {
		t.Errorf("exit %d, want %d", code, exitFails)
	}
	found := map[string]bool{}
	for _, f := range decode(t, data).Findings {
		at := ""
		for _, line := range []int{f.Line, f.Line - 1} {
			if key := fmt.Sprintf("%s %s:%d", f.Rule, f.File, line); marked[key] {
				at = key
			}
		}
		if at == "" {
			t.Errorf("not marked: %s:%d: %s: %s", f.File, f.Line, f.Rule, f.Message)
			continue
		}
		found[at] = true
	}
	if diff := cmp.Diff(sorted(marked), sorted(found)); diff != "" {
		t.Errorf("defects marked and found differ (-marked +found):\n%s", diff)
	}
}

// markers collects the "defect: RULE" comments of a tree, as "RULE file:line".
func markers(t *testing.T, dir string) map[string]bool {
	t.Helper()
	marked := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(data), "\n") {
			for _, g := range defect.FindAllStringSubmatch(line, -1) {
				marked[fmt.Sprintf("%s %s:%d", g[1], filepath.ToSlash(rel), i+1)] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return marked
}

// TestEveryRuleIsShown asserts that each rule has a marked defect in the drifted
// example, or a script that runs it alone.
func TestEveryRuleIsShown(t *testing.T) {
	shown := map[string]bool{}
	for key := range markers(t, filepath.Join("..", "..", "testdata", "backends", "bookstore-drifted")) {
		id, _, _ := strings.Cut(key, " ")
		shown[id] = true
	}
	scripts, err := filepath.Glob(filepath.Join("..", "..", "testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range scripts {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range alone.FindAllStringSubmatch(string(data), -1) {
			shown[g[1]] = true
		}
	}
	known := map[string]bool{}
	for _, r := range checks.Catalogue() {
		known[r.ID] = true
		if !shown[r.ID] {
			t.Errorf("%s: mark a defect in bookstore-drifted, or show it in a script with --only %s", r.ID, r.ID)
		}
	}
	for _, id := range sorted(shown) {
		if !known[id] {
			t.Errorf("%s is shown, but is no rule", id)
		}
	}
}

// alone finds the runs of a single rule in scripts.
var alone = regexp.MustCompile(`(?m)^exits .* --only ([a-z0-9]+(?:-[a-z0-9]+)+) `)

func sorted(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func TestMinimalShowsNotApplicable(t *testing.T) {
	_, data := auditJSON(t, copyBackend(t, "minimal"), "--exec=false")
	outcomes := map[string]string{}
	for _, s := range decode(t, data).Sections {
		outcomes[s.ID] = s.Outcome
	}
	for _, id := range []string{"D2", "D4", "D5", "D9"} {
		if outcomes[id] != report.NotApplicable.String() {
			t.Errorf("%s is %s, want not_applicable", id, outcomes[id])
		}
	}
	if outcomes["D1"] != report.Pass.String() {
		t.Errorf("D1 is %s", outcomes["D1"])
	}
}

// TestTwoFoldersOneReport runs the same source in two places and compares bytes.
func TestTwoFoldersOneReport(t *testing.T) {
	_, first := auditJSON(t, copyBackend(t, "bookstore-drifted"), "--exec=false")
	_, second := auditJSON(t, copyBackend(t, "bookstore-drifted"), "--exec=false")
	if diff := cmp.Diff(string(first), string(second)); diff != "" {
		t.Errorf("reports differ:\n%s", diff)
	}
}

// BenchmarkAudit measures load, analysis and judgement of the example backend.
func BenchmarkAudit(b *testing.B) {
	dir, err := filepath.Abs(filepath.Join("..", "..", "testdata", "backends", "bookstore"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var stdout, stderr bytes.Buffer
		if code := run(context.Background(), []string{"-C", dir, "--exec=false", "--format", "json", "./..."}, &stdout, &stderr); code == exitNoAnswer || code == exitUsage {
			b.Fatalf("exit %d: %s", code, stderr.String())
		}
	}
}
