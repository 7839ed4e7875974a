// Package integration judges how the service deals with other systems where it
// takes the whole repository to see it: the routes that they call.
package integration

import (
	"context"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family.
var Check = check.Check{
	Name:  "integration",
	Rules: []rule.Rule{RuleWebhookUnverified},
	Run:   run,
}

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	return []report.Criterion{webhookUnverified(r)}, ctx.Err()
}
