// Package coverage judges the tests: whether there are any, whether they pass,
// and how much of the hand-written code and of the endpoints they reach.
package coverage

import (
	"context"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family. It fills Repo.Coverage and the Tested facet of endpoints.
var Check = check.Check{
	Name: "coverage",
	Rules: []rule.Rule{
		RuleTestsMissing, RuleTestsFailing, RuleCoverageBelowThreshold, RulePackageUncovered,
		RuleEndpointUntested, RuleTestSkipped, RuleTestWithoutAssertion, RuleIntegrationTestMissing,
	},
	Run: run,
}

// Threshold is the statement coverage, in percent, that must be exceeded.
const Threshold = 80

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	s, err := readSuite(r.Files, r.ModuleDir)
	if err != nil {
		return nil, err
	}
	for _, problem := range s.problems {
		r.Note(problem)
	}
	m := measure(ctx, r, s)
	if m.profile != nil {
		r.Coverage = m.table(r.Program)
	}
	return []report.Criterion{
		testsMissing(s),
		testsFailing(r, s, m),
		belowThreshold(r, m),
		packageUncovered(r, m),
		endpointUntested(r, m),
		testSkipped(s),
		testWithoutAssertion(s),
		integrationTestMissing(r, s),
	}, nil
}
