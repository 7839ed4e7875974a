package migrations

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/backend-conformance/conformance/checks/migrations/engine"
	"github.com/backend-conformance/conformance/checks/migrations/format"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleDownEmpty: a down script that undoes nothing.
var RuleDownEmpty = rule.Rule{
	ID:       "down-empty",
	Title:    "a down script that does nothing although its up changes the schema",
	Section:  rule.Rollback,
	Severity: rule.Blocker,
	Ratio:    true,
	Since:    "1.0.0",
	Why:      "The tool reports a successful rollback, and the schema is still the new one: the old release then runs against it.",
	Fix:      "Write the statements that undo the up. Where that is impossible say so with a comment '-- irreversible: reason' in the down.",
	Limits: "An up that only changes rows is undecided unless a comment in its down says why nothing is to be done, or a round trip was executed. " +
		"Adding a value to a PostgreSQL enum cannot be undone: a comment in the down settles it.",
	Example: downEmptyExample,
}

const downEmptyExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY);
-- bad/migrations/0001_orders.down.sql --
-- nothing to do
SELECT 1;
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop
-- good/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY);
-- good/migrations/0001_orders.down.sql --
DROP TABLE orders;
`

func (a *audit) downEmpty() report.Criterion {
	if len(a.found.Sets) == 0 {
		return a.noRollback(RuleDownEmpty)
	}
	t := report.Examine(RuleDownEmpty)
	repeated := 0
	reported := map[report.Position]bool{}
	a.sites(func(s *format.Set, v *format.Version) {
		if v.Up != nil && v.Down != nil && !a.judgeDown(t, s, v, reported) {
			repeated++
		}
	})
	c := t.Criterion("no version has a down script (migration-down-missing)")
	c.Examined += repeated
	return c
}

// judgeDown judges a version that has both directions. It is false where the
// same script failed before, for another dialect that it serves.
func (a *audit) judgeDown(t *report.Tally, s *format.Set, v *format.Version, reported map[report.Position]bool) bool {
	verdict, why := downDoes(s, v)
	if a.verdict(s, v).Outcome == engine.Restored {
		verdict = nothingToUndo // a round trip showed it, whatever the text says
	}
	if r, ok := a.inverses[v]; ok && verdict == undoesNothing && v.Up.Language == format.SQL && !undone(r) {
		verdict, why = leavesSchema(s, v, r.Doubt)
	}
	switch verdict {
	case doesSomething, nothingToUndo:
		t.Pass()
	case undoesNothing:
		if reported[v.Down.Position] {
			return false
		}
		reported[v.Down.Position] = true
		t.Fail(report.Finding{Position: v.Down.Position, Anchor: v.Title(), Related: upRelated(s, v),
			Message: fmt.Sprintf("the down script of migration %s does nothing, but its up changes the schema%s; write the way back", v.Title(), why)})
	case cannotTell:
		t.Undecided(why, report.Related{Position: v.Down.Position, Message: "the down script of migration " + v.Title() + " does nothing"})
	}
	return true
}

// leavesSchema is the verdict on an up with changes of the schema that leave it
// as it was, as far as reading it shows: DROP NOT NULL where there is none, or
// tables that it drops again.
func leavesSchema(s *format.Set, v *format.Version, doubt string) (downVerdict, string) {
	switch {
	case doubt != "":
		return cannotTell, "some downs do nothing, and what their ups leave behind was not understood: " + doubt
	case changesRows(s, v.Up) && !explained(s, v.Down):
		return cannotTell, dataOnly
	}
	return nothingToUndo, ""
}

// changesRows reports a statement about rows beside those about the schema.
func changesRows(s *format.Set, p *format.Part) bool {
	return p.Language == format.SQL && slices.ContainsFunc(p.Script(s.Dialect).Statements, func(st sql.Statement) bool { return st.Effect() == sql.Data })
}

// dataOnly is why a down without effect is undecided.
const dataOnly = "some ups change rows only and their downs do nothing: whether the rows have to be taken back cannot be told; say so in a comment '-- irreversible: reason' in the down"

// downVerdict is what a down script amounts to beside its up.
type downVerdict int

const (
	doesSomething downVerdict = iota + 1
	nothingToUndo
	undoesNothing
	cannotTell
)

// downDoes compares what the two directions do, without asking whether the one
// is the inverse of the other.
func downDoes(s *format.Set, v *format.Version) (downVerdict, string) {
	if v.Down.Effect(s.Dialect) != sql.Nothing {
		return doesSomething, ""
	}
	switch v.Up.Effect(s.Dialect) {
	case sql.Nothing:
		return nothingToUndo, ""
	case sql.Schema:
		if onlyIrreversible(s, v.Up) && explained(s, v.Down) {
			return nothingToUndo, ""
		}
		return undoesNothing, firstChange(s, v.Up)
	case sql.Data:
		if explained(s, v.Down) {
			return nothingToUndo, ""
		}
		return cannotTell, dataOnly
	}
	return cannotTell, "some ups run code or a block whose effect does not show, and their downs do nothing; an executed round trip would settle it"
}

// placeholders are comments that tools and editors leave in a new file.
var placeholders = regexp.MustCompile(`(?i)^[-/*#\s]*(\+?goose\b.*|\+migrate\b.*|migrate:.*|add (down|up|your) .*|down( migration)?( sql)?( goes)?( here)?\.?|sql (in|in this) section .*|write your (down|migrate) .*|todo.*|drop .*;|-*)[-/*\s]*$`)

// explained reports whether a comment in the script says something of its own.
func explained(s *format.Set, p *format.Part) bool {
	if p.Language != format.SQL {
		return false
	}
	for _, c := range p.Script(s.Dialect).Comments {
		if !placeholders.MatchString(c.Text) {
			return true
		}
	}
	return false
}

// onlyIrreversible reports whether all that the up does to the schema is to add
// values to an enum, which PostgreSQL cannot undo.
func onlyIrreversible(s *format.Set, p *format.Part) bool {
	if p.Language != format.SQL {
		return false
	}
	for _, st := range p.Script(s.Dialect).Statements {
		if st.Effect() == sql.Schema && !st.AddsEnumValue() {
			return false
		}
	}
	return true
}

// firstChange names the first change of the schema, for the message.
func firstChange(s *format.Set, p *format.Part) string {
	if p.Language != format.SQL {
		return ""
	}
	for _, st := range p.Script(s.Dialect).Statements {
		if what, ok := st.DDL(); ok && st.Effect() == sql.Schema {
			return " (" + what + ")"
		}
	}
	return ""
}

// upRelated shows where the up changes the schema.
func upRelated(s *format.Set, v *format.Version) []report.Related {
	at := v.Up.Position
	if v.Up.Language == format.SQL {
		for _, st := range v.Up.Script(s.Dialect).Statements {
			if st.Effect() == sql.Schema {
				at.File, at.Line = st.File, st.Line
				break
			}
		}
	}
	return []report.Related{{Position: at, Message: "the up changes the schema here"}}
}

// reversible sums a version up for the report's table, from its text alone.
func reversible(s *format.Set, v *format.Version) (verdict, reason string) {
	switch {
	case v.Up == nil:
		return "unknown", "there is no up script"
	case v.Down == nil:
		return "no", "there is no down script"
	}
	switch d, why := downDoes(s, v); d {
	case undoesNothing:
		return "no", "the down script does nothing"
	case nothingToUndo:
		return "yes", "nothing has to be undone"
	case cannotTell:
		return "unknown", why
	}
	return "unknown", "whether the down undoes the up was not decided"
}
