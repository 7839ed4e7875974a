package migrations

import (
	"fmt"
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/engine"
	"github.com/backend-conformance/conformance/checks/migrations/format"
	"github.com/backend-conformance/conformance/checks/migrations/schema"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleRoundtrip: executed, the down does not take the schema back.
var RuleRoundtrip = rule.Rule{
	ID:       "roundtrip-failed",
	Title:    "executed up, down and up again, the schema is not as it was",
	Section:  rule.Rollback,
	Severity: rule.Blocker,
	Ratio:    true,
	Since:    "1.0.0",
	Why: "The rollback fails or leaves the schema between two versions in the very moment in which it is needed, " +
		"and the next attempt to deploy fails on what was left over.",
	Fix: "Make the down restore what is listed: drop what the up adds, add again what it drops with all of its indexes and constraints.",
	Limits: "Migrations run on an empty database: what depends on rows is not seen. The order of columns is not held against a down. Each version is taken back alone, so that downs that work as a group only are found. Versions written in Go, " +
		"templates, and scripts that need functions, extensions or roles that are not here are undecided, as are databases without an engine at hand.",
	Example: roundtripExample,
}

const roundtripExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/sqlite/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER NOT NULL);
CREATE INDEX orders_total ON orders (total);
-- bad/sqlite/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- bad/sqlite/migrations/0002_total.up.sql --
DROP INDEX orders_total;
-- bad/sqlite/migrations/0002_total.down.sql --
CREATE INDEX orders_total ON orders (id);
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop
-- good/sqlite/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER NOT NULL);
CREATE INDEX orders_total ON orders (total);
-- good/sqlite/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- good/sqlite/migrations/0002_total.up.sql --
DROP INDEX orders_total;
-- good/sqlite/migrations/0002_total.down.sql --
CREATE INDEX orders_total ON orders (total);
`

func (a *audit) roundtrip() report.Criterion {
	if len(a.found.Sets) == 0 {
		return a.noRollback(RuleRoundtrip)
	}
	t := report.Examine(RuleRoundtrip)
	missing := 0
	a.sites(func(s *format.Set, v *format.Version) {
		switch {
		case v.Up == nil:
		case v.Down == nil:
			missing++
		default:
			a.judgeRoundtrip(t, s, v)
		}
	})
	for _, e := range a.executions {
		if len(e.Whole) > 0 && e.certain {
			t.Fail(report.Finding{Position: e.versions[0].Position(), Anchor: e.set.Dir,
				Message: fmt.Sprintf("each migration of %s comes back alone, but after all downs %s; correct the downs", e.set.Dir, list(e.Whole))})
		}
	}
	return withoutWayBack(t.Criterion("no version has an up script"), missing)
}

// withoutWayBack counts versions that have no down script as failed sites:
// they cannot be taken back either. migration-down-missing has the findings.
func withoutWayBack(c report.Criterion, missing int) report.Criterion {
	if missing == 0 {
		return c
	}
	c.Examined += missing
	c.Outcome, c.Under = report.Partial, RuleDownMissing.ID
	if c.Satisfied == 0 {
		c.Outcome = report.Fail
	}
	c.Reason = fmt.Sprintf("%s cannot be taken back for want of a down script (migration-down-missing)", report.Plural(missing, "version"))
	return c
}

func (a *audit) judgeRoundtrip(t *report.Tally, s *format.Set, v *format.Version) {
	verdict := a.verdict(s, v)
	at := v.Down.Position
	if verdict.File != "" {
		at = report.Position{File: verdict.File, Line: verdict.Line}
	}
	fail := func(format string, args ...any) {
		t.Fail(report.Finding{Position: at, Anchor: v.Title(), Message: fmt.Sprintf(format, args...), Related: related(v, verdict)})
	}
	switch verdict.Outcome {
	case engine.Restored:
		t.Pass()
	case engine.NotRestored:
		fail("migration %s does not come back: after its down %s; restore it in the down", v.Title(), list(verdict.Differences))
	case engine.DownFailed:
		fail("the down of migration %s fails: %s; correct the script", v.Title(), verdict.Reason)
	case engine.NotRepeated:
		if verdict.Reason != "" {
			fail("migration %s cannot be applied again after its down: %s; make the down remove what the up adds", v.Title(), verdict.Reason)
			return
		}
		fail("migration %s gives another schema when it is applied again after its down: %s", v.Title(), list(verdict.Differences))
	case engine.UpFailed:
		t.Undecided("some ups fail (migration-invalid), so that nothing after them could be tried",
			report.Related{Position: at, Message: "migration " + v.Title() + " fails: " + verdict.Reason})
	default:
		t.Undecided("some migrations were not executed: "+verdict.Reason, report.Related{Position: v.Position(), Message: "migration " + v.Title() + " was not executed: " + verdict.Reason})
	}
}

// shown is how many differences a message names.
const shown = 3

// list puts differences into one line.
func list(ds []schema.Difference) string {
	var words []string
	for i, d := range ds {
		if i == shown {
			words = append(words, fmt.Sprintf("and %d more", len(ds)-shown))
			break
		}
		words = append(words, d.String())
	}
	return strings.Join(words, ", ")
}

// related lists every difference where the message does not.
func related(v *format.Version, verdict engine.Verdict) []report.Related {
	rs := []report.Related{{Position: v.Up.Position, Message: "the up script"}}
	if len(verdict.Differences) > shown {
		for _, d := range verdict.Differences {
			rs = append(rs, report.Related{Position: v.Down.Position, Message: d.String()})
		}
	}
	return rs
}
