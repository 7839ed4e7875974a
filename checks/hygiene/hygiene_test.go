package hygiene

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

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

// says is the outcome and the reason, or the findings, in one text.
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

func treeOf(t *testing.T, files map[string]string) *tree {
	t.Helper()
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	out, err := readTree(m, ".")
	if err != nil {
		t.Fatal(err)
	}
	return out
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

func TestLicenceMissing(t *testing.T) {
	const missing = "fail: : no LICENSE file at the top of the repository and no licence section in the README; add one, for closed code one that says so"
	for name, c := range map[string]struct{ file, text, want string }{
		"file":            {"LICENSE", "MIT", "pass"},
		"british":         {"LICENCE.md", "MIT", "pass"},
		"named":           {"LICENSE-APACHE", "Apache", "pass"},
		"copying":         {"COPYING", "GPL", "pass"},
		"folder":          {"LICENSES/MIT.txt", "MIT", "pass"},
		"README section":  {"README.md", "# Shop\n\n## License\n\nMIT\n", "pass"},
		"empty file":      {"LICENSE", " \n", missing},
		"of a dependency": {"web/lib/LICENSE", "MIT", missing},
		"empty section":   {"README.md", "## License\n", missing},
		"source":          {"license.go", "package shop", missing},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, licenceMissing(treeOf(t, map[string]string{c.file: c.text}), "."), c.want)
		})
	}
}

func TestContainerAsRoot(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"user":                     {"FROM alpine\nUSER app\n", "pass"},
		"user of the stage below":  {"FROM alpine AS base\nUSER 10001\nFROM base\nCMD [\"x\"]\n", "pass"},
		"user by argument":         {"ARG UID=65532\nFROM alpine\nUSER ${UID}:${UID}\n", "pass"},
		"user by default":          {"FROM alpine\nUSER ${UID:-1000}\n", "pass"},
		"nonroot base":             {"FROM golang AS b\nFROM gcr.io/distroless/static:nonroot\n", "pass"},
		"nonroot base by argument": {"ARG BASE=gcr.io/distroless/base:nonroot\nFROM ${BASE}\n", "pass"},
		"lower case and comments":  {"from alpine as x\n# hadolint\nrun a \\\n  # note\n  b\nuser app\n", "pass"},
		"user in a heredoc":        {"FROM alpine\nRUN <<EOF\nUSER app\nEOF\n", "fail: Dockerfile:1: no USER in the last stage, and alpine runs as root; end with USER 65532:65532"},
		"scratch":                  {"FROM golang:1.26 AS b\nUSER app\nFROM scratch\nCOPY --from=b /x /x\n", "fail: Dockerfile:3: no USER in the last stage, and scratch runs as root; end with USER 65532:65532"},
		"platform":                 {"FROM --platform=$BUILDPLATFORM debian:12-slim@sha256:abc\n", "fail: Dockerfile:1: no USER in the last stage, and debian:12-slim@sha256:abc runs as root; end with USER 65532:65532"},
		"back to root":             {"FROM alpine\nUSER app\nUSER root\n", "fail: Dockerfile:3: the image of Dockerfile runs as root (USER root); name another user, such as 65532:65532"},
		"root by number":           {"FROM alpine\nUSER 0:0\n", "fail: Dockerfile:2: the image of Dockerfile runs as root (USER 0:0); name another user, such as 65532:65532"},
		"unknown base":             {"FROM registry.example.com/team/base:1\n", "inconclusive: Dockerfile:1: no USER in the last stage, and whom registry.example.com/team/base:1 runs as is not known; say it with USER"},
		"unknown argument":         {"ARG UID\nFROM alpine\nUSER $UID\n", "inconclusive: Dockerfile:3: USER $UID depends on a build argument without default"},
		"entry point drops":        {"FROM alpine\nENTRYPOINT [\"/usr/bin/entry.sh\"]\n", "inconclusive: Dockerfile:1: no USER in the last stage; whether the entry point gives up root (su-exec in docker/entry.sh) shows only when it runs"},
		"no stage":                 {"RUN x\n", "inconclusive: Dockerfile has no FROM that could be read"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"Dockerfile": c.text, "docker/entry.sh": "#!/bin/sh\nexec su-exec app \"$@\"\n"}
			expect(t, containerAsRoot(treeOf(t, files)), c.want)
		})
	}
}

func TestContainerAsRoot_whichFiles(t *testing.T) {
	const root = "FROM alpine\n"
	expect(t, containerAsRoot(treeOf(t, map[string]string{"main.go": ""})), "not_applicable: the repository has no Dockerfile")
	expect(t, containerAsRoot(treeOf(t, map[string]string{"Dockerfile.dev": root, ".devcontainer/Dockerfile": root, "integration-test/Dockerfile": root, "Dockerfile.dockerignore": "x"})),
		"not_applicable: no Dockerfile but 3 for development or tests")
	c := containerAsRoot(treeOf(t, map[string]string{"deploy/api.Dockerfile": root, "Containerfile": "FROM alpine\nUSER app\n"}))
	expect(t, c, "fail: deploy/api.Dockerfile:1: no USER in the last stage, and alpine runs as root; end with USER 65532:65532")
	if c.Examined != 2 {
		t.Errorf("examined %d", c.Examined)
	}
}

func FuzzParseDockerfile(f *testing.F) {
	f.Add("FROM a AS b\nUSER x\nFROM b\nRUN <<E\nE\n")
	f.Add("FROM a AS a\nARG X=$X\nUSER ${X:-$X}\\\n")
	f.Fuzz(func(t *testing.T, text string) {
		d := parseDockerfile(text)
		if last := d.last(); last != nil {
			d.user(last)
			d.base(last)
		}
	})
}

// Images for tests, and of somebody else's program.
func TestContainerAsRoot_aside(t *testing.T) {
	for name, text := range map[string]string{
		"for tests":           "# For testing purposes only\n\nFROM alpine:3\nCOPY shop /\n",
		"for development":     "# Use this for development\n# with compose.\nFROM golang:1.26\nENTRYPOINT [\"go\", \"run\", \".\"]\n",
		"of another's source": "FROM golang:1.26 AS build\nRUN git clone https://example.org/other.git\nFROM alpine:3\nCOPY --from=build /other /\n",
	} {
		got := verdicts(t, repository(t, "-- shop.go --\npackage shop\n-- Dockerfile.other --\n"+text))["container-as-root"]
		expect(t, got, "not_applicable: no Dockerfile but 1 for development or tests")
		if t.Failed() {
			t.Fatal(name)
		}
	}
}
