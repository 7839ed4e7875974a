package coverage

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
)

// failures turns the output of a failing package into findings with a place.
type failures struct {
	repo  *check.Repo
	suite *suite
	run   *testRun
	pkg   *packageRun
}

// all gives at least one finding.
func (f failures) all() []report.Finding {
	if f.pkg.failedBuild != "" {
		return []report.Finding{f.ofBuild()}
	}
	if fs := f.ofTests(); len(fs) > 0 {
		return fs
	}
	return []report.Finding{f.ofPackage()}
}

// ofTests has one finding for each failing test, up to findingsPerPackage.
func (f failures) ofTests() []report.Finding {
	var out []report.Finding
	failed := f.pkg.failedTests()
	for i, t := range failed {
		if i == findingsPerPackage {
			out[i-1].Message += fmt.Sprintf(" (%d more tests of the package fail)", len(failed)-i)
			break
		}
		at, said := f.explain(t.output)
		if !at.IsValid() {
			at, _ = f.suite.find(f.dir(), t.name)
		}
		message := t.name + " fails"
		if said != "" {
			message += ": " + said
		}
		out = append(out, report.Finding{
			Message:  fmt.Sprintf("%s; run go test -run '%s' %s", message, runPattern(t.name), f.pkg.path),
			Position: at, Anchor: f.pkg.path + " " + t.name,
		})
	}
	return out
}

// runPattern selects one test and its subtest, as -run wants it.
func runPattern(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// ofBuild is for tests that do not compile; the go command names the package
// that does not, which may be another one.
func (f failures) ofBuild() report.Finding {
	lines := f.run.builds[f.pkg.failedBuild]
	culprit, _, _ := strings.Cut(f.pkg.failedBuild, " ")
	for _, line := range lines {
		file, n, text, ok := compilerLine(line)
		if !ok {
			continue
		}
		at, ok := f.locate(file, n)
		if !ok {
			continue
		}
		return report.Finding{
			Message:  fmt.Sprintf("the tests of %s do not build: %s; see go vet %s", f.pkg.path, clip(text), culprit),
			Position: at, Anchor: f.pkg.path,
		}
	}
	said := "go test says no more"
	for _, line := range lines {
		if line != "" && !strings.HasPrefix(line, "#") {
			said = f.tidy(line)
			break
		}
	}
	return report.Finding{Message: fmt.Sprintf("the tests of %s do not build: %s", f.pkg.path, said), Anchor: f.pkg.path,
		Position: report.Position{File: f.anyFile()}}
}

// ofPackage is for a test binary that fails outside of any test: in TestMain, in
// an init function, or by a data race that shows at the end.
func (f failures) ofPackage() report.Finding {
	at, said := f.explain(f.pkg.output)
	if said == "" {
		said = "the test binary ends with an error outside of any test"
	}
	if !at.IsValid() {
		at = report.Position{File: f.anyFile()}
	}
	return report.Finding{
		Message:  fmt.Sprintf("the tests of %s fail: %s; run go test %s", f.pkg.path, said, f.pkg.path),
		Position: at, Anchor: f.pkg.path,
	}
}

var (
	// "    users_test.go:31: got 3" is how package testing prints t.Error; testify
	// puts the text on a line of its own, behind "Error:".
	logLine       = regexp.MustCompile(`^\s+([\w.-]+\.go):(\d+): ?(.*)$`)
	testifyLine   = regexp.MustCompile(`^\s+Error:\s+(.+)$`)
	panicLine     = regexp.MustCompile(`^(?:panic|fatal error): (.+)$`)
	frameLine     = regexp.MustCompile(`^\t(.+\.go):(\d+)(?: \+0x[0-9a-f]+)?$`)
	compileLine   = regexp.MustCompile(`^(?:vet: )?(\S+\.go):(\d+)(?::\d+)?: (.+)$`)
	changingParts = regexp.MustCompile(`0x[0-9a-f]{6,}|\b\d+(?:\.\d+)?(?:ns|µs|ms|s)\b|\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\S*| on [\d.]+:53\b|->[\d.]+:\d+|((?:127\.0\.0\.1|\[::1?\]):\d{5})\b`)
)

// explain finds the place and the text of a failure in the output of a test.
func (f failures) explain(lines []string) (at report.Position, said string) {
	panicked := false
	for _, line := range lines {
		if m := panicLine.FindStringSubmatch(line); m != nil && !panicked {
			panicked, at, said = true, report.Position{}, "panic: "+f.tidy(m[1])
			continue
		}
		if m := frameLine.FindStringSubmatch(line); m != nil && panicked && !at.IsValid() {
			at, _ = f.locate(m[1], m[2])
			continue
		}
		if panicked {
			continue
		}
		if m := logLine.FindStringSubmatch(line); m != nil && !at.IsValid() {
			at, _ = f.locate(m[1], m[2])
			said = f.tidy(m[3])
		}
		if m := testifyLine.FindStringSubmatch(line); m != nil && said == "" {
			said = f.tidy(m[1])
		}
	}
	return at, said
}

func compilerLine(line string) (file, n, text string, ok bool) {
	m := compileLine.FindStringSubmatch(line)
	if m == nil {
		return "", "", "", false
	}
	return m[1], m[2], m[3], true
}

// locate finds a file as the go command and the runtime name it: absolute,
// relative to the module, or by its base name in the package's folder.
func (f failures) locate(file, line string) (report.Position, bool) {
	n, err := strconv.Atoi(line)
	if err != nil {
		return report.Position{}, false
	}
	var candidates []string
	if rel, ok := f.repo.Program.Relative(file); ok {
		candidates = append(candidates, rel)
	}
	candidates = append(candidates, path.Join(f.repo.ModuleDir, file), path.Join(f.dir(), file))
	for _, c := range candidates {
		if !fs.ValidPath(c) || strings.HasPrefix(c, "vendor/") {
			continue
		}
		if st, err := fs.Stat(f.repo.Files, c); err == nil && !st.IsDir() {
			return report.Position{File: c, Line: n}, true
		}
	}
	return report.Position{}, false
}

func (f failures) tidy(s string) string { return f.run.clean(s) }

// tidy makes foreign text fit for a report: no folder or resolver of this
// machine, nothing that changes from run to run, and not too long.
func tidy(root, s string) string {
	s = strings.ReplaceAll(s, root+"/", "")
	return clip(changingParts.ReplaceAllString(s, "…"))
}

// dir is the package's folder, relative to the repository root.
func (f failures) dir() string { return packageDir(f.repo, f.pkg.path) }

// anyFile is the first test file of the package, so that a finding about the
// whole package has a place.
func (f failures) anyFile() string {
	for _, t := range f.suite.files {
		if path.Dir(t.path) == f.dir() {
			return t.path
		}
	}
	return f.dir()
}

func packageDir(r *check.Repo, importPath string) string {
	return path.Join(r.ModuleDir, strings.TrimPrefix(strings.TrimPrefix(importPath, r.Program.Module), "/"))
}
