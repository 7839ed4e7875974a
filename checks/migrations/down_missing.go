package migrations

import (
	"fmt"

	"github.com/backend-conformance/conformance/checks/migrations/format"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleDownMissing: an up without its down, by the pairing rule of the tool in use.
var RuleDownMissing = rule.Rule{
	ID:       "migration-down-missing",
	Title:    "a migration without a down script",
	Section:  rule.Schema,
	Supports: []rule.Section{rule.Rollback},
	Severity: rule.Blocker,
	Ratio:    true,
	Since:    "1.0.0",
	Why: "Most tools take a version without a down script back without any error: the recorded version moves, the schema stays, " +
		"and the next deployment fails on what was left behind.",
	Fix:     "Add the down script that undoes the up.",
	Limits:  "A folder without a single down script counts as forward-only by policy: it gives one finding for all its versions. Which files belong together follows the tool's own rule.",
	Example: downMissingExample,
}

const downMissingExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY);
-- bad/migrations/0001_orders.down.sql --
DROP TABLE orders;
-- bad/migrations/0002_items.up.sql --
CREATE TABLE items (id INTEGER PRIMARY KEY);
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

func (a *audit) downMissing() report.Criterion {
	if len(a.found.Sets) == 0 {
		return a.noRollback(RuleDownMissing)
	}
	t := report.Examine(RuleDownMissing)
	silent := 0 // failed sites that the finding about their whole folder speaks for
	for i := range a.found.Sets {
		set := &a.found.Sets[i]
		lacking, ups := withoutDown(set)
		t.PassN(ups - len(lacking))
		if len(lacking) == ups && ups > 1 {
			t.Fail(forwardOnly(set, lacking))
			silent += ups - 1
			continue
		}
		for _, v := range lacking {
			t.Fail(report.Finding{Position: v.Up.Position, Anchor: v.Title(),
				Message: fmt.Sprintf("migration %s has no down script; %s", v.Title(), v.Remedy)})
		}
	}
	c := t.Criterion("no version has an up script")
	c.Examined += silent
	c.Evidence = append(c.Evidence, a.evidence()...)
	return c
}

// withoutDown are the versions that cannot be taken back, of how many ups.
func withoutDown(s *format.Set) (lacking []*format.Version, ups int) {
	for i := range s.Versions {
		v := &s.Versions[i]
		if v.Up == nil {
			continue
		}
		ups++
		if v.Down == nil {
			lacking = append(lacking, v)
		}
	}
	return lacking, ups
}

// forwardOnly is the one finding about a folder that has no down at all.
func forwardOnly(s *format.Set, lacking []*format.Version) report.Finding {
	first := lacking[0]
	why := ""
	if s.ForwardOnly != "" {
		why = " (" + s.ForwardOnly + ")"
	}
	return report.Finding{Position: first.Up.Position, Anchor: s.Dir,
		Message: fmt.Sprintf("none of the %d %s migrations in %s has a down script%s; write the way back for each, beginning with the newest", len(lacking), s.Tool, s.Dir, why)}
}
