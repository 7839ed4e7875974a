// Package hygiene judges what a repository carries besides its logic: secrets,
// images, module files, licence, headers, and how its code reads.
package hygiene

import (
	"context"
	"errors"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family.
var Check = check.Check{
	Name: "hygiene",
	Rules: []rule.Rule{
		RuleSecretCommitted, RuleContainerAsRoot, RuleDependencyVulnerable, RuleModuleUntidy, RuleLicenceMissing,
		RuleCORSPermissive, RuleSecurityHeadersMissing, RuleRateLimitMissing, RuleLayeringViolated, RuleFunctionTooComplex, RuleExportedUndocumented,
	},
	Run: run,
}

// audit is what the rules of the family share.
type audit struct {
	repo    *check.Repo
	program *load.Program
	graph   *reach.Graph
}

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	if r.Program == nil {
		return nil, errors.New("the module was not loaded")
	}
	t, err := readTree(r.Files, check.Scope(r.Files, r.ModuleDir))
	if err != nil {
		return nil, err
	}
	a := &audit{repo: r, program: r.Program, graph: reach.New(r.Program)}
	return []report.Criterion{
		secretCommitted(t),
		containerAsRoot(t),
		dependencyVulnerable(ctx, r),
		moduleUntidy(ctx, r),
		licenceMissing(t, r.ModuleDir),
		corsPermissive(a),
		securityHeadersMissing(a),
		rateLimitMissing(a),
		layeringViolated(a),
		functionTooComplex(r.Program),
		exportedUndocumented(r.Program),
	}, ctx.Err()
}

// serves reports whether the module registers routes.
func (a *audit) serves() bool {
	t := a.repo.Routes
	return t != nil && len(t.Routes)+len(t.Unresolved)+len(t.Routers) > 0
}
