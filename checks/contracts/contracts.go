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
	Rules: []rule.Rule{ErrorResponseInconsistent},
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
	return []report.Criterion{errorResponses(x, rows)}, nil
}

// handlers summarises the handlers of the operations; of all routes where no
// document says which belong to the API.
func handlers(x *behaviour.Index, m *matrix.Matrix) []handled {
	var rows []handled
	for _, e := range m.Endpoints {
		if e.Route == nil || e.Route.Static || e.Operation == nil && len(m.Used) > 0 {
			continue
		}
		rows = append(rows, handled{e, x.Handler(e.Route.Handler)})
	}
	return rows
}
