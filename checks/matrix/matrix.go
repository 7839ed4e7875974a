// Package matrix joins what the document promises with what the program
// serves: one row for each operation, and one for each route that no operation
// describes.
package matrix

import (
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// Matrix is the join.
type Matrix struct {
	Endpoints []*Endpoint
	// Specs lists every document found, and why it is judged or not.
	Specs []report.Spec
	// Used are the documents that are judged.
	Used []*spec.Document
}

// Endpoint is one row.
type Endpoint struct {
	// Operation and Document are nil for undocumented routes.
	Operation *spec.Operation
	Document  *spec.Document
	// Route is the best match, nil where there is none; Routes are all that
	// answer this operation (several servers, several versions).
	Route  *routes.Route
	Routes []*routes.Route

	Status report.EndpointStatus
	// Reason explains inconclusive and missing; Nearest are routes that come close.
	Reason  string
	Nearest []string
	// Blocker is a middleware that ends every request before the handler; nil
	// where there is none.
	Blocker *routes.Handler

	// Facets, each set by the check that owns it: Auth by auth, Tested by
	// coverage, the others by behaviour's checks.
	Parameters, Body, Responses, Auth, Validation, Tested report.Facet
	// Evidence is what the facets rest on, added by the checks that set them.
	Evidence report.Evidence
}

// Compare adds to the evidence of a facet.
func (e *Endpoint) Compare(facet string, c report.Comparison) {
	if e.Evidence == nil {
		e.Evidence = report.Evidence{}
	}
	e.Evidence[facet] = append(e.Evidence[facet], c)
}

// Name is "METHOD /path": the document's path, or the full route's.
func (e *Endpoint) Name() string {
	if e.Operation != nil {
		return e.Operation.Name()
	}
	return e.Route.Method + " " + e.Route.Path
}

// Position is the row's place: the document's line, else the registration's.
func (e *Endpoint) Position() report.Position {
	if e.Operation != nil {
		return e.Operation.Pos
	}
	return e.Route.Pos
}
