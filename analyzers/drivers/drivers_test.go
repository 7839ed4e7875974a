// Package drivers holds the tests that every driver of the analyzers gives the
// same findings for the same source: the command, go vet, golangci-lint's
// plugin and Bazel's nogo.
package drivers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/analyzers"
	"github.com/backend-conformance/conformance/analyzers/gcl"
)

// expected are findings that must be among those compared. The first four take a
// fact about another package of the module: about what answers, what opens
// files, what puts text into queries and what queries at all.
var expected = []string{
	"shop.go:21:15 path-traversal",
	"shop.go:23:3 error-response-continues",
	"shop.go:25:11 sql-built-from-input",
	"shop.go:32:17 query-in-loop",
	"cmd/shop/main.go:9:2 error-ignored",
	"shop.go:62:2 suppression-unused",
	"store/store.go:24:13 transaction-leaked",
	"shop.go:73:2 goroutine-unbounded",
	"shop.go:74:31 crash-on-input",
}

// unreachable are places that only code behind a call that never returns would
// reach. Drivers know different things about the standard library; what log.Fatal
// does, and a function that calls it, must be known under each of them.
var unreachable = []string{
	"store/stop.go:16:13 transaction-leaked",
	"cmd/shop/triple.go:11:13 transaction-leaked",
}

// TestSameFindings runs every driver on one module and compares the findings,
// as "file:line:column rule", with those of the command.
func TestSameFindings(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command, and go vet then analyses the standard library")
	}
	tool := build(t)
	want := inOrder(command(t, tool, shop(t)))
	for _, f := range expected {
		if !slices.Contains(want, f) {
			t.Errorf("the command does not find %s in %q", f, want)
		}
	}
	for _, f := range unreachable {
		if slices.Contains(want, f) {
			t.Errorf("%s is reported, though the call before it never returns", f)
		}
	}
	for name, driver := range map[string]func(t *testing.T, tool, dir string) []string{
		"go vet": goVet, "go vet -json": goVetJSON, "golangci-lint plugin": plugin, "nogo": nogo,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := shop(t)
			if diff := cmp.Diff(want, inOrder(driver(t, tool, dir))); diff != "" {
				t.Errorf("findings differ (-command +%s):\n%s", name, diff)
			}
		})
	}
}

// inOrder sorts. A package that go vet sees twice, alone and with its tests, is
// reported on once; all drivers are held to that.
func inOrder(findings []string) []string { return slices.Sorted(slices.Values(findings)) }

// shop copies the module out of this repository.
func shop(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "shop"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// offline keeps the go command on this machine, whatever surrounds the test.
func offline() []string {
	return append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local")
}

// build builds the command.
func build(t *testing.T) string {
	t.Helper()
	tool := filepath.Join(t.TempDir(), "conformance")
	if out, err := exec.Command("go", "build", "-o", tool, "../../cmd/conformance").CombinedOutput(); err != nil {
		t.Fatalf("build the command: %v\n%s", err, out)
	}
	return tool
}

// execute runs a program in dir and returns its output; a program that cannot be
// started, or that ends with a code that is not expected, fails the test.
func execute(t *testing.T, dir string, code int, args ...string) (stdout, stderr []byte) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, offline(), &out, &errs
	err := cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
		t.Fatalf("%s: %v\n%s%s", strings.Join(args, " "), err, out.Bytes(), errs.Bytes())
	}
	return out.Bytes(), errs.Bytes()
}

// command is `conformance ./...`. Only rules of analyzers count: the others need
// the repository and have no second driver.
func command(t *testing.T, tool, dir string) []string {
	var rules []string
	for _, o := range analyzers.Owners() {
		for _, r := range o.Rules {
			rules = append(rules, r.ID)
		}
	}
	out, _ := execute(t, dir, 1, tool, "--exec=false", "--format=json", "--only="+strings.Join(rules, ","), "./...")
	var report struct {
		Findings []struct {
			Rule, File   string
			Line, Column int
			Suppressed   *struct{ Reason string }
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range report.Findings {
		if f.Suppressed == nil {
			found = append(found, fmt.Sprintf("%s:%d:%d %s", f.File, f.Line, f.Column, f.Rule))
		}
	}
	return found
}

var (
	// vetLine is one finding as go vet prints it; related places follow indented.
	vetLine = regexp.MustCompile(`^(?:\./)?([^ :]+:\d+:\d+): (\S.*)$`)
	closing = regexp.MustCompile(`\(([a-z0-9-]+)\)$`)
)

// finding makes a finding of a place and a message: the rule closes the message,
// since most drivers print nothing else.
func finding(t *testing.T, dir, place, message string) string {
	t.Helper()
	rule := closing.FindStringSubmatch(message)
	if rule == nil {
		t.Fatalf("%s: no rule closes the message %q", place, message)
	}
	if rel, err := filepath.Rel(dir, place); err == nil && filepath.IsAbs(place) {
		place = filepath.ToSlash(rel)
	}
	return place + " " + rule[1]
}

// goVet is `go vet -vettool=conformance ./...`.
func goVet(t *testing.T, tool, dir string) []string {
	_, stderr := execute(t, dir, 1, "go", "vet", "-vettool="+tool, "./...")
	var found []string
	for line := range strings.Lines(string(stderr)) {
		if m := vetLine.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			found = append(found, finding(t, dir, m[1], m[2]))
		} else if !strings.HasPrefix(line, "#") && !strings.Contains(line, ": \t") {
			t.Errorf("go vet says %q", line)
		}
	}
	return found
}

// goVetJSON is `go vet -json -vettool=conformance ./...`: one object for each
// package, with the analyzers that found something.
func goVetJSON(t *testing.T, tool, dir string) []string {
	stdout, _ := execute(t, dir, 0, "go", "vet", "-json", "-vettool="+tool, "./...")
	var found []string
	for dec := json.NewDecoder(bytes.NewReader(stdout)); dec.More(); {
		var packages map[string]map[string][]struct{ Posn, Message, Category string }
		if err := dec.Decode(&packages); err != nil {
			t.Fatalf("%v in %s", err, stdout)
		}
		for _, byAnalyzer := range packages {
			for _, ds := range byAnalyzer {
				for _, d := range ds {
					f := finding(t, dir, d.Posn, d.Message)
					if !strings.HasSuffix(f, " "+d.Category) {
						t.Errorf("%s has the category %s", f, d.Category)
					}
					found = append(found, f)
				}
			}
		}
	}
	return found
}

// plugin runs what golangci-lint gets of the plugin, as golangci-lint does: every
// dependency from source, facts about all of them.
func plugin(t *testing.T, _, dir string) []string {
	linter, err := gcl.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	built, err := linter.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	pkgs := loadShop(t, dir, packages.LoadAllSyntax|packages.NeedModule, "./...")
	graph, err := checker.Analyze(built, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Errorf("%v: %v", act, act.Err)
		}
		for _, d := range act.Diagnostics {
			found = append(found, finding(t, dir, act.Package.Fset.Position(d.Pos).String(), d.Message))
		}
	}
	return found
}

func loadShop(t *testing.T, dir string, mode packages.LoadMode, patterns ...string) []*packages.Package {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: mode, Dir: dir, Env: offline(), Fset: token.NewFileSet()}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range pkgs {
		for _, e := range pkg.Errors {
			t.Fatalf("%s does not load: %v", pkg.PkgPath, e)
		}
	}
	return pkgs
}
