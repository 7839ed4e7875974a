package coverage

import (
	"fmt"
	"math/big"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleCoverageBelowThreshold asks for more than 80 percent of statements.
var RuleCoverageBelowThreshold = rule.Rule{
	ID:       "coverage-below-threshold",
	Title:    "tests cover no more than 80 percent of the statements",
	Section:  rule.Tests,
	Severity: rule.Blocker,
	Since:    "1.0.0",
	Why:      "Code that no test runs breaks unseen; below four fifths that is whole features rather than rare branches.",
	Fix:      "Take the packages with most uncovered statements from the coverage table and send their endpoints the requests that are missing.",
	Limits: "Statement coverage over the hand-written files that build on this platform, main packages included, as go test " +
		"-coverpkg measures it; generated files are left out. Processes that a test starts are not measured. Where tests could not " +
		"run here, a figure of 80 or less is inconclusive, since it is a lower bound.",
}

func belowThreshold(r *check.Repo, m *measurement) report.Criterion {
	if m.profile == nil {
		return report.CannotTell(RuleCoverageBelowThreshold, m.unknown)
	}
	c := r.Coverage
	if c.Statements == 0 {
		return report.NotApplicableTo(RuleCoverageBelowThreshold, "the module has no hand-written statement")
	}
	got, want := c.Percent(), big.NewRat(Threshold, 1)
	if m.gaps != "" && got.Cmp(want) <= 0 {
		return report.CannotTell(RuleCoverageBelowThreshold, fmt.Sprintf("at least %s%% are covered, but %s", floorTenth(got), m.gaps))
	}
	f := report.Finding{Message: fmt.Sprintf("%d of %d statements are covered: %s%%, more than %d%% are required; %s",
		c.Covered, c.Statements, floorTenth(got), Threshold, mostUncovered(c))}
	evidence := report.Related{Message: fmt.Sprintf("%d of %d statements: %s%% (%s)", c.Covered, c.Statements, floorTenth(got), m.source)}
	return report.Threshold(RuleCoverageBelowThreshold, c.Covered, c.Statements, got, want, f, evidence)
}

// mostUncovered names the package where tests gain most.
func mostUncovered(c *report.Coverage) string {
	var worst report.PackageCoverage
	for _, p := range c.Packages {
		if p.Statements-p.Covered > worst.Statements-worst.Covered {
			worst = p
		}
	}
	return fmt.Sprintf("%s has most without: %d", worst.Path, worst.Statements-worst.Covered)
}

// floorTenth prints a percentage rounded down to one decimal, so that 79.96 does
// not read as 80.
func floorTenth(x *big.Rat) string {
	tenths := new(big.Int).Quo(new(big.Int).Mul(x.Num(), big.NewInt(10)), x.Denom())
	whole, rest := new(big.Int).QuoRem(tenths, big.NewInt(10), new(big.Int))
	return fmt.Sprintf("%d.%d", whole, rest)
}
