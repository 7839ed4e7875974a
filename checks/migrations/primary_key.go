package migrations

import (
	"fmt"
	"slices"

	"github.com/backend-conformance/conformance/checks/migrations/ledger"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RulePrimaryKey: a table whose rows nothing tells apart.
var RulePrimaryKey = rule.Rule{
	ID:       "table-without-primary-key",
	Title:    "a table without a primary key",
	Section:  rule.Schema,
	Severity: rule.Minor,
	Ratio:    true,
	Since:    "1.0.0",
	Why:      "Without a key a row cannot be updated or deleted alone, duplicates creep in, and logical replication refuses the table.",
	Fix:      "Declare the column or columns that identify a row as the primary key.",
	Limits: "The schema is that which reading all ups builds. A unique constraint or index over columns that are all NOT NULL counts as a key. Partitions and " +
		"tables made from a query are left out; where something before was not understood a table without a key is undecided.",
	Example: primaryKeyExample,
}

const primaryKeyExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER NOT NULL, total INTEGER);
-- bad/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop
-- good/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);
-- good/migrations/0001_orders.down.sql --
DROP TABLE orders;
`

func (a *audit) primaryKey() report.Criterion {
	if len(a.found.Sets) == 0 {
		return a.noScripts(RulePrimaryKey)
	}
	t := report.Examine(RulePrimaryKey)
	for _, b := range a.books {
		for _, table := range b.final.Tables() {
			at := report.Position{File: table.File, Line: table.Line}
			switch {
			case table.Opaque():
			case hasKey(table):
				t.Pass()
			case b.final.Lost():
				t.Undecided("parts of the schema were not understood, and a key may be among them", report.Related{Position: at, Message: "table " + table.Name + " has no primary key that is known of"})
			default:
				t.Fail(report.Finding{Position: at, Anchor: table.Name,
					Message: fmt.Sprintf("table %s has no primary key; declare the columns that identify a row", table.Name)})
			}
		}
	}
	return a.schemaVerdict(t, RulePrimaryKey)
}

// schemaVerdict: without a table in the books nothing can be said of the schema.
func (a *audit) schemaVerdict(t *report.Tally, r rule.Rule) report.Criterion {
	for _, b := range a.books {
		if t.Examined() == 0 && (b.final.Lost() || len(b.final.Tables()) == 0) {
			return report.CannotTell(r, "the schema that the migrations build could not be read from them; migrations in SQL would settle it", a.evidence()...)
		}
	}
	return t.Criterion("the migrations build nothing that the rule is about")
}

// hasKey reports a primary key, or unique columns that are never null.
func hasKey(t *ledger.Table) bool {
	notNull := func(columns []string) bool {
		return len(columns) > 0 && !slices.ContainsFunc(columns, func(name string) bool {
			return !slices.ContainsFunc(t.Columns, func(c ledger.Column) bool { return c.Name == name && c.NotNull })
		})
	}
	for _, k := range t.Constraints {
		if k.Kind == "primary key" || k.Kind == "unique constraint" && notNull(k.Columns) {
			return true
		}
	}
	return slices.ContainsFunc(t.Indexes, func(i ledger.Index) bool { return i.Unique && !i.Partial() && notNull(i.Columns) })
}
