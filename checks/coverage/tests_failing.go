package coverage

import (
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleTestsFailing asks that `go test ./...` passes.
var RuleTestsFailing = rule.Rule{
	ID:       "tests-failing",
	Title:    "go test ./... does not pass",
	Section:  rule.Tests,
	Supports: []rule.Section{rule.Production},
	Severity: rule.Blocker,
	Since:    "1.0.0",
	Why:      "A failing test is a known defect, or a test that nobody can rely on any more.",
	Fix:      "Run the test that is named, repair the code or the test, and keep go test ./... in the pull request's checks.",
	Limits: "Tests run without the environment's credentials and on this machine. Packages whose output shows a missing service " +
		"(connection refused, no Docker) or a missing module are inconclusive. A test that does not finish before --timeout is " +
		"inconclusive, since slow and stuck look alike; the reason names it. With --coverprofile the tests are not run, and the rule does not apply: " +
		"whoever made the profile saw whether they pass.",
}

// findingsPerPackage bounds the list of one package; the message says how many more there are.
const findingsPerPackage = 20

func testsFailing(r *check.Repo, s *suite, m *measurement) report.Criterion {
	switch {
	case len(s.functions()) == 0:
		return report.NotApplicableTo(RuleTestsFailing, "there is no test to run; tests-missing says so")
	case r.CoverProfile != "":
		return report.NotApplicableTo(RuleTestsFailing, m.notRun)
	case m.run == nil:
		return report.CannotTell(RuleTestsFailing, m.notRun)
	case m.run.startFailure != "":
		return report.CannotTell(RuleTestsFailing, m.run.startFailure)
	}
	t := report.Examine(RuleTestsFailing)
	unended := 0
	for _, name := range sortedKeys(m.run.packages) {
		p := m.run.packages[name]
		switch reason := m.run.blocked(p); {
		case p.outcome == "skip":
		case p.outcome == "pass":
			t.Pass()
		case reason != "":
			t.Undecided(reason)
		case p.outcome == "" || p.hung:
			if fs := (failures{r, s, m.run, p}).ofTests(); len(fs) > 0 && !p.hung {
				failAll(t, fs)
				continue
			}
			unended++
		default:
			failAll(t, failures{r, s, m.run, p}.all())
		}
	}
	if m.run.unfinished != "" {
		t.UndecidedN(max(unended, 1), m.run.gaps())
	}
	return t.Criterion("go test found no package with tests in this build; the tests stand behind build tags")
}

func failAll(t *report.Tally, fs []report.Finding) {
	t.Fail(fs[0])
	for _, f := range fs[1:] {
		t.Also(f)
	}
}
