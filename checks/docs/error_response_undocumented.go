package docs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleErrorResponseUndocumented is the rule error-response-undocumented.
var RuleErrorResponseUndocumented = rule.Rule{
	ID: "error-response-undocumented", Title: "an error answer that the document does not know, or does not describe",
	Section: rule.Documentation, Supports: []rule.Section{rule.Errors}, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "Every client has to handle refusals; without their schema each guesses what an error looks like.",
	Fix: "Document the 4xx answers (or default) with the schema of the error envelope.",
	Limits: "One error answer with a schema is enough: a 5xx one only where the document lists no others and the operation takes no body, credentials or path parameter. Where it lists any, the 4xx that the handler itself names have to be among them: " +
		"what middleware answers, 5xx, and what a helper picks by the error are left out. An operation that takes no parameter, body or credentials and documents no error is left out: nothing that a client sends can be wrong. " +
		"HEAD and OPTIONS are left out.",
	Judged:  rule.Judged{Read: 18, True: 17, Disputed: 1},
	Example: errorResponseExample,
}

const errorResponseExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/openapi.yaml --
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders/{id}:
    delete:
      operationId: dropOrder
      summary: Drop an order
      tags: [orders]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
      responses:
        "204": {description: it is gone}
        "404": {description: there is none}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/openapi.yaml --
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders/{id}:
    delete:
      operationId: dropOrder
      summary: Drop an order
      tags: [orders]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
      responses:
        "204": {description: it is gone}
        "404":
          description: there is none
          content:
            application/json:
              schema: {type: object, properties: {error: {type: string, example: no such order}}}
`

func errorUndocumented(t sites, d *spec.Document) string {
	for _, op := range d.Operations {
		if op.Method == "HEAD" || op.Method == "OPTIONS" {
			continue
		}
		bare, described := errorAnswers(op)
		switch {
		case described && onlyFailures(op) && mayRefuse(op):
			t.Fail(report.Finding{
				Position: op.Pos, Endpoint: op.Name(), Anchor: op.Name(),
				Message: fmt.Sprintf("%s documents %s, but no answer to what a client does wrong; add the 4xx ones (or default) with the schema of the error envelope", op.Name(), enumerate(errorStatuses(op), "and")),
			})
		case described:
			knowsAnswers(t, op)
		case len(bare) > 0:
			t.Fail(report.Finding{
				Position: op.Pos, Endpoint: op.Name(), Anchor: op.Name(),
				Message: fmt.Sprintf("%s documents %s without a schema; give the error answers the schema of the error envelope", op.Name(), enumerate(bare, "and")),
			})
		case len(op.Parameters) > 0 || op.Body != nil || len(op.Security) > 0:
			t.Fail(report.Finding{
				Position: op.Pos, Endpoint: op.Name(), Anchor: op.Name(),
				Message: op.Name() + " documents no error answer; add the 4xx ones (or default) with the schema of the error envelope",
			})
		}
	}
	return d.Path + " has no operation that a client could call wrongly"
}

// onlyFailures: all error answers of the document are 5xx.
func onlyFailures(op *spec.Operation) bool {
	return !slices.ContainsFunc(op.Responses, func(r spec.Response) bool { return strings.HasPrefix(r.Status, "4") || r.Status == "default" })
}

// mayRefuse: the operation is about one thing of many, takes a body or asks for
// credentials, each of which may be wrong.
func mayRefuse(op *spec.Operation) bool {
	return strings.Contains(op.Path, "{") || op.Body != nil || len(op.Security) > 0
}

// knowsAnswers judges an operation that documents error answers: the code writes
// no others.
func knowsAnswers(t sites, op *spec.Operation) {
	a, unknown := behaviour.Answer{}, false
	if s := summaryOf(t, op); s != nil {
		a, unknown = s.UnknownRefusal(op)
	}
	if !unknown {
		t.Pass()
		return
	}
	t.Fail(report.Finding{
		Position: op.Pos, Endpoint: op.Name(), Anchor: op.Name(),
		Message: fmt.Sprintf("%s answers %d, which its document does not list among %s; add it with the schema of the error envelope", op.Name(), a.Status, enumerate(errorStatuses(op), "and")),
		Related: []report.Related{{Position: a.Site, Message: fmt.Sprintf("%d is answered here", a.Status)}},
	})
}

// summaryOf is what the operation's handler does; nil where it has none or the
// code is not at hand.
func summaryOf(t sites, op *spec.Operation) *behaviour.Summary {
	i := slices.IndexFunc(t.repo.Matrix.Endpoints, func(e *matrix.Endpoint) bool {
		return e.Operation == op && e.Route != nil && e.Status == report.Implemented
	})
	if i < 0 || t.repo.Program == nil {
		return nil
	}
	return behaviour.Of(t.repo.Program).Route(t.repo.Matrix.Endpoints[i].Route, op)
}

func errorStatuses(op *spec.Operation) []string {
	var all []string
	for _, r := range op.Responses {
		if strings.HasPrefix(r.Status, "4") || strings.HasPrefix(r.Status, "5") {
			all = append(all, r.Status)
		}
	}
	return all
}

// errorAnswers tells whether the error answers are described, and which have no
// schema. A body that is not JSON is described by its type. What 5xx look like
// stands for the others where the document lists none.
func errorAnswers(op *spec.Operation) (bare []string, described bool) {
	refusals, failures := false, false
	for _, r := range op.Responses {
		failure := strings.HasPrefix(r.Status, "5")
		if !strings.HasPrefix(r.Status, "4") && !failure && r.Status != "default" {
			continue
		}
		refusals = refusals || !failure
		switch {
		case !slices.ContainsFunc(r.Content, func(m spec.Media) bool { return m.Schema != nil || !m.IsJSON() }):
			bare = append(bare, r.Status)
		case failure:
			failures = true
		default:
			described = true
		}
	}
	return bare, described || failures && !refusals
}
