package docs

import (
	"fmt"
	"strings"

	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleErrorResponseUndocumented is the rule error-response-undocumented.
var RuleErrorResponseUndocumented = rule.Rule{
	ID: "error-response-undocumented", Title: "an operation documents no error answer with a schema",
	Section: rule.Documentation, Supports: []rule.Section{rule.Errors}, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "Every client has to handle refusals; without their schema each guesses what an error looks like.",
	Fix: "Document the 4xx answers (or default) with the schema of the error envelope.",
	Limits: "One error answer with a schema is enough. An operation that takes no parameter, body or credentials and documents no error is left out: nothing that a client sends can be wrong. " +
		"HEAD and OPTIONS are left out.",
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
		case described:
			t.Pass()
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

// errorAnswers tells whether one of the error answers has a schema, and which
// have none. A body that is not JSON is described by its type.
func errorAnswers(op *spec.Operation) (bare []string, described bool) {
	for _, r := range op.Responses {
		if !strings.HasPrefix(r.Status, "4") && !strings.HasPrefix(r.Status, "5") && r.Status != "default" {
			continue
		}
		has := false
		for _, m := range r.Content {
			has = has || m.Schema != nil || !m.IsJSON()
		}
		described = described || has && !strings.HasPrefix(r.Status, "5")
		if !has {
			bare = append(bare, r.Status)
		}
	}
	return bare, described
}
