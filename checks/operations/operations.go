// Package operations judges whether the backend can be run: whether it builds,
// answers probes, drains on a signal, survives a panic, and can be watched.
package operations

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
	Name: "operations",
	Rules: []rule.Rule{
		RuleBuildFailing, RuleHealthMissing, RuleReadinessShallow, RuleShutdownAbrupt, RulePanicUnrecovered,
		RuleMetricsMissing, RulePoolUnconfigured, RuleBenchmarkMissing,
	},
	Run: run,
}

// audit is what the rules of the family share.
type audit struct {
	program *load.Program
	graph   *reach.Graph
}

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	if r.Program == nil {
		return nil, errors.New("the module was not loaded")
	}
	a := &audit{program: r.Program, graph: reach.Of(r.Program)}
	criteria := []report.Criterion{
		buildFailing(r),
		healthMissing(r, a),
		readinessShallow(r, a),
		shutdownAbrupt(r, a),
		panicUnrecovered(r, a),
		metricsMissing(r, a),
		poolUnconfigured(r, a),
		benchmarkMissing(r),
	}
	for i, c := range criteria {
		criteria[i] = check.Doubt(r.Program, c)
	}
	return criteria, ctx.Err()
}
