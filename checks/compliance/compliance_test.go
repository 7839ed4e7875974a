package compliance

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/report"
)

// repository unpacks a txtar archive and loads it. A go.mod is added where there
// is none.
func repository(t *testing.T, archive string) *check.Repo {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(archive, "-- go.mod --") {
		archive += "\n-- go.mod --\nmodule example.com/shop\n\ngo 1.26\n"
	}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := load.Load(context.Background(), load.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range p.Problems {
		t.Errorf("the fixture does not compile: %s", problem)
	}
	return &check.Repo{Files: os.DirFS(dir), ModuleDir: ".", Program: p, Matrix: &matrix.Matrix{}}
}

// verdict runs the family and returns the criterion of one rule.
func verdict(t *testing.T, r *check.Repo, id string) report.Criterion {
	t.Helper()
	cs, err := Check.Run(context.Background(), r)
	if err != nil || len(cs) != len(Check.Rules) {
		t.Fatalf("%d criteria for %d rules, %v", len(cs), len(Check.Rules), err)
	}
	for _, c := range cs {
		if c.Rule.ID == id {
			return c
		}
	}
	t.Fatalf("no criterion for %s", id)
	return report.Criterion{}
}

// says is the outcome with the findings, or else with the reason or the evidence.
func says(c report.Criterion) string {
	var parts []string
	for _, f := range c.Findings {
		parts = append(parts, f.Position.String()+": "+f.Message)
	}
	if len(parts) == 0 && c.Reason != "" {
		parts = append(parts, c.Reason)
	}
	if len(parts) == 0 {
		for _, e := range c.Evidence {
			parts = append(parts, e.Position.String()+": "+e.Message)
		}
	}
	return strings.TrimSuffix(c.Outcome.String()+": "+strings.Join(parts, "\n"), ": ")
}

func expect(t *testing.T, c report.Criterion, want string) {
	t.Helper()
	if got := says(c); got != want {
		t.Errorf("%s\n got %s\nwant %s", c.Rule.ID, got, want)
	}
}

func TestRulesAreWellFormed(t *testing.T) {
	for _, r := range Check.Rules {
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// side is one tree of a rule's example.
func side(example, name string) string {
	var out txtar.Archive
	for _, f := range txtar.Parse([]byte(example)).Files {
		if rest, ok := strings.CutPrefix(f.Name, name+"/"); ok {
			out.Files = append(out.Files, txtar.File{Name: rest, Data: f.Data})
		}
	}
	return string(txtar.Format(&out))
}

func TestExamples(t *testing.T) {
	for tree, want := range map[string][2]string{
		"bad": {
			"fail: main.go:14: DELETE /orders/{id} changes the database and leaves no record of who did what; write an audit record with actor, action and object",
			"fail: go.mod:5: example.org/tax v1.2.0 is linked and under AGPL (LICENSE), which is not a permitted licence; replace it, or get other terms from its owner",
		},
		"good": {"pass: main.go:27: DELETE /orders/{id} is on record here", "pass"},
	} {
		t.Run(tree, func(t *testing.T) {
			r := repository(t, side(RuleAuditTrailMissing.Example, tree))
			serve(t, r)
			expect(t, verdict(t, r, "audit-trail-missing"), want[0])
			expect(t, verdict(t, repository(t, side(RuleDependencyLicenceForbidden.Example, tree)), "dependency-licence-forbidden"), want[1])
		})
	}
}

// serve evaluates the wiring, as the audit does.
func serve(t *testing.T, r *check.Repo) {
	t.Helper()
	table, err := routes.Extract(context.Background(), r.Program, routes.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Routes, r.Matrix = table, matrix.Build(nil, table, r.Program, matrix.Options{})
}
