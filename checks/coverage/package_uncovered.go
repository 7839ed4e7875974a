package coverage

import (
	"fmt"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RulePackageUncovered asks that some test reaches each package.
var RulePackageUncovered = rule.Rule{
	ID:       "package-uncovered",
	Title:    "no test runs any statement of the package",
	Section:  rule.Tests,
	Severity: rule.Minor,
	Ratio:    true,
	Since:    "1.0.0",
	Why:      "A whole package that no test enters is a blind spot that the total hides.",
	Fix:      "Test the package, or a caller that goes through it.",
	Limits:   "A package that is run only by a process which a test starts counts as not reached.",
}

func packageUncovered(r *check.Repo, m *measurement) report.Criterion {
	if m.profile == nil {
		return report.CannotTell(RulePackageUncovered, m.unknown)
	}
	t := report.Examine(RulePackageUncovered)
	for _, p := range r.Coverage.Packages {
		switch {
		case p.Covered > 0:
			t.Pass()
		case m.gaps != "":
			t.Undecided(m.gaps)
		default:
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("no test runs any of the %d statements of package %s; test it, or a caller that goes through it", p.Statements, p.Path),
				Position: report.Position{File: m.firstFile(p.Path), Line: 1}, Anchor: p.Path,
			})
		}
	}
	return t.Criterion("the module has no hand-written statement")
}

// firstFile is the first hand-written file with statements of a package.
func (m *measurement) firstFile(pkgPath string) string {
	for _, s := range m.files {
		if n, _ := s.counts(); s.pkg.PkgPath == pkgPath && !s.generated && n > 0 {
			return s.path
		}
	}
	return ""
}
