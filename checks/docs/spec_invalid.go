package docs

import (
	"regexp"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleSpecInvalid is the rule spec-invalid.
var RuleSpecInvalid = rule.Rule{
	ID: "spec-invalid", Title: "the OpenAPI document breaks its specification",
	Section: rule.Documentation, Severity: rule.Blocker, Since: "1.0.0",
	Why: "Generators, gateways and documentation pages each read an invalid document in their own way, or not at all, so that clients are built against something that nobody meant.",
	Fix: "Correct the document at each line named; an OpenAPI linter in the build keeps it so.",
	Limits: "Patterns are not judged, because documents write ECMAScript expressions. References to other hosts or out of the repository are not followed; " +
		"with them, or where the validating library gives up, a document without problems is inconclusive.",
	Example: specInvalidExample,
}

const specInvalidExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/openapi.yaml --
openapi: 3.0.3
info: {title: Shop, version: 1.0}
paths:
  /orders:
    delete:
      operationId: dropOrders
      summary: Drop all orders
      tags: [orders]
      responses:
        "204": {}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/openapi.yaml --
openapi: 3.0.3
info: {title: Shop, version: "1.0"}
paths:
  /orders:
    delete:
      operationId: dropOrders
      summary: Drop all orders
      tags: [orders]
      responses:
        "204": {description: they are gone}
`

// specInvalid judges the documents of this server; where none could be read,
// those that could not, since one of them is meant to be it.
func specInvalid(r *check.Repo) report.Criterion {
	t := report.Examine(RuleSpecInvalid)
	var judged []*spec.Document
	if r.Matrix != nil {
		judged = r.Matrix.Used
	}
	if len(judged) == 0 {
		for _, d := range r.Documents {
			if d.Unread != nil {
				judged = append(judged, d)
			}
		}
	}
	if len(judged) == 0 {
		return report.CannotTell(RuleSpecInvalid, noDocument)
	}
	for _, d := range judged {
		validity(t, d)
	}
	return t.Criterion("")
}

// validity is the verdict on one document: one site, however many problems.
func validity(t *report.Tally, d *spec.Document) {
	for i, p := range d.Problems {
		f := report.Finding{Position: p.Position, Message: d.Path + " is invalid: " + p.Message, Anchor: lineNumber.ReplaceAllString(p.Message, "")}
		if d.Unread != nil {
			f.Message = d.Path + " " + p.Message + "; correct that line"
		}
		if i == 0 {
			t.Fail(f)
		} else {
			t.Also(f)
		}
	}
	switch {
	case len(d.Problems) > 0:
	case d.Unread != nil:
		t.Undecided(d.Path + ": " + d.Unread.Message)
	case len(d.Abstained) > 0:
		t.Undecided(d.Path+": "+d.Abstained[0].Message, places(d.Abstained)...)
	case !d.Validated:
		t.Undecided(d.Path + " was not validated")
	default:
		t.Pass(report.Related{Position: d.Pos, Message: d.Path + " is valid OpenAPI " + d.Version})
	}
}

// lineNumber is what would tie the identity of a finding to its place.
var lineNumber = regexp.MustCompile(`(?::| in line )[0-9]+`)

func places(problems []spec.Problem) []report.Related {
	var all []report.Related
	for _, p := range problems {
		all = append(all, report.Related{Position: p.Position, Message: p.Message})
	}
	return all
}
