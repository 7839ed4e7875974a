package queries

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleUnindexed: a filter that has to read the whole table.
var RuleUnindexed = rule.Rule{
	ID:       "where-unindexed",
	Title:    "a query filters on columns without an index",
	Section:  rule.DataAccess,
	Supports: []rule.Section{rule.Performant},
	Severity: rule.Minor,
	Ratio:    true,
	Since:    "1.0.0",
	Why:      "Each call reads the whole table, so that it gets slower with every row that is added.",
	Fix:      "Add an index that begins with the column, or filter on one that has an index.",
	Limits: "Only equality of a plain column with a value given at run time is judged, in statements without OR, UNION and sub-queries in FROM; one column with an index in the same filter is enough. " +
		"Columns that hold true or false are left out, and so are tables that stay small by their name (settings, types, roles). How many rows a table will have is not known.",
	Example: unindexedExample,
}

const unindexedExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/store.go --
package shop

import "database/sql"

func ByCustomer(db *sql.DB, customer int) (*sql.Rows, error) {
	return db.Query("SELECT id, total FROM orders WHERE customer_id = ? LIMIT 50", customer)
}
-- bad/sqlite/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, total INTEGER NOT NULL);
-- bad/sqlite/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- good/go.mod --
module example.com/shop

go 1.26
-- good/store.go --
package shop

import "database/sql"

func ByCustomer(db *sql.DB, customer int) (*sql.Rows, error) {
	return db.Query("SELECT id, total FROM orders WHERE customer_id = ? LIMIT 50", customer)
}
-- good/sqlite/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, total INTEGER NOT NULL);
CREATE INDEX orders_customer ON orders (customer_id);
-- good/sqlite/migrations/0001_orders.down.sql --
DROP TABLE orders;
`

// small are tables that hold few rows by nature.
var small = regexp.MustCompile(`(?i)(setting|config|option|preference|role|permission|status|type|kind|categor|currenc|countr|language|locale|migration|version|metadata|feature|lock)s?(es)?$`)

func (a *audit) unindexed() report.Criterion {
	t := report.Examine(RuleUnindexed)
	for _, q := range a.queries {
		for _, st := range sql.Split(q.text, sql.Unknown, 1).Statements {
			for _, f := range filters(st) {
				a.judgeFilter(t, q, f)
			}
		}
	}
	if a.dynamic > 0 {
		t.UndecidedN(a.dynamic, a.dynamicReason())
	}
	if reason, evidence := a.generated(); reason != "" && t.Examined() == 0 {
		t.Undecided(reason, evidence)
	}
	return t.Criterion("no query compares a column of the schema with a value")
}

func (a *audit) judgeFilter(t *report.Tally, q query, f filter) {
	if len(f.equal) == 0 || small.MatchString(f.table) {
		return
	}
	var found *check.Table
	complete := true
	for _, s := range a.Schemas {
		for i := range s.Tables {
			if !strings.EqualFold(s.Tables[i].Name, f.table) {
				continue
			}
			if indexed(s.Tables[i], f.used) {
				t.Pass()
				return
			}
			found, complete = &s.Tables[i], complete && s.Complete
		}
	}
	if found == nil {
		return
	}
	column := selective(*found, f.equal)
	switch {
	case column == "":
	case !complete || a.Schemas[0].Doubt != "":
		t.Undecided("parts of the schema were not understood or are made elsewhere, and an index may be among them", report.Related{Position: q.Position, Message: f.table + "." + column})
	default:
		t.Fail(report.Finding{Position: q.Position, Anchor: q.function + ":" + f.table + "." + column,
			Message: fmt.Sprintf("the query filters %s by %s, which no index begins with, and reads the whole table; add CREATE INDEX ON %s (%s)", found.Name, column, found.Name, column),
			Related: []report.Related{{Position: found.Position, Message: "table " + found.Name + " is created here"}}})
	}
}

// selective is the first column for which an index is of use; empty where there is
// none, or where the table does not have it.
func selective(t check.Table, columns []string) string {
	for _, c := range columns {
		if equalFold(t.Columns, c) && !equalFold(t.Booleans, c) {
			return c
		}
	}
	return ""
}

// indexed reports whether an index begins with one of the columns, or with an
// expression of it. SQLite's rowid needs none.
func indexed(t check.Table, columns []string) bool {
	for _, c := range columns {
		if strings.EqualFold(c, "rowid") {
			return true
		}
		word := regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(c) + `\b`)
		for _, i := range t.Indexes {
			if len(i) > 0 && word.MatchString(i[0]) {
				return true
			}
		}
	}
	return false
}
