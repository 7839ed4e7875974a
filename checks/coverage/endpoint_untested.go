package coverage

import (
	"fmt"
	"go/ast"
	"go/token"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleEndpointUntested asks that tests run each endpoint's handler.
var RuleEndpointUntested = rule.Rule{
	ID:       "endpoint-untested",
	Title:    "no test runs the endpoint's handler",
	Section:  rule.Tests,
	Severity: rule.Major,
	Ratio:    true,
	Since:    "1.0.0",
	Why:      "Nobody knows whether the endpoint answers at all.",
	Fix:      "Send it a request through the router in a test, and look at the status and the body.",
	Limits: "A handler counts as tested when one of its statements runs, whatever the test asserts. A handler that several " +
		"operations share is tested for all of them. Handlers outside the module are inconclusive.",
}

// endpointUntested judges documented, implemented operations; without any
// document, every route that has a handler. It sets the Tested facet of all.
func endpointUntested(r *check.Repo, m *measurement) report.Criterion {
	if r.Matrix == nil {
		return report.CannotTell(RuleEndpointUntested, "the endpoints are not known")
	}
	blocks := blocksByFile(m.files)
	t := report.Examine(RuleEndpointUntested)
	for _, e := range r.Matrix.Endpoints {
		verdict := judgeEndpoint(r, m, blocks, e)
		e.Tested = verdict.facet
		compare(e, verdict)
		if !counts(r.Matrix, e) {
			continue
		}
		switch verdict.facet {
		case report.FacetOK:
			t.Pass()
		case report.FacetAbsent:
			t.Fail(report.Finding{Message: fmt.Sprintf("%s: no test runs its handler %s; send it a request through the router in a test", e.Name(), verdict.handler.Name),
				Position: handlerPosition(e, verdict.handler), Endpoint: e.Name(), Anchor: e.Name()})
		case report.FacetInconclusive:
			t.Undecided(verdict.reason)
		}
	}
	if t.Examined() == 0 && r.Routes != nil && len(r.Routes.Unresolved) > 0 {
		return report.CannotTell(RuleEndpointUntested, "no route could be resolved; see routes-unresolved")
	}
	return t.Criterion("no operation is implemented, so there is no handler to test")
}

// compare adds what the facet tested rests on; that no test runs a handler is a
// finding's to tell.
func compare(e *matrix.Endpoint, v endpointVerdict) {
	c := report.Comparison{Place: v.handler.Name, State: v.facet}
	switch v.facet {
	case report.FacetOK:
		c.Words, c.Code = "its statements run in the tests", handlerPosition(e, v.handler)
	case report.FacetInconclusive:
		c.Place, c.Words = "", v.reason
	default:
		return
	}
	e.Compare(report.TestedFacet, c)
}

// counts reports whether the row is a site of the rule.
func counts(m *matrix.Matrix, e *matrix.Endpoint) bool {
	if len(m.Used) > 0 {
		return e.Operation != nil && e.Status == report.Implemented
	}
	return e.Route != nil && !e.Route.Static && !e.Route.Derived
}

type endpointVerdict struct {
	facet   report.Facet
	handler routes.Handler
	reason  string
}

func judgeEndpoint(r *check.Repo, m *measurement, blocks map[string][]*source, e *matrix.Endpoint) endpointVerdict {
	if e.Route == nil {
		return endpointVerdict{facet: report.FacetNotApplicable}
	}
	if m.profile == nil {
		return endpointVerdict{facet: report.FacetInconclusive, reason: m.unknown}
	}
	all := e.Routes
	if len(all) == 0 {
		all = []*routes.Route{e.Route}
	}
	v := endpointVerdict{facet: report.FacetInconclusive, handler: e.Route.Handler,
		reason: fmt.Sprintf("the handler %s of %s has no statement in this module", e.Route.Handler.Name, e.Name())}
	for _, route := range all {
		ran, known := handlerRan(r, blocks, route.Handler)
		switch {
		case ran:
			return endpointVerdict{facet: report.FacetOK, handler: route.Handler}
		case known && m.gaps != "":
			v.reason = m.gaps
		case known:
			v = endpointVerdict{facet: report.FacetAbsent, handler: route.Handler}
		}
	}
	return v
}

func blocksByFile(files []*source) map[string][]*source {
	by := map[string][]*source{}
	for _, s := range files {
		by[s.path] = append(by[s.path], s)
	}
	return by
}

// handlerRan reports whether a statement of the handler's body ran; known is
// false where the body is not here or holds no statement.
func handlerRan(r *check.Repo, files map[string][]*source, h routes.Handler) (ran, known bool) {
	body := handlerBody(h.Body)
	if body == nil || len(body.List) == 0 {
		return false, false
	}
	file, where := spanOf(r.Program.Fset, body)
	rel, ok := r.Program.Relative(file)
	if !ok {
		return false, false
	}
	for _, s := range files[rel] {
		known = true
		for at, b := range s.blocks {
			if b.covered && b.statements > 0 && where.contains(at) {
				return true, true
			}
		}
	}
	return false, known
}

func handlerBody(n ast.Node) *ast.BlockStmt {
	switch f := n.(type) {
	case *ast.FuncDecl:
		if f != nil {
			return f.Body
		}
	case *ast.FuncLit:
		if f != nil {
			return f.Body
		}
	}
	return nil
}

func spanOf(fset *token.FileSet, body *ast.BlockStmt) (string, span) {
	from, to := fset.Position(body.Pos()), fset.Position(body.End())
	return from.Filename, span{from.Line, from.Column, to.Line, to.Column}
}

// handlerPosition is the handler's, or else the registration's.
func handlerPosition(e *matrix.Endpoint, h routes.Handler) report.Position {
	if h.Pos.IsValid() {
		return h.Pos
	}
	return e.Route.Pos
}
