package migrations

import (
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleOrderBroken: versions that the tool refuses, skips or runs elsewhere.
var RuleOrderBroken = rule.Rule{
	ID:       "migration-order-broken",
	Title:    "duplicate, unordered or mis-named migration versions",
	Section:  rule.Schema,
	Severity: rule.Major,
	Since:    "1.0.0",
	Why: "A version used twice stops the tool or loses one of the scripts; a name that the tool does not recognise is skipped without " +
		"a word, so that the schema lacks what the script adds.",
	Fix:     "Give every migration a number of its own, in the form that the tool expects.",
	Limits:  "Names are held against a tool's rule only where the tool is known to be in use: by an import, by its markers, or by a command in a Makefile, a compose file or CI.",
	Example: orderBrokenExample,
}

const orderBrokenExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY);
-- bad/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- bad/migrations/0001_items.up.sql --
CREATE TABLE items (id INTEGER PRIMARY KEY);
-- bad/migrations/0001_items.down.sql --
DROP TABLE items;
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop
-- good/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY);
-- good/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- good/migrations/0002_items.up.sql --
CREATE TABLE items (id INTEGER PRIMARY KEY);
-- good/migrations/0002_items.down.sql --
DROP TABLE items;
`

func (a *audit) orderBroken() report.Criterion {
	if len(a.found.Sets) == 0 {
		return a.noScripts(RuleOrderBroken)
	}
	t := report.Examine(RuleOrderBroken)
	for _, s := range a.found.Sets {
		if len(s.Order) == 0 {
			t.Pass(report.Related{Position: s.Versions[0].Position(), Message: scripts(s) + " are in order"})
			continue
		}
		for i, d := range s.Order {
			f := report.Finding{Position: d.Position, Anchor: d.Anchor, Message: d.Message}
			if i == 0 {
				t.Fail(f)
			} else {
				t.Also(f)
			}
		}
	}
	return t.Criterion("")
}
