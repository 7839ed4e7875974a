package docs

import (
	"fmt"

	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleExampleMissing is the rule example-missing.
var RuleExampleMissing = rule.Rule{
	ID: "example-missing", Title: "a JSON body is documented without an example",
	Section: rule.Documentation, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "A schema says what is allowed, an example says what it looks like; people and mock servers work from examples.",
	Fix: "Put an example on the media type, on the schema, or on each of its properties.",
	Limits: "JSON bodies only. A property whose value is prescribed (enum, const, default, boolean) counts as its own example. " +
		"A body that several operations share by reference is one site.",
	Example: exampleMissingExample,
}

const exampleMissingExample = `
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
          description: the orders
          content:
            application/json:
              schema: {type: array, items: {type: object, properties: {id: {type: integer}}}}
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
          description: the orders
          content:
            application/json:
              schema: {type: array, items: {type: object, properties: {id: {type: integer, example: 7}}}}
`

// body is a documented JSON body with the operations that use it.
type body struct {
	pos     report.Position
	anchor  string // "POST /orders request", "POST /orders 201"
	op      *spec.Operation
	example bool
	users   int
}

// bodies lists the JSON bodies, those that are shared by reference once.
func bodies(d *spec.Document) []*body {
	var all []*body
	known := map[report.Position]*body{}
	add := func(op *spec.Operation, what string, content []spec.Media) {
		b := &body{op: op, anchor: op.Name() + " " + what}
		for _, m := range content {
			if m.IsJSON() {
				if !b.pos.IsValid() {
					b.pos = m.Pos
				}
				b.example = b.example || m.HasExample
			}
		}
		if !b.pos.IsValid() {
			return
		}
		if known[b.pos] == nil {
			known[b.pos] = b
			all = append(all, b)
		}
		known[b.pos].users++
	}
	for _, op := range d.Operations {
		if op.Body != nil {
			add(op, "request", op.Body.Content)
		}
		for _, r := range op.Responses {
			add(op, r.Status, r.Content)
		}
	}
	return all
}

func exampleMissing(t sites, d *spec.Document) string {
	for _, b := range bodies(d) {
		if b.example {
			t.Pass()
			continue
		}
		shared := ""
		if b.users > 1 {
			shared = fmt.Sprintf(" (and %d more that share it)", b.users-1)
		}
		t.fail(report.Finding{
			Position: b.pos, Endpoint: b.op.Name(), Anchor: b.anchor,
			Message: fmt.Sprintf("%s%s has no example; add one to the media type, the schema or all of its properties", b.anchor, shared),
		})
	}
	return d.Path + " describes no JSON body"
}
