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

// RuleDestructive: data is dropped without a word.
var RuleDestructive = rule.Rule{
	ID:       "destructive-unannounced",
	Title:    "a migration drops data without a comment that says so",
	Section:  rule.Rollback,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Why:      "No down brings dropped rows back. Who reviews or applies the migration should not have to find that out from the statement.",
	Fix:      "Put a comment above the statement that says what is lost and why that is right, such as '-- irreversible: replaced by ...'.",
	Limits: "Seen are DROP TABLE, DROP COLUMN, TRUNCATE and changes to a narrower type in ups, on tables that an earlier version made; one finding is given per migration. Any comment on or right above " +
		"the statement counts, and one with 'irreversible' or 'destructive' anywhere in the script. A table that is rebuilt under its own name is not dropped.",
	Example: destructiveExample,
}

const destructiveExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);
-- bad/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- bad/migrations/0002_note.up.sql --
ALTER TABLE orders DROP COLUMN note;
-- bad/migrations/0002_note.down.sql --
ALTER TABLE orders ADD COLUMN note TEXT;
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop
-- good/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);
-- good/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- good/migrations/0002_note.up.sql --
-- irreversible: no release ever wrote notes
ALTER TABLE orders DROP COLUMN note;
-- good/migrations/0002_note.down.sql --
ALTER TABLE orders ADD COLUMN note TEXT;
`

// unreadUps is why an up cannot be judged by its statements.
const unreadUps = "some ups are templates or code, whose statements cannot be read; plain SQL would settle it"

func (a *audit) destructive() report.Criterion {
	if len(a.found.Sets) == 0 {
		return a.noScripts(RuleDestructive)
	}
	t := report.Examine(RuleDestructive)
	a.sites(func(s *format.Set, v *format.Version) {
		if v.Up == nil {
			return
		}
		if v.Up.Language != format.SQL || len(v.Up.Script(s.Dialect).Templates) > 0 {
			t.Undecided(unreadUps, report.Related{Position: v.Up.Position, Message: "migration " + v.Title()})
			return
		}
		first, count, announcements := "", 0, 0
		var at sql.Statement
		script := v.Up.Script(s.Dialect)
		for _, st := range script.Statements {
			what, table := destroys(st)
			switch {
			case what == "" || !a.older[v][table] || rebuilt(script, table):
			case announced(script, st):
				announcements++
			default:
				if count++; count == 1 {
					first, at = what, st
				}
			}
		}
		switch {
		case count > 0:
			t.Fail(report.Finding{Position: report.Position{File: at.File, Line: at.Line}, Anchor: v.Title(),
				Message: fmt.Sprintf("migration %s loses data without a comment: %s%s; say above the statement what is lost and why", v.Title(), first, more(count-1))})
		case announcements > 0:
			t.Pass()
		}
	})
	return t.Criterion("no up drops a table or a column of an earlier version, or changes a column's type")
}

// destroys says what data a statement loses, and of which table.
func destroys(st sql.Statement) (what, table string) {
	words := sql.Normal(st.Tokens)
	ddl, ok := st.DDL()
	fields := strings.Fields(ddl)
	switch {
	case st.First() == "TRUNCATE" && len(words) > 1:
		table = words[len(words)-1]
		for _, w := range words[1:] {
			if w != "table" && w != "only" {
				table = w
				break
			}
		}
		return "TRUNCATE " + table, table
	case !ok || len(fields) < 3 || fields[1] != "TABLE":
		return "", ""
	}
	table = strings.TrimPrefix(strings.ToLower(fields[2]), "public.")
	if fields[0] == "DROP" {
		return "DROP TABLE " + table, table
	}
	if fields[0] != "ALTER" {
		return "", ""
	}
	text := strings.Join(words, " ")
	if m := dropsColumn.FindStringSubmatch(text); m != nil && !notColumns[m[1]] {
		return "DROP COLUMN " + table + "." + m[1], table
	}
	if m := changesType.FindStringSubmatch(text); m != nil {
		return "new type of " + table + "." + m[1], table
	}
	return "", ""
}

var (
	dropsColumn = regexp.MustCompile(`\bdrop (?:column )?(?:if exists )?(\w+)`)
	// changesType finds new types that hold less than most others.
	changesType = regexp.MustCompile(`\balter (?:column )?(\w+) (?:set data )?type (?:int|integer|int4|smallint|int2|date|time|real|boolean|bool|timestamp(?: without time zone)?)(?:$| using| ,)`)
	// notColumns follow DROP in ALTER TABLE without being one.
	notColumns = map[string]bool{"constraint": true, "index": true, "key": true, "primary": true, "foreign": true, "check": true, "default": true, "not": true, "identity": true, "expression": true, "partition": true}
)

// rebuilt reports whether the script makes the table anew under its name, as
// SQLite needs it for most changes.
func rebuilt(s sql.Script, table string) bool {
	for _, st := range s.Statements {
		text := " " + strings.Join(sql.Normal(st.Tokens), " ") + " "
		if strings.Contains(text, " rename to "+table+" ") || strings.Contains(text, " create table "+table+" ") || strings.Contains(text, " create table public . "+table+" ") {
			return true
		}
	}
	return false
}

var announcement = regexp.MustCompile(`(?i)irreversibl|destructive|data loss|lossy`)

// announced reports a comment on, in or right above the statement.
func announced(s sql.Script, st sql.Statement) bool {
	last := st.Tokens[len(st.Tokens)-1].Line
	for _, c := range s.Comments {
		end := c.Line + strings.Count(c.Text, "\n")
		if announcement.MatchString(c.Text) || end >= st.Line-1 && c.Line <= last && !placeholders.MatchString(c.Text) {
			return true
		}
	}
	return false
}
