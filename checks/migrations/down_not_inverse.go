package migrations

import (
	"fmt"

	"github.com/backend-conformance/conformance/checks/migrations/engine"
	"github.com/backend-conformance/conformance/checks/migrations/format"
	"github.com/backend-conformance/conformance/checks/migrations/ledger"
	"github.com/backend-conformance/conformance/checks/migrations/schema"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleNotInverse: read side by side, the down does not undo the up.
var RuleNotInverse = rule.Rule{
	ID:       "down-not-inverse",
	Title:    "a down script that does not undo what its up does",
	Section:  rule.Rollback,
	Severity: rule.Major,
	Ratio:    true,
	Since:    "1.0.0",
	Why:      "What the down forgets stays in the database: the next up fails on it, or an old release runs against a schema that it does not know.",
	Fix:      "Undo in the down what is listed, in reverse order.",
	Limits: "The scripts are read, not run: statements that are not understood make a version undecided, and so does what depends on them. Where a round trip was " +
		"executed its verdict counts instead, and its findings are those of roundtrip-failed. The order of columns is not held against a down.",
	Example: notInverseExample,
}

// The role is not there when the scripts are tried, so that they are only read.
const notInverseExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/postgres/migrations/0001_orders.up.sql --
CREATE TABLE orders (id BIGINT PRIMARY KEY, total INT NOT NULL);
-- bad/postgres/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- bad/postgres/migrations/0002_note.up.sql --
ALTER TABLE orders ADD COLUMN note TEXT, ADD COLUMN paid TIMESTAMPTZ;
GRANT SELECT ON orders TO reporting;
-- bad/postgres/migrations/0002_note.down.sql --
REVOKE SELECT ON orders FROM reporting;
ALTER TABLE orders DROP COLUMN note;
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop
-- good/postgres/migrations/0001_orders.up.sql --
CREATE TABLE orders (id BIGINT PRIMARY KEY, total INT NOT NULL);
-- good/postgres/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- good/postgres/migrations/0002_note.up.sql --
ALTER TABLE orders ADD COLUMN note TEXT, ADD COLUMN paid TIMESTAMPTZ;
GRANT SELECT ON orders TO reporting;
-- good/postgres/migrations/0002_note.down.sql --
REVOKE SELECT ON orders FROM reporting;
ALTER TABLE orders DROP COLUMN note, DROP COLUMN paid;
`

// inverse is what reading a version's two scripts shows.
type inverse struct {
	differences, order []schema.Difference
	// doubt says what was not understood; with one, nothing is decided.
	doubt string
}

// books are the ledger after all ups of a set, for one dialect.
type books struct {
	set     *format.Set
	dialect sql.Dialect
	final   *ledger.Ledger
}

// read keeps the books of every set.
func (a *audit) read() {
	a.inverses, a.older = map[*format.Version]inverse{}, map[*format.Version]map[string]bool{}
	for i := range a.found.Sets {
		set := &a.found.Sets[i]
		for _, d := range readDialects(set) {
			a.books = append(a.books, books{set, d, a.readSet(set, d)})
		}
	}
}

// readDialects are those of the set's parts, or the set's own.
func readDialects(set *format.Set) []sql.Dialect {
	var ds []sql.Dialect
	for _, d := range []sql.Dialect{sql.Postgres, sql.MySQL, sql.SQLite} {
		for _, v := range set.Versions {
			if v.Up != nil && v.Up.Dialect == d {
				ds = append(ds, d)
				break
			}
		}
	}
	if len(ds) == 0 {
		ds = append(ds, set.Dialect)
	}
	return ds
}

func (a *audit) readSet(set *format.Set, d sql.Dialect) *ledger.Ledger {
	l := ledger.New(d)
	for _, v := range sequence(set, d) {
		var result inverse
		a.older[v] = map[string]bool{}
		for _, t := range l.Tables() {
			a.older[v][t.Name] = true
		}
		switch {
		case v.Up == nil:
			continue
		case v.Up.Language != format.SQL:
			l.Lose()
			result.doubt = "the up is not written in SQL"
		case v.Down == nil || v.Down.Language != format.SQL:
			l.Apply(v.Up.Script(d), v.Up.File)
			result.doubt = "the down is not written in SQL"
		default:
			result.differences, result.order, result.doubt = l.Differences(v.Up.Script(d), v.Down.Script(d), v.Up.File)
		}
		if before, read := a.inverses[v]; !read || len(before.differences) == 0 || before.doubt != "" { // of several dialects the worst counts
			a.inverses[v] = result
		}
	}
	return l
}

func (a *audit) notInverse() report.Criterion {
	if len(a.found.Sets) == 0 {
		return a.noScripts(RuleNotInverse)
	}
	t := report.Examine(RuleNotInverse)
	a.sites(func(s *format.Set, v *format.Version) {
		if v.Up != nil && v.Down != nil {
			a.judgeInverse(t, s, v)
		}
	})
	return t.Criterion("no version has a down script that could be compared: migration-down-missing, down-empty and roundtrip-failed judge the others")
}

// judgeInverse leaves a version alone that fails by another rule.
func (a *audit) judgeInverse(t *report.Tally, s *format.Set, v *format.Version) {
	switch a.verdict(s, v).Outcome {
	case engine.Restored:
		t.Pass()
		return
	case engine.NotRestored, engine.DownFailed, engine.NotRepeated:
		return
	}
	if does, _ := downDoes(s, v); does == undoesNothing {
		return
	}
	result, ok := a.inverses[v]
	switch {
	case !ok || s.Dialect == sql.Foreign:
		t.Undecided("scripts of this dialect are not read")
	case result.doubt != "":
		t.Undecided("some scripts were not understood: "+result.doubt, report.Related{Position: v.Up.Position, Message: "migration " + v.Title() + ": " + result.doubt})
	case len(result.differences) > 0:
		t.Fail(a.suppress(report.Finding{Position: v.Down.Position, Anchor: v.Title(), Related: related(v, engine.Verdict{Differences: result.differences}),
			Message: fmt.Sprintf("the down of migration %s does not undo its up: %s; restore it in the down", v.Title(), list(result.differences))}, RuleNotInverse))
	default:
		t.Pass()
	}
}
