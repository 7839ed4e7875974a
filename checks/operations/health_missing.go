package operations

import (
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleHealthMissing asks for a liveness endpoint.
var RuleHealthMissing = rule.Rule{
	ID:       "health-missing",
	Title:    "no liveness endpoint answers",
	Section:  rule.Production,
	Severity: rule.Major,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 2, True: 2},
	Why:      "Nothing can ask the process whether it is alive, so a stuck one keeps its traffic.",
	Fix:      "Answer GET /healthz with 200 outside of authentication, and name it in the deployment's liveness probe.",
	Limits: "Known by the last segment of the path (health, healthz, livez, ping, status and the like) or by the library that answers. " +
		"Whether the endpoint says the truth is not judged. Unresolved routes make a missing one inconclusive.",
}

func healthMissing(r *check.Repo, a *audit) report.Criterion {
	if !serves(r, a) {
		return report.NotApplicableTo(RuleHealthMissing, "the module starts no server and registers no route")
	}
	t := report.Examine(RuleHealthMissing)
	if found := append(probeRoutes(r, liveness), probeRoutes(r, readiness)...); len(found) > 0 {
		t.Pass(placeOfRoute(found[0]))
		return t.Criterion("")
	}
	if _, u := a.libraryProbe(liveness); u != nil {
		t.Pass(a.program.Place(u.Ident.Pos(), "%s answers the probe", u.Name))
		return t.Criterion("")
	}
	return withoutProbe(r, a, RuleHealthMissing, []probe{liveness, readiness}, report.Finding{
		Message: "no route answers a liveness probe (/healthz, /health, /livez, /ping ...); add GET /healthz that answers 200 without authentication",
		Anchor:  "liveness", Position: a.whereItServes(),
	}, "liveness endpoint")
}
