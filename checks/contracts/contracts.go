// Package contracts holds what handlers do against what the document says, and
// against each other: parameters, bodies, answers.
package contracts

import (
	"context"
	"fmt"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check judges the contract of each endpoint.
var Check = check.Check{
	Name:  "contracts",
	Rules: []rule.Rule{ParameterMismatch, RequestBodyMismatch, ResponseMismatch, ArrayEncodedNull, ErrorResponseInconsistent, ListUnpaginated, BodyUnbounded},
	Run:   run,
}

// handled is a row of the matrix with what its handler does.
type handled struct {
	row *matrix.Endpoint
	*behaviour.Summary
}

func run(_ context.Context, r *check.Repo) ([]report.Criterion, error) {
	if r.Program == nil || r.Matrix == nil {
		return nil, fmt.Errorf("judge contracts: the module was not loaded")
	}
	x := behaviour.Of(r.Program)
	rows := handlers(x, r.Matrix)
	absent(r.Matrix)
	return []report.Criterion{
		parameters(x, rows, handedOn(r.Program)), requestBodies(x, rows), responses(x, rows), arrays(rows), errorResponses(x, rows), lists(rows), bodyLimits(x, rows),
	}, nil
}

// handlers summarises the handlers of the operations; of all routes where no
// document says which belong to the API.
func handlers(x *behaviour.Index, m *matrix.Matrix) []handled {
	var rows []handled
	for _, e := range m.Endpoints {
		if e.Route == nil || e.Route.Static || e.Operation == nil && len(m.Used) > 0 || e.Status == report.Stub {
			continue
		}
		rows = append(rows, handled{e, x.Route(e.Route, e.Operation)})
	}
	return rows
}

// absent sets the facets of rows without a route, or without an operation.
func absent(m *matrix.Matrix) {
	for _, e := range m.Endpoints {
		f := report.FacetNotApplicable
		switch {
		case e.Operation == nil:
		case e.Route == nil && e.Status == report.EndpointUnclear:
			f = report.FacetInconclusive
		case e.Route == nil, e.Status == report.Stub: // one defect, told by its own rule
			f = report.FacetAbsent
		case e.Route.Static:
			f = report.FacetInconclusive
		default:
			continue
		}
		e.Parameters, e.Body, e.Responses = f, f, f
	}
}
