package hygiene

import (
	"context"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleDependencyVulnerable asks that no known vulnerability is reachable.
var RuleDependencyVulnerable = rule.Rule{
	ID:       "dependency-vulnerable",
	Title:    "a known vulnerability of a dependency is reachable",
	Section:  rule.Secure,
	Supports: []rule.Section{rule.Security},
	Severity: rule.Major,
	Since:    "1.0.0",
	Why:      "Known vulnerabilities are what automated attacks try first.",
	Fix:      "Upgrade the module to the version that fixes it; govulncheck ./... names both.",
	Limits:   "Needs the Go vulnerability database; without it the rule is inconclusive, which is no statement about the dependencies.",
}

func dependencyVulnerable(_ context.Context, _ *audit) report.Criterion {
	return report.CannotTell(RuleDependencyVulnerable, "no vulnerability database is configured; run govulncheck ./... where it can be reached")
}
