package coverage

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/exec"
	"github.com/backend-conformance/conformance/report"
)

const broken = `
-- go.mod --
module example.com/m

go 1.26
-- a/a.go --
package a

func A() int { return 1 }
-- a/a_test.go --
package a

import "testing"

func TestA(t *testing.T) {
	t.Run("sub", func(t *testing.T) {
		t.Errorf("got %d", A())
	})
}

func TestPass(t *testing.T) {}

func TestPanics(t *testing.T) {
	var m map[string]int
	m["a"] = 1
}
-- b/b.go --
package b

func B() int { return 1 }
-- b/b_test.go --
package b

import "testing"

func TestB(t *testing.T) {
	undefined()
}
-- c/c.go --
package c

func C() int { return 1 }
-- c/c_test.go --
package c

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(3) }

func TestC(t *testing.T) {}
-- d/d.go --
package d

func D() int { return 1 }
-- d/d_test.go --
package d

import "testing"

var _ = D()

func TestD(t *testing.T) {
	t.Fatal("dial tcp 127.0.0.1:5432: connect: connection refused")
}
`

func TestTestsFailing_eachFailureHasItsPlace(t *testing.T) {
	r := repository(t, broken)
	r.Exec = exec.New(exec.Options{Timeout: 5 * time.Minute})
	got := verdicts(t, r)
	want := []string{
		"a/a_test.go:7: TestA/sub fails: got 1; run go test -run '^TestA$/^sub$' example.com/m/a",
		"a/a_test.go:15: TestPanics fails: panic: assignment to entry in nil map [recovered, repanicked]; run go test -run '^TestPanics$' example.com/m/a",
		"b/b_test.go:6: the tests of example.com/m/b do not build: undefined: undefined; see go vet example.com/m/b",
		"c/c_test.go: the tests of example.com/m/c fail: the test binary ends with an error outside of any test; run go test example.com/m/c",
	}
	c := got["tests-failing"]
	if diff := cmp.Diff(want, messages(c)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if c.Examined != 4 || c.Undecided != 1 || c.Satisfied != 0 {
		t.Errorf("examined %d, undecided %d, satisfied %d", c.Examined, c.Undecided, c.Satisfied)
	}
	const gap = "the tests of example.com/m/d need what is not here: d_test.go:8: dial tcp 127.0.0.1:5432: connect: connection refused; start it and run again, or give a profile with --coverprofile"
	if c.Reason != gap {
		t.Errorf("reason %q", c.Reason)
	}
	// The database is missing, so the figure is a lower bound and no verdict.
	if c := got["coverage-below-threshold"]; c.Outcome != report.Inconclusive || c.Reason != "at least 25.0% are covered, but "+gap {
		t.Errorf("coverage: %v %q", c.Outcome, c.Reason)
	}
}

func TestTestsFailing_aHangIsNoFailure(t *testing.T) {
	r := repository(t, `
-- go.mod --
module example.com/m

go 1.26
-- a/a.go --
package a

func A() int { return 1 }
-- a/a_test.go --
package a

import "testing"

func TestFine(t *testing.T) { A() }

func TestHangs(t *testing.T) { select {} }
`)
	r.Exec = &recorded{timeout: time.Minute, lines: []string{
		`{"Action":"start","Package":"example.com/m/a"}`,
		`{"Action":"run","Package":"example.com/m/a","Test":"TestFine"}`,
		`{"Action":"pass","Package":"example.com/m/a","Test":"TestFine"}`,
		`{"Action":"run","Package":"example.com/m/a","Test":"TestHangs"}`,
		`{"Action":"run","Package":"example.com/m/b","Test":"TestB"}`,
		`{"Action":"pass","Package":"example.com/m/b","Test":"TestB"}`,
	}, result: check.Result{ExitCode: -1, TimedOut: true}}
	got := verdicts(t, r)
	const reason = "the tests did not finish within 1m0s (last: example.com/m/a TestHangs); raise --timeout, or give a profile with --coverprofile"
	if c := got["tests-failing"]; c.Outcome != report.Inconclusive || c.Reason != reason || len(c.Findings) != 0 {
		t.Errorf("got %v %q %q", c.Outcome, c.Reason, messages(c))
	}
	if c := got["coverage-below-threshold"]; c.Outcome != report.Inconclusive || !strings.Contains(c.Reason, reason) {
		t.Errorf("got %v %q", c.Outcome, c.Reason)
	}
}

func TestTestsFailing_theTestBinaryNamesTheHangingTest(t *testing.T) {
	r := repository(t, broken)
	r.Exec = &recorded{timeout: time.Minute, lines: []string{
		`{"Action":"run","Package":"example.com/m/a","Test":"TestA"}`,
		`{"Action":"output","Package":"example.com/m/a","Test":"TestA","Output":"panic: test timed out after 54s\n"}`,
		`{"Action":"output","Package":"example.com/m/a","Test":"TestA","Output":"\trunning tests:\n"}`,
		`{"Action":"output","Package":"example.com/m/a","Test":"TestA","Output":"\t\tTestA (54s)\n"}`,
		`{"Action":"fail","Package":"example.com/m/a","Test":"TestA"}`,
		`{"Action":"fail","Package":"example.com/m/a"}`,
		`{"Action":"pass","Package":"example.com/m/b"}`,
	}, result: check.Result{ExitCode: 1}}
	c := verdicts(t, r)["tests-failing"]
	if c.Outcome != report.Inconclusive || c.Satisfied != 1 || c.Undecided != 1 ||
		!strings.HasPrefix(c.Reason, "the tests did not finish within 1m0s (last: example.com/m/a TestA)") {
		t.Errorf("got %v %+v %q", c.Outcome, c, c.Reason)
	}
}

// The test binary was killed after its own deadline but before the go command
// said so: what it reports as failed has hung.
func TestTestsFailing_killedWhileTheTestBinaryGivesUp(t *testing.T) {
	r := repository(t, broken)
	r.Exec = &recorded{timeout: time.Minute, lines: []string{
		`{"Action":"run","Package":"example.com/m/a","Test":"TestA"}`,
		`{"Action":"output","Package":"example.com/m/a","Test":"TestA","Output":"panic: test timed out after 54s\n"}`,
		`{"Action":"output","Package":"example.com/m/a","Test":"TestA","Output":"\trunning tests:\n"}`,
		`{"Action":"output","Package":"example.com/m/a","Test":"TestA","Output":"\t\tTestA (54s)\n"}`,
		`{"Action":"fail","Package":"example.com/m/a","Test":"TestA"}`,
		`{"Action":"run","Package":"example.com/m/b","Test":"TestB"}`,
	}, result: check.Result{ExitCode: -1, TimedOut: true}}
	c := verdicts(t, r)["tests-failing"]
	if c.Outcome != report.Inconclusive || len(c.Findings) != 0 || c.Undecided != 2 ||
		!strings.HasPrefix(c.Reason, "the tests did not finish within 1m0s (last: example.com/m/a TestA)") {
		t.Errorf("got %v of %d: %q %q", c.Outcome, c.Undecided, c.Reason, messages(c))
	}
}

func TestTestsFailing_goRefusesToRun(t *testing.T) {
	r := repository(t, broken)
	r.Exec = &recorded{timeout: time.Minute, result: check.Result{ExitCode: 1, Stderr: "\ngo: go.mod requires go >= 9.9 (running go 1.26)\n"}}
	const reason = "go test ran nothing: go: go.mod requires go >= 9.9 (running go 1.26)"
	got := verdicts(t, r)
	for _, id := range []string{"tests-failing", "coverage-below-threshold", "package-uncovered"} {
		if c := got[id]; c.Outcome != report.Inconclusive || c.Reason != reason {
			t.Errorf("%s: got %v %q", id, c.Outcome, c.Reason)
		}
	}
}

func TestTestsFailing_builds(t *testing.T) {
	for name, c := range map[string]struct{ culprit, line, want string }{
		"a dependency does not compile": {"example.org/lib", "vendor/example.org/lib/defs.go:3:1: undefined: x",
			"inconclusive: the tests of example.com/m/a do not build here: vendor/example.org/lib/defs.go:3:1: undefined: x"},
		"a module cannot be had": {"example.com/m/a", "a/a.go:3:8: example.org/lib@v1.0.0: reading https://proxy/x.zip: 403 Forbidden",
			"inconclusive: the tests of example.com/m/a do not build here: a/a.go:3:8: example.org/lib@v1.0.0: reading https://proxy/x.zip: 403 Forbidden"},
		"go.sum is incomplete": {"example.org/lib", "missing go.sum entry for module providing package example.org/lib",
			"fail: a/a_test.go: the tests of example.com/m/a do not build: missing go.sum entry for module providing package example.org/lib"},
		"another package of the module": {"example.com/m/b", "b/b.go:3:6: undefined: x",
			"fail: b/b.go:3: the tests of example.com/m/a do not build: undefined: x; see go vet example.com/m/b"},
	} {
		t.Run(name, func(t *testing.T) {
			r := repository(t, broken)
			r.Exec = &recorded{timeout: time.Minute, lines: []string{
				`{"ImportPath":"` + c.culprit + ` [example.com/m/a.test]","Action":"build-output","Output":"# ` + c.culprit + `\n"}`,
				`{"ImportPath":"` + c.culprit + ` [example.com/m/a.test]","Action":"build-output","Output":"` + c.line + `\n"}`,
				`{"Action":"fail","Package":"example.com/m/a","FailedBuild":"` + c.culprit + ` [example.com/m/a.test]"}`,
				`{"Action":"pass","Package":"example.com/m/elsewhere"}`,
			}, result: check.Result{ExitCode: 1}}
			got := verdicts(t, r)["tests-failing"]
			said := got.Outcome.String() + ": " + got.Reason
			if len(got.Findings) > 0 {
				said = got.Outcome.String() + ": " + messages(got)[0]
			}
			if said != c.want || got.Examined != 1 {
				t.Errorf("of %d\n got %s\nwant %s", got.Examined, said, c.want)
			}
		})
	}
}

func TestTidy(t *testing.T) {
	const in = `2026/11/23 09:03:09 /srv/m/a.go: 0xc000012345 took 1.5s: lookup db on 10.0.0.53:53: read tcp 127.0.0.1:40312->127.0.0.1:5432`
	const want = `… a.go: … took …: lookup db…: read tcp ……`
	if got := tidy("/srv/m", in); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCommand(t *testing.T) {
	r := repository(t, broken)
	rec := &recorded{timeout: 10 * time.Minute, result: check.Result{}}
	r.Exec = rec
	verdicts(t, r)
	args := rec.command.Args
	for i, a := range args {
		if strings.HasPrefix(a, "-coverprofile=") {
			args[i] = "-coverprofile=" + filepath.Base(a)
		}
	}
	want := []string{"go", "test", "-json", "-covermode=set", "-coverprofile=cover.out",
		"-coverpkg=example.com/m/a,example.com/m/b,example.com/m/c,example.com/m/d", "-timeout=9m30s", "./..."}
	if diff := cmp.Diff(want, args); diff != "" || rec.command.Dir != r.Program.Dir {
		t.Errorf("in %s (-want +got):\n%s", rec.command.Dir, diff)
	}
}

// recorded plays back a test run; it leaves a profile in which nothing is covered.
type recorded struct {
	timeout time.Duration
	lines   []string
	result  check.Result
	command check.Command
}

func (r *recorded) Timeout() time.Duration { return r.timeout }

func (r *recorded) Run(_ context.Context, c check.Command) (check.Result, error) {
	r.command = c
	for _, a := range c.Args {
		if file, ok := strings.CutPrefix(a, "-coverprofile="); ok && len(r.lines) > 0 {
			if err := os.WriteFile(file, []byte("mode: set\n"), 0o600); err != nil {
				return check.Result{}, err
			}
		}
	}
	for _, l := range r.lines {
		c.Stdout(l)
	}
	return r.result, nil
}
