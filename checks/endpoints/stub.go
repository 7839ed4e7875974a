package endpoints

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Stub is the rule endpoint-stub.
var Stub = rule.Rule{
	ID: "endpoint-stub", Title: "a handler that does nothing, or that no request gets to",
	Section: rule.Endpoints, Severity: rule.Blocker, Ratio: true, Since: "1.0.0",
	Why:    "The route answers, so that a smoke test passes, but what the document promises does not happen.",
	Fix:    "Implement the handler; where a middleware before it ends every request, call the next handler.",
	Limits: "A handler that does something else than the document says is not a stub; the facets of the endpoint matrix judge that.",
}

// markStubs turns implemented operations into stubs where the handler only
// says that it is not implemented, or where no request gets to it.
func markStubs(r *check.Repo) {
	if r.Program == nil {
		return
	}
	index := behaviour.Of(r.Program)
	for _, e := range r.Matrix.Endpoints {
		if e.Status != report.Implemented || e.Route == nil {
			continue
		}
		if reason, _, ok := index.Stub(e.Route.Handler); ok {
			e.Status, e.Reason = report.Stub, reason
			continue
		}
		if s := index.Route(e.Route, e.Operation); asksForSomething(e) && s.Pretends() {
			e.Status, e.Reason = report.Stub, "it answers every request alike and looks at nothing"
			continue
		}
		// generated wrappers reach the handler through the interface that it implements
		if m, ok := index.Blocker(e.Route, e.Operation); ok && e.Operation != nil && !index.InGenerated(m.Key) {
			e.Status, e.Blocker = report.Stub, &m
			e.Reason = fmt.Sprintf("its middleware %s ends every request and never calls the next handler", m.Name)
		}
	}
}

// asksForSomething reports whether an operation is about one thing of many, or
// takes something in, so that it cannot be served by a constant.
func asksForSomething(e *matrix.Endpoint) bool {
	if e.Operation == nil {
		return false
	}
	if strings.Contains(e.Operation.Path, "{") {
		return true
	}
	return e.Operation.Body != nil && slices.ContainsFunc(e.Operation.Body.Content, func(m spec.Media) bool {
		s := e.Document.Resolve(m.Schema)
		return s != nil && len(s.Properties)+len(s.AllOf) > 0
	})
}

func stub(r *check.Repo) report.Criterion {
	if len(r.Matrix.Used) == 0 {
		return report.CannotTell(Stub, noDocument)
	}
	t := report.Examine(Stub)
	for _, e := range r.Matrix.Endpoints {
		switch {
		case e.Operation == nil || e.Route == nil:
		case e.Blocker != nil:
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s never gets to %s: %s; go on where the request may pass", e.Name(), handlerName(e.Route), e.Reason),
				Position: orElse(e.Blocker.Pos, e.Route.Pos), Endpoint: e.Name(), Anchor: e.Name(),
				Related: []report.Related{{Position: e.Route.Pos, Message: "registered here"}, {Position: e.Operation.Pos, Message: "described here"}},
			})
		case e.Status == report.Stub:
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s is routed to %s, which is a stub: %s; implement it", e.Name(), handlerName(e.Route), e.Reason),
				Position: e.Route.Handler.Pos, Endpoint: e.Name(), Anchor: e.Name(),
				Related: []report.Related{{Position: e.Operation.Pos, Message: "described here"}},
			})
		case e.Route.Handler.Body == nil:
			t.Undecided(fmt.Sprintf("%s: the source of %s is not in the module", e.Name(), handlerName(e.Route)),
				report.Related{Position: e.Route.Pos, Message: e.Name()})
		default:
			t.Pass()
		}
	}
	return t.Criterion("no operation has a route")
}

func orElse(p, q report.Position) report.Position {
	if p.IsValid() {
		return p
	}
	return q
}
