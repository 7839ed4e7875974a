// Package operations judges whether the backend can be run: whether it builds,
// answers probes, drains on a signal, survives a panic, and can be watched.
package operations

import (
	"context"
	"errors"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family.
var Check = check.Check{
	Name: "operations",
	Rules: []rule.Rule{
		RuleBuildFailing, RuleHealthMissing, RuleReadinessShallow, RuleShutdownAbrupt, RulePanicUnrecovered,
		RuleLogUnstructured, RuleMetricsMissing, RulePoolUnconfigured, RuleBenchmarkMissing,
	},
	Run: run,
}

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	if r.Program == nil {
		return nil, errors.New("the module was not loaded")
	}
	g := newGraph(r.Program)
	return []report.Criterion{
		buildFailing(r),
		healthMissing(r, g),
		readinessShallow(r, g),
		shutdownAbrupt(r, g),
		panicUnrecovered(r, g),
		logUnstructured(r, g),
		metricsMissing(r, g),
		poolUnconfigured(r, g),
		benchmarkMissing(r),
	}, ctx.Err()
}
