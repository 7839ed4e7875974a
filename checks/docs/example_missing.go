package docs

import (
	"fmt"
	"maps"
	"slices"

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
		"A body that several operations share by reference is one site; bodies that refer to one schema are one finding, at the schema.",
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
	schema  string // what it refers to; empty where it is written in place
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
					b.pos, b.schema = m.Pos, sharedSchema(m.Schema)
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
	bare := map[string][]*body{} // by the schema that they share
	for _, b := range bodies(d) {
		if b.example {
			t.Pass()
			continue
		}
		if b.schema == "" || t.accepted(b.pos) {
			t.Fail(b.finding())
			continue
		}
		bare[b.schema] = append(bare[b.schema], b)
	}
	for _, name := range slices.Sorted(maps.Keys(bare)) {
		lackingExample(t, d.Schemas[name], name, bare[name])
	}
	return d.Path + " describes no JSON body"
}

func (b *body) finding() report.Finding {
	shared := ""
	if b.users > 1 {
		shared = fmt.Sprintf(" (and %d more that share it)", b.users-1)
	}
	return report.Finding{
		Position: b.pos, Endpoint: b.op.Name(), Anchor: b.anchor,
		Message: fmt.Sprintf("%s%s has no example; add one to the media type, the schema or all of its properties", b.anchor, shared),
	}
}

// lackingExample reports bodies of one named schema once: an example there
// serves all of them.
func lackingExample(t sites, s *spec.Schema, name string, bodies []*body) {
	if len(bodies) == 1 || s == nil || !s.Pos.IsValid() {
		for _, b := range bodies {
			t.Fail(b.finding())
		}
		return
	}
	f := report.Finding{
		Position: s.Pos, Anchor: "schema " + name,
		Message: fmt.Sprintf("schema %s has no example, nor have the %d bodies of it (%s, ...); add one to the schema or to all of its properties", name, len(bodies), bodies[0].anchor),
	}
	for _, b := range bodies[:min(len(bodies), 10)] {
		f.Related = append(f.Related, report.Related{Position: b.pos, Message: b.anchor})
	}
	t.FailN(len(bodies), f)
}

// sharedSchema names the schema that a body, or each element of it, refers to;
// empty for one that is written in place.
func sharedSchema(s *spec.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref == "" && s.Items != nil:
		return s.Items.Ref
	}
	return s.Ref
}
