package coverage

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
)

// testRun is one `go test ./...`.
type testRun struct {
	packages map[string]*packageRun
	// builds are the go command's complaints about what did not build, by the
	// import path that the go command gives it.
	builds map[string][]string
	// startFailure says why the go command ran no test at all.
	startFailure string
	// unfinished says that the deadline came first, and which test was running.
	unfinished string
	// clean makes foreign text fit for a report.
	clean func(string) string
	// module is the path of the module under test.
	module string
}

// packageRun is the tests of one package.
type packageRun struct {
	path string
	// outcome is "pass", "fail" or "skip" (no test files); empty where it did not
	// come to an end.
	outcome     string
	failedBuild string
	tests       map[string]*testOutput
	output      []string
	// hung means that the test binary's own time ran out.
	hung bool
}

type testOutput struct {
	name   string
	failed bool
	output []string
}

// event is one line of `go test -json`. Source: go doc test2json.
type event struct {
	Action, Package, Test, Output, ImportPath, FailedBuild string
}

// outputLimit is how many lines of one test or package are kept.
const outputLimit = 400

// packageListLimit keeps the list of packages below what one argument may hold
// (128 KiB on Linux), in bytes.
const packageListLimit = 100 << 10

// runTests runs the tests of the module and writes the profile to file.
func runTests(ctx context.Context, r *check.Repo, s *suite, file string) *testRun {
	t := &testRun{packages: map[string]*packageRun{}, builds: map[string][]string{}, module: r.Program.Module}
	limit := deadline(ctx, r.Exec)
	last, done := "", 0
	dirs := s.packageDirs()
	total := len(dirs)
	r.Progress(fmt.Sprintf("tests 0 of %d packages", total))
	res, err := r.Exec.Run(ctx, check.Command{
		Dir: r.Program.Dir,
		Args: []string{"go", "test", "-json", "-covermode=set", "-coverprofile=" + file,
			"-coverpkg=" + coverPackages(r.Program), "-timeout=" + perBinary(limit).String(), "./..."},
		Stdout: func(line string) {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil {
				return // what a test printed past the testing package
			}
			t.note(e)
			if e.Action == "run" {
				last = e.Package + " " + e.Test
			}
			if ended(e) && dirs[packageDir(r, e.Package)] {
				done++
				r.Progress(fmt.Sprintf("tests %d of %d packages", done, total))
			}
		},
	})
	ran := len(t.packages)+len(t.builds) > 0
	t.drop(func(path string) bool { return !dirs[packageDir(r, path)] })
	t.clean = func(text string) string { return tidy(r.Program.Root, text) }
	switch {
	case err != nil:
		t.startFailure = "the tests could not be started: " + err.Error()
	case !ran && !res.TimedOut && ctx.Err() == nil:
		t.startFailure = "go test ran nothing: " + firstLine(res.Stderr, "it gave no reason")
	default:
		running := t.findHung()
		if res.TimedOut || ctx.Err() != nil {
			running = cmp.Or(running, t.running(), last, "none had started")
		}
		if running != "" {
			t.unfinished = fmt.Sprintf("the tests did not finish within %s (last: %s)", limit.name, running)
		}
	}
	return t
}

// limit is the deadline of the test run and how it reads.
type limit struct {
	duration time.Duration
	name     string
}

// deadline is the runner's, which the user sets by --timeout; where it does not
// say, the context's.
func deadline(ctx context.Context, runner check.Runner) limit {
	if r, ok := runner.(interface{ Timeout() time.Duration }); ok {
		return limit{r.Timeout(), r.Timeout().String()}
	}
	if at, ok := ctx.Deadline(); ok {
		return limit{time.Until(at), "the deadline"}
	}
	return limit{10 * time.Minute, "10m0s"}
}

// perBinary lets a test binary run out of time shortly before the whole group
// is killed, since its last words name the test that hangs.
func perBinary(l limit) time.Duration {
	return max(l.duration-min(l.duration/10, 30*time.Second), time.Millisecond)
}

// coverPackages lists the packages that load: one that does not would fail the
// build of every test.
func coverPackages(p *load.Program) string {
	var paths []string
	for _, pkg := range p.Packages {
		if len(pkg.Errors) == 0 {
			paths = append(paths, pkg.PkgPath)
		}
	}
	slices.Sort(paths)
	list := strings.Join(paths, ",")
	if len(list) > packageListLimit || list == "" {
		return "./..."
	}
	return list
}

// ended reports whether the event is the end of a package.
func ended(e event) bool {
	return e.Test == "" && (e.Action == "pass" || e.Action == "fail")
}

// drop forgets packages without tests: with -coverpkg the go command builds
// and reports them as well, which is another rule's business.
func (t *testRun) drop(unwanted func(path string) bool) {
	maps.DeleteFunc(t.packages, func(path string, p *packageRun) bool { return unwanted(path) })
}

func (t *testRun) note(e event) {
	switch {
	case e.Action == "build-output":
		t.builds[e.ImportPath] = keep(t.builds[e.ImportPath], e.Output)
		return
	case e.Package == "":
		return
	}
	p := t.packages[e.Package]
	if p == nil {
		p = &packageRun{path: e.Package, tests: map[string]*testOutput{}}
		t.packages[e.Package] = p
	}
	if e.Test != "" {
		p.noteTest(e)
		return
	}
	switch e.Action {
	case "output":
		p.output = keep(p.output, e.Output)
	case "pass", "fail", "skip":
		p.outcome, p.failedBuild = e.Action, e.FailedBuild
	}
}

