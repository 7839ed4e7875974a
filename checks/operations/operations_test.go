package operations

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
	files := txtar.Parse([]byte(archive)).Files
	if !strings.Contains(archive, "-- go.mod --") {
		files = append(files, txtar.File{Name: "go.mod", Data: []byte("module example.com/shop\n\ngo 1.26\n")})
	}
	for _, f := range files {
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
	return &check.Repo{Files: os.DirFS(dir), ModuleDir: ".", Program: p, Matrix: &matrix.Matrix{}, Routes: &routes.Table{},
		Progress: func(string) {}}
}

// route adds a row to the table; handler is the name of a function of the
// module, or of one outside of it.
func route(t *testing.T, r *check.Repo, method, path, handler string) {
	t.Helper()
	h := routes.Handler{Name: handler}
	for _, pkg := range r.Program.Packages {
		if obj := pkg.Types.Scope().Lookup(handler); obj != nil {
			f := r.Program.FuncAt(obj.Pos())
			h = routes.Handler{Name: f.Name, Body: f.Decl, Key: obj.Pos(), Pos: r.Program.Position(obj.Pos())}
		}
	}
	r.Routes.Routes = append(r.Routes.Routes, &routes.Route{Method: method, Path: path, Handler: h,
		Pos: report.Position{File: "routes.go", Line: len(r.Routes.Routes) + 1}})
}

func verdicts(t *testing.T, r *check.Repo) map[string]report.Criterion {
	t.Helper()
	cs, err := Check.Run(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]report.Criterion{}
	for _, c := range cs {
		by[c.Rule.ID] = c
	}
	if len(by) != len(Check.Rules) {
		t.Errorf("%d criteria for %d rules", len(by), len(Check.Rules))
	}
	return by
}

// says is the outcome and the reason, or the findings, in one line.
func says(c report.Criterion) string {
	var parts []string
	for _, f := range c.Findings {
		parts = append(parts, f.Position.String()+": "+f.Message)
	}
	if len(parts) == 0 && c.Reason != "" {
		parts = []string{c.Reason}
	}
	return strings.TrimSuffix(c.Outcome.String()+": "+strings.Join(parts, "\n"), ": ")
}

func expect(t *testing.T, c report.Criterion, want string) {
	t.Helper()
	if got := says(c); got != want {
		t.Errorf("%s\n got %s\nwant %s", c.Rule.ID, got, want)
	}
}

func TestRules_areWellFormed(t *testing.T) {
	for _, r := range Check.Rules {
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestExamples(t *testing.T) {
	for _, rule := range Check.Rules {
		if rule.Example == "" {
			continue
		}
		for side, want := range map[string]report.Outcome{"bad": report.Fail, "good": report.Pass} {
			t.Run(rule.ID+"/"+side, func(t *testing.T) {
				r := repository(t, sideOf(rule.Example, side))
				if got := verdicts(t, r)[rule.ID]; got.Outcome != want {
					t.Errorf("got %s, want %v", says(got), want)
				}
			})
		}
	}
}

func sideOf(example, side string) string {
	in, out := txtar.Parse([]byte(example)), &txtar.Archive{}
	for _, f := range in.Files {
		if name, ok := strings.CutPrefix(f.Name, side+"/"); ok {
			out.Files = append(out.Files, txtar.File{Name: name, Data: f.Data})
		}
	}
	return string(txtar.Format(out))
}

func TestIsProbe(t *testing.T) {
	for path, want := range map[string]string{
		"/health": "live", "/healthz": "live", "/api/v1/health-check": "live", "/-/healthy": "live", "/ping": "live", "/api/ping": "live",
		"/billing/health": "live", "/v1/status": "live", "/internal/livez": "live",
		"/readyz": "ready", "/-/ready": "ready", "/health/ready": "ready", "/shop/readiness": "ready",
		"/tasks/{id}/status": "", "/orders/status": "", "/users/{id}/health": "", "/": "", "/healthy-recipes": "", "/articles/live": "", "/{name}": "",
	} {
		got := ""
		if isProbe(liveness, path) {
			got = "live"
		} else if isProbe(readiness, path) {
			got = "ready"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
