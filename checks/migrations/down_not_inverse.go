package migrations

import (
	"fmt"

	"github.com/backend-conformance/conformance/checks/migrations/engine"
	"github.com/backend-conformance/conformance/checks/migrations/format"
	"github.com/backend-conformance/conformance/checks/migrations/ledger"
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

// books are the ledger after all ups of a set, for one dialect.
type books struct {
	set     *format.Set
	dialect sql.Dialect
	final   *ledger.Ledger
}

// read keeps the books of every set.
func (a *audit) read() {
	a.inverses, a.older = map[*format.Version]ledger.Comparison{}, map[*format.Version]map[string]bool{}
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
		var result ledger.Comparison
		a.older[v] = map[string]bool{}
		for _, name := range l.TableNames() {
			a.older[v][name] = true
		}
		if v.Up == nil {
			continue
		}
		up, upShows := statements(v.Up, d)
		down, downShows := statements(v.Down, d)
		switch {
		case !upShows:
			bookCode(l, v.Up, d)
			result.Doubt = "the up is not written in SQL"
		case !downShows:
			l.Apply(up, v.Up.File)
			result.Doubt = "the down is not written in SQL"
		default:
			result = l.Compare(up, down, v.Up.File)
		}
		if before, read := a.inverses[v]; !read || undone(result) || !undone(before) && before.Doubt == "" { // of several dialects the worst counts
			a.inverses[v] = result
		}
	}
	return l
}

// statements are those of a part that are about the schema; false where they do
// not show. Code that only changes rows has none.
func statements(p *format.Part, d sql.Dialect) (sql.Script, bool) {
	switch {
	case p == nil:
		return sql.Script{}, false
	case p.Language == format.SQL:
		return p.Script(d), true
	}
	return sql.Script{}, p.Does == sql.Nothing || p.Does == sql.Data
}

// bookCode enters what Go code changes as far as its strings tell. Under which
// conditions it runs them is not known, so that what they name stays unclear.
func bookCode(l *ledger.Ledger, p *format.Part, d sql.Dialect) {
	if p.Literals == nil {
		l.Lose()
		return
	}
	for _, text := range p.Literals {
		if !sql.HasDDL(text) {
			continue
		}
		if script := sql.Split(text, d, 1); len(script.Templates)+len(script.Problems) == 0 {
			l.Apply(script, p.File)
		}
		l.Blur(text)
	}
}

// undone reports a way back that is known to lead elsewhere.
func undone(c ledger.Comparison) bool { return c.Failure != "" || len(c.Differences) > 0 }

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
	case v.Ambiguous:
		t.Undecided("a version is used twice (migration-order-broken), so that which up and down belong together cannot be told", report.Related{Position: v.Position(), Message: "migration " + v.Title()})
	case !ok || s.Dialect == sql.Foreign:
		t.Undecided("scripts of this dialect are not read")
	case result.Failure != "":
		t.Fail(report.Finding{Position: v.Down.Position, Anchor: v.Title(), Related: related(v, engine.Verdict{}),
			Message: fmt.Sprintf("the down of migration %s cannot run: %s; correct the script", v.Title(), result.Failure)})
	case len(result.Differences) > 0:
		t.Fail(report.Finding{Position: v.Down.Position, Anchor: v.Title(), Related: related(v, engine.Verdict{Differences: result.Differences}),
			Message: fmt.Sprintf("the down of migration %s does not undo its up: %s; restore it in the down", v.Title(), list(result.Differences))})
	case result.Doubt != "":
		t.Undecided("some scripts were not understood: "+result.Doubt, report.Related{Position: v.Up.Position, Message: "migration " + v.Title() + ": " + result.Doubt})
	default:
		t.Pass()
	}
}
