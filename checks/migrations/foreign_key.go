package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/ledger"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleForeignKey: a reference that every delete of its target has to scan for.
var RuleForeignKey = rule.Rule{
	ID:       "foreign-key-unindexed",
	Title:    "a foreign key whose columns have no index",
	Section:  rule.Schema,
	Supports: []rule.Section{rule.DataAccess, rule.Performant},
	Severity: rule.Minor,
	Ratio:    true,
	Since:    "1.0.0",
	Why:      "Each delete or key change in the table referred to reads the whole referring table, with locks held meanwhile, and so does each join along the key.",
	Fix:      "Add an index that begins with the columns of the foreign key.",
	Limits:   "A primary key or unique constraint that begins with the columns counts, in any order among them; a partial index does not. MySQL makes the index itself. For very small tables the index is not worth its keep.",
	Example:  foreignKeyExample,
}

const foreignKeyExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY);
CREATE TABLE items (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id));
-- bad/migrations/0001_orders.down.sql --
DROP TABLE items;
DROP TABLE orders;
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop
-- good/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY);
CREATE TABLE items (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id));
CREATE INDEX items_order_id ON items (order_id);
-- good/migrations/0001_orders.down.sql --
DROP TABLE items;
DROP TABLE orders;
`

func (a *audit) foreignKey() report.Criterion {
	if len(a.found.Sets) == 0 {
		return a.noScripts(RuleForeignKey)
	}
	t := report.Examine(RuleForeignKey)
	for _, b := range a.books {
		for _, table := range b.final.Tables() {
			for _, k := range table.Constraints {
				if k.Kind == "foreign key" {
					a.judgeForeignKey(t, b, table, k)
				}
			}
		}
	}
	return a.schemaVerdict(t, RuleForeignKey)
}

func (a *audit) judgeForeignKey(t *report.Tally, b books, table *ledger.Table, k ledger.Constraint) {
	at := report.Position{File: k.File, Line: k.Line}
	columns := strings.Join(k.Columns, ", ")
	switch {
	case b.dialect == sql.MySQL, indexed(table, k.Columns):
		t.Pass()
	case b.final.Lost():
		t.Undecided("parts of the schema were not understood, and an index may be among them", report.Related{Position: at, Message: fmt.Sprintf("foreign key (%s) of %s", columns, table.Name)})
	default:
		t.Fail(report.Finding{Position: at, Anchor: table.Name + "." + strings.Join(k.Columns, "+"),
			Message: fmt.Sprintf("foreign key (%s) of %s to %s has no index; add CREATE INDEX ON %s (%s)", columns, table.Name, k.References, table.Name, columns)})
	}
}

// indexed reports whether some index begins with the columns, in any order.
func indexed(t *ledger.Table, columns []string) bool {
	leads := func(index []string) bool {
		return len(index) >= len(columns) && !slices.ContainsFunc(index[:len(columns)], func(c string) bool { return !slices.Contains(columns, c) })
	}
	for _, k := range t.Constraints {
		if (k.Kind == "primary key" || k.Kind == "unique constraint") && leads(k.Columns) {
			return true
		}
	}
	return slices.ContainsFunc(t.Indexes, func(i ledger.Index) bool { return !i.Partial() && leads(i.Columns) })
}
