// Package compliance judges what an auditor asks of a delivery: who did what is
// on record, and the licences of what is linked permit the delivery.
package compliance

import (
	"context"
	"errors"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family.
var Check = check.Check{
	Name:  "compliance",
	Rules: []rule.Rule{RuleAuditTrailMissing, RuleDependencyLicenceForbidden},
	Run:   run,
}

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	if r.Program == nil {
		return nil, errors.New("the module was not loaded")
	}
	allowed := r.Licences
	if allowed == nil {
		allowed = permitted()
	}
	return []report.Criterion{
		auditTrailMissing(r),
		dependencyLicenceForbidden(ctx, r, allowed),
	}, ctx.Err()
}
