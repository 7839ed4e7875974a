package docs

import (
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleExampleInvalid is the rule example-invalid.
var RuleExampleInvalid = rule.Rule{
	ID: "example-invalid", Title: "an example does not satisfy its schema",
	Section: rule.Documentation, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "Either the example or the schema is wrong, and whoever works from the wrong one builds a client that fails.",
	Fix: "Correct the example, or the schema if the example is what the server answers.",
	Limits: "Formats (date-time, email, uuid) are not asserted, patterns that Go cannot compile are taken as matching, and examples of other media types " +
		"than JSON are not judged. A request may leave out readOnly properties, a response writeOnly ones.",
	Example: exampleInvalidExample,
}

const exampleInvalidExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/openapi.yaml --
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      operationId: orders
      summary: All orders
      tags: [orders]
      responses:
        "200":
          description: the number of orders
          content:
            application/json:
              schema: {type: object, required: [count], properties: {count: {type: integer}}}
              example: {count: many}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/openapi.yaml --
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      operationId: orders
      summary: All orders
      tags: [orders]
      responses:
        "200":
          description: the number of orders
          content:
            application/json:
              schema: {type: object, required: [count], properties: {count: {type: integer}}}
              example: {count: 7}
`

func exampleInvalid(t sites, d *spec.Document) string {
	if !d.Validated {
		reason := d.Path + " was not validated"
		if len(d.Abstained) > 0 {
			reason = d.Path + ": " + d.Abstained[len(d.Abstained)-1].Message
		}
		t.Undecided(reason)
		return ""
	}
	if d.Examples.Valid > 0 {
		t.PassN(d.Examples.Valid)
	}
	for _, p := range d.Examples.Invalid {
		t.Fail(report.Finding{Position: p.Position, Anchor: p.Message, Message: p.Message + "; correct the one that is wrong"})
	}
	for _, p := range d.Examples.Undecided {
		t.Undecided(p.Position.String()+": "+p.Message, report.Related{Position: p.Position, Message: p.Message})
	}
	return d.Path + " has no example that could be held against a schema"
}
