package migrations

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/format"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleLock: a change that stops a table in use.
var RuleLock = rule.Rule{
	ID:       "lock-unsafe",
	Title:    "a migration that blocks a table in use",
	Section:  rule.Rollback,
	Supports: []rule.Section{rule.Production},
	Severity: rule.Minor,
	Since:    "1.0.0",
	Why:      "While the statement scans or rewrites the table, every request that writes to it waits, and with a few of these the service is down.",
	Fix:      "Create indexes CONCURRENTLY, add constraints NOT VALID and validate them afterwards, add columns with a default or nullable, and change types by a new column.",
	Limits:   "PostgreSQL only, and only tables that an earlier version made: a new table has no rows to wait for. For tables that stay small the advice may be ignored. One finding is given per migration.",
	Example:  lockExample,
}

const lockExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/postgres/migrations/0001_orders.up.sql --
CREATE TABLE orders (id bigint PRIMARY KEY, total bigint);
-- bad/postgres/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- bad/postgres/migrations/0002_total.up.sql --
CREATE INDEX orders_total ON orders (total);
-- bad/postgres/migrations/0002_total.down.sql --
DROP INDEX orders_total;
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop
-- good/postgres/migrations/0001_orders.up.sql --
CREATE TABLE orders (id bigint PRIMARY KEY, total bigint);
-- good/postgres/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- good/postgres/migrations/0002_total.up.sql --
CREATE INDEX CONCURRENTLY orders_total ON orders (total);
-- good/postgres/migrations/0002_total.down.sql --
DROP INDEX CONCURRENTLY orders_total;
`

func (a *audit) lock() report.Criterion {
	if len(a.found.Sets) == 0 {
		return a.noScripts(RuleLock)
	}
	t := report.Examine(RuleLock)
	a.sites(func(s *format.Set, v *format.Version) {
		if v.Up == nil || s.Dialect != sql.Postgres && v.Up.Dialect != sql.Postgres {
			return
		}
		if v.Up.Language != format.SQL || len(v.Up.Script(s.Dialect).Templates) > 0 {
			t.Undecided(unreadUps, report.Related{Position: v.Up.Position, Message: "migration " + v.Title()})
			return
		}
		first, count, touches := "", 0, false
		var at sql.Statement
		for _, st := range v.Up.Script(sql.Postgres).Statements {
			what, table := blocks(st)
			if !a.older[v][table] {
				continue
			}
			touches = true
			if what == "" {
				continue
			}
			if count++; count == 1 {
				first, at = what, st
			}
		}
		switch {
		case count > 0:
			t.Fail(report.Finding{Position: report.Position{File: at.File, Line: at.Line}, Anchor: v.Title(),
				Message: fmt.Sprintf("migration %s blocks a table in use: %s%s", v.Title(), first, more(count-1))})
		case touches:
			t.Pass()
		}
	})
	return t.Criterion("no migration for PostgreSQL changes a table of an earlier version")
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more statements)", n)
}

// blocking are changes of a table that hold a lock while its rows are read.
var blocking = []struct {
	pattern, unless *regexp.Regexp
	advice          string
}{
	{regexp.MustCompile(`\badd (?:column )?(?:if not exists )?(\w+) [^,]*\bnot null\b`), regexp.MustCompile(`\bdefault\b|\bgenerated\b|serial\b|\badd constraint\b`), "column %s is added NOT NULL without a default, which fails on rows; give it a default"},
	{regexp.MustCompile(`\balter (?:column )?(\w+) (?:set data )?type\b`), nil, "changing the type of %s rewrites the table; add a new column and move over"},
	{regexp.MustCompile(`\balter (?:column )?(\w+) set not null\b`), nil, "SET NOT NULL on %s reads every row; add a CHECK NOT VALID, validate it, then set it"},
	{regexp.MustCompile(`\badd (?:constraint (\w+) )?foreign key\b`), regexp.MustCompile(`\bnot valid\b`), "adding foreign key %s reads every row; add it NOT VALID and validate it in a later migration"},
	{regexp.MustCompile(`\badd (?:constraint (\w+) )?check\b`), regexp.MustCompile(`\bnot valid\b`), "adding check %s reads every row; add it NOT VALID and validate it in a later migration"},
	{regexp.MustCompile(`\badd (?:constraint (\w+) )?(?:unique|primary key) \(`), nil, "adding %s builds an index under a lock; create the index CONCURRENTLY and add the constraint USING INDEX"},
}

// blocks says how a statement blocks a table, and which one it is about.
func blocks(st sql.Statement) (what, table string) {
	ddl, ok := st.DDL()
	fields := strings.Fields(ddl)
	if !ok || len(fields) < 3 {
		return "", ""
	}
	text := strings.Join(sql.Normal(st.Tokens), " ")
	switch fields[0] + " " + fields[1] {
	case "CREATE INDEX":
		m := indexTable.FindStringSubmatch(text)
		if m == nil {
			return "", ""
		}
		if strings.Contains(text, " concurrently ") {
			return "", m[1]
		}
		return "index " + fields[2] + " is not created CONCURRENTLY; do so in a migration that runs outside of a transaction", m[1]
	case "ALTER TABLE":
		table = strings.TrimPrefix(strings.ToLower(fields[2]), "public.")
		for _, b := range blocking {
			m := b.pattern.FindStringSubmatch(text)
			if m != nil && (b.unless == nil || !b.unless.MatchString(text)) {
				return strings.Join(strings.Fields(fmt.Sprintf(b.advice, m[1])), " "), table
			}
		}
		return "", table
	}
	return "", ""
}

var indexTable = regexp.MustCompile(` on (?:only )?(?:public \. )?(\w+)`)
