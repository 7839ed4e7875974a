package docs

import (
	"fmt"
	"strings"

	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleOperationUndescribed is the rule operation-undescribed.
var RuleOperationUndescribed = rule.Rule{
	ID: "operation-undescribed", Title: "an operation without summary, operationId or tags",
	Section: rule.Documentation, Severity: rule.Minor, Ratio: true, Since: "1.0.0",
	Why:     "Generated clients name their functions by operationId, documentation pages group by tag and list by summary; without them readers guess.",
	Fix:     "Give each operation a summary or description, an operationId and at least one tag.",
	Limits:  "Whether the text says anything is not judged.",
	Example: operationUndescribedExample,
}

const operationUndescribedExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/openapi.yaml --
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    delete:
      summary: Drop all orders
      responses:
        "204": {description: they are gone}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/openapi.yaml --
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    delete:
      operationId: dropOrders
      summary: Drop all orders
      tags: [orders]
      responses:
        "204": {description: they are gone}
`

func undescribed(t sites, d *spec.Document) string {
	for _, op := range d.Operations {
		var lacks []string
		if strings.TrimSpace(op.Summary+op.Description) == "" {
			lacks = append(lacks, "summary")
		}
		if op.ID == "" {
			lacks = append(lacks, "operationId")
		}
		if len(op.Tags) == 0 {
			lacks = append(lacks, "tags")
		}
		if len(lacks) == 0 {
			t.Pass()
			continue
		}
		t.Fail(report.Finding{
			Position: op.Pos, Endpoint: op.Name(), Anchor: op.Name(),
			Message: fmt.Sprintf("%s has no %s; add what is missing", op.Name(), enumerate(lacks, "or")),
		})
	}
	return d.Path + " has no operations"
}

// enumerate is "a, b or c".
func enumerate(words []string, last string) string {
	if len(words) == 1 {
		return words[0]
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}
