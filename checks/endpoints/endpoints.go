// Package endpoints judges whether every operation of the document is really
// there, and whether every route is documented.
package endpoints

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family.
var Check = check.Check{
	Name:  "endpoints",
	Rules: []rule.Rule{SpecMissing, Missing, Stub, RoutesUnresolved, Unreachable, Undocumented},
	Run:   run,
}

func run(_ context.Context, r *check.Repo) ([]report.Criterion, error) {
	markStubs(r)
	return []report.Criterion{
		specMissing(r), missing(r), stub(r), unresolved(r), unreachable(r), undocumented(r),
	}, nil
}

// noDocument is why rules about operations cannot be judged; SpecMissing
// carries the failure itself.
const noDocument = "no OpenAPI document describes this server; add one or name it with --spec"

// SpecMissing is the rule spec-missing.
var SpecMissing = rule.Rule{
	ID: "spec-missing", Title: "no OpenAPI document describes the server",
	Section: rule.Endpoints, Supports: []rule.Section{rule.Documentation}, Severity: rule.Blocker, Since: "1.0.0",
	Why:    "Without a document nobody can say which endpoints were promised, and nothing can be held against the code.",
	Fix:    "Commit the OpenAPI document of this server, or name it with --spec.",
	Limits: "A document that is generated at run time and never committed is not seen.",
}

func specMissing(r *check.Repo) report.Criterion {
	t := report.Examine(SpecMissing)
	for _, d := range r.Matrix.Used {
		t.Pass(report.Related{Position: d.Pos, Message: fmt.Sprintf("%s, OpenAPI %s, %d operations", d.Path, d.Version, len(d.Operations))})
	}
	if t.Examined() > 0 {
		return t.Criterion("")
	}
	for _, d := range r.Documents {
		if d.Unread != nil {
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s cannot be read: %s; repair the document", d.Path, d.Unread.Message),
				Position: d.Unread.Position, Anchor: d.Path,
			})
			return t.Criterion("")
		}
	}
	message := "the repository holds no OpenAPI or Swagger document; commit the one that this server implements, or name it with --spec"
	for _, s := range r.Matrix.Specs {
		message = fmt.Sprintf("%s is not a document of this server (%s); commit the right one or name it with --spec", s.Path, s.Reason)
		t.Fail(report.Finding{Message: message, Position: report.Position{File: s.Path, Line: 1}, Anchor: s.Path})
		return t.Criterion("")
	}
	t.Fail(report.Finding{Message: message, Position: goMod(r), Anchor: "document"})
	return t.Criterion("")
}

// goMod is where findings stand that are about the whole module.
func goMod(r *check.Repo) report.Position {
	file := "go.mod"
	if r.ModuleDir != "." {
		file = r.ModuleDir + "/go.mod"
	}
	return report.Position{File: file, Line: 1}
}

// Missing is the rule endpoint-missing.
var Missing = rule.Rule{
	ID: "endpoint-missing", Title: "an operation of the document has no route",
	Section: rule.Endpoints, Severity: rule.Blocker, Ratio: true, Since: "1.0.0",
	Why:    "A client that follows the document gets 404 or 405.",
	Fix:    "Register a handler for the method and path, or remove the operation from the document.",
	Limits: "Routes that are only known at run time (from a database, a plugin, reflection) cannot be seen; affected operations are inconclusive. Declare them under routes: in the configuration.",
}

func missing(r *check.Repo) report.Criterion {
	if len(r.Matrix.Used) == 0 {
		return report.CannotTell(Missing, noDocument)
	}
	t := report.Examine(Missing)
	for _, e := range r.Matrix.Endpoints {
		switch e.Status {
		case report.Implemented, report.Stub:
			t.Pass()
		case report.Missing:
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s has no route: %s; register a handler or remove the operation", e.Name(), e.Reason),
				Position: e.Position(), Endpoint: e.Name(), Anchor: e.Name(),
			})
		case report.EndpointUnclear:
			t.Undecided(fmt.Sprintf("%s: %s", e.Name(), e.Reason), report.Related{Position: e.Position(), Message: e.Name() + ": " + e.Reason})
		}
	}
	return t.Criterion("the document describes no operation")
}

// Undocumented is the rule endpoint-undocumented.
var Undocumented = rule.Rule{
	ID: "endpoint-undocumented", Title: "a route is not in the document",
	Section: rule.Endpoints, Supports: []rule.Section{rule.Documentation}, Severity: rule.Minor, Ratio: true, Since: "1.0.0",
	Why: "What is served but not documented is not reviewed, not tested against the contract, and often not protected.",
	Fix: "Describe the operation in the document, or remove the route.",
	Limits: "Health, metrics, profiling, documentation and static routes are not expected in the document, nor are routes that nothing serves (route-unreachable). " +
		"Routes beyond the prefix that all documented operations share, of other programs, or of examples and tests are left out and counted. Pages of a user interface served below that prefix count as undocumented.",
}

func undocumented(r *check.Repo) report.Criterion {
	if len(r.Matrix.Used) == 0 {
		return report.CannotTell(Undocumented, noDocument)
	}
	t := report.Examine(Undocumented)
	area := territoryOf(r.Matrix)
	if area.operations == 0 {
		return report.CannotTell(Undocumented, "no operation of the document has a route, so whether it describes this server is open; see endpoint-missing")
	}
	idle := unserved(r)
	beyond := map[string]int{}
	for _, e := range r.Matrix.Endpoints {
		switch {
		case e.Operation != nil && e.Route != nil:
			t.Pass()
		case e.Status != report.Undocumented || expectedOutside(e.Route):
		case idle.around(e.Route.Pos) != "": // nothing serves it: route-unreachable says so
		case area.beyond(e.Route) != "":
			beyond[area.beyond(e.Route)]++
		case area.reached && !e.Route.Reached:
			t.Undecided(fmt.Sprintf("%s is not in the document, and was not reached from main either", e.Name()), report.Related{Position: e.Route.Pos, Message: e.Name()})
		default:
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s is served by %s but not in the document; describe it or remove the route", e.Name(), handlerName(e.Route)),
				Position: e.Route.Pos, Endpoint: e.Name(), Anchor: e.Name(),
			})
		}
	}
	c := t.Criterion("no route was found")
	for _, where := range slices.Sorted(maps.Keys(beyond)) {
		c.Evidence = append(c.Evidence, report.Related{Message: fmt.Sprintf("%d routes %s are left out: the document does not speak of them", beyond[where], where)})
	}
	return c
}