func (p *packageRun) noteTest(e event) {
	o := p.tests[e.Test]
	if o == nil {
		o = &testOutput{name: e.Test}
		p.tests[e.Test] = o
	}
	switch e.Action {
	case "output":
		o.output = keep(o.output, e.Output)
	case "fail":
		o.failed = true
	case "pass", "skip":
		delete(p.tests, e.Test)
	}
}

func keep(lines []string, line string) []string {
	if len(lines) >= outputLimit {
		return lines
	}
	return append(lines, strings.TrimSuffix(line, "\n"))
}

// hungSign is how package testing says that its -timeout passed.
const hungSign = "panic: test timed out after "

// findHung marks packages whose test binary ran out of its own time, and names
// the first test that was running then.
func (t *testRun) findHung() (running string) {
	for _, path := range sortedKeys(t.packages) {
		p := t.packages[path]
		for _, lines := range p.allOutput() {
			if name, hung := hungTest(lines); hung {
				p.hung = true
				running = cmp.Or(running, strings.TrimSpace(path+" "+name))
			}
		}
	}
	return running
}

// running names a test that has begun and not ended, the innermost one.
func (t *testRun) running() string {
	for _, path := range sortedKeys(t.packages) {
		p := t.packages[path]
		if p.outcome != "" {
			continue
		}
		names := slices.DeleteFunc(sortedKeys(p.tests), func(n string) bool { return p.tests[n].failed })
		if len(names) == 0 {
			continue
		}
		inner := names[0]
		for _, n := range names {
			if strings.HasPrefix(n, inner+"/") {
				inner = n
			}
		}
		return path + " " + inner
	}
	return ""
}

// hungTest finds the message and the first test that it lists as running:
// "panic: test timed out after 1s\n\trunning tests:\n\t\tTestX (1s)".
func hungTest(lines []string) (name string, hung bool) {
	for i, line := range lines {
		if !strings.HasPrefix(line, hungSign) {
			continue
		}
		if i+2 < len(lines) && strings.TrimSpace(lines[i+1]) == "running tests:" {
			name, _, _ = strings.Cut(strings.TrimSpace(lines[i+2]), " ")
		}
		return name, true
	}
	return "", false
}

// allOutput is the package's own output and then that of its tests by name.
func (p *packageRun) allOutput() [][]string {
	all := [][]string{p.output}
	for _, name := range sortedKeys(p.tests) {
		all = append(all, p.tests[name].output)
	}
	return all
}

// failedTests are the failing tests that have no failing subtest, by name.
func (p *packageRun) failedTests() []*testOutput {
	var out []*testOutput
	names := sortedKeys(p.tests)
	for _, name := range names {
		t := p.tests[name]
		sub := slices.ContainsFunc(names, func(n string) bool {
			return strings.HasPrefix(n, name+"/") && p.tests[n].failed
		})
		if t.failed && !sub {
			out = append(out, t)
		}
	}
	return out
}

// gaps says which tests could not have their say, so that the coverage of the
// run is a lower bound only.
func (t *testRun) gaps() string {
	if t.unfinished != "" {
		return t.unfinished + "; raise --timeout, or give a profile with --coverprofile"
	}
	for _, path := range sortedKeys(t.packages) {
		if reason := t.blocked(t.packages[path]); reason != "" {
			return reason
		}
	}
	return ""
}

// blocked says why a failing package speaks of this machine rather than of the
// code: a service that is not here, a module that cannot be had or built.
func (t *testRun) blocked(p *packageRun) string {
	if p.outcome != "fail" {
		return ""
	}
	culprit, _, _ := strings.Cut(p.failedBuild, " ")
	foreign := culprit != "" && culprit != t.module && !strings.HasPrefix(culprit, t.module+"/")
	for _, line := range t.builds[p.failedBuild] {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if strings.Contains(line, "missing go.sum entry") {
			return "" // go.sum is of the repository, and fails everywhere
		}
		if foreign || load.OfMachine(line) {
			return fmt.Sprintf("the tests of %s do not build here: %s", p.path, t.clean(line))
		}
	}
	for _, lines := range p.allOutput() {
		for _, line := range lines {
			if needsService(line) {
				return fmt.Sprintf("the tests of %s need what is not here: %s; start it and run again, or give a profile with --coverprofile", p.path, t.clean(line))
			}
		}
	}
	return ""
}

// needsService knows what tests print that miss a database, a container engine,
// the network or a program.
func needsService(line string) bool {
	return slices.ContainsFunc(serviceSigns, func(sign string) bool { return strings.Contains(line, sign) })
}

// serviceSigns are fragments of messages of package net, os/exec, the container
// libraries used in tests and common database drivers.
var serviceSigns = []string{
	"connection refused", "no such host", "network is unreachable", "server misbehaving",
	"Cannot connect to the Docker daemon", "failed to create Docker provider", "rootless Docker not found",
	"docker: not found", "executable file not found in $PATH", "docker.sock",
	"failed to connect to `", "failed SASL auth", "no reachable servers", "server selection error",
}

func firstLine(s, otherwise string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return clip(line)
		}
	}
	return otherwise
}

// clip shortens foreign text to what fits into a message.
func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 160 {
		return string(r[:160]) + "…"
	}
	return s
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
