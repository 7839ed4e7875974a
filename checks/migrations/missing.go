package migrations

import (
	"fmt"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleMissing: a database without versioned schema changes.
var RuleMissing = rule.Rule{
	ID:       "migrations-missing",
	Title:    "the module uses a database but has no versioned migrations",
	Section:  rule.Schema,
	Supports: []rule.Section{rule.Production},
	Severity: rule.Blocker,
	Since:    "1.0.0",
	Why: "A schema that is made by AutoMigrate or by CREATE TABLE at start-up cannot be reviewed, cannot be taken back, " +
		"and differs from one installation to the next as soon as it changes.",
	Fix:     "Write each schema change as a numbered script with an up and a down direction and apply it with a migration tool such as golang-migrate or goose.",
	Limits:  "A loader of one's own whose files carry no numbers, or migrations kept in another repository, are not recognised: name the folder with --migrations.",
	Example: missingExample,
}

const missingExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/store.go --
package shop

import "database/sql"

func Open(dsn string) (*sql.DB, error) { return sql.Open("sqlite", dsn) }
-- good/go.mod --
module example.com/shop

go 1.26
-- good/store.go --
package shop

import "database/sql"

func Open(dsn string) (*sql.DB, error) { return sql.Open("sqlite", dsn) }
-- good/migrations/0001_orders.up.sql --
CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER NOT NULL);
-- good/migrations/0001_orders.down.sql --
DROP TABLE orders;
`

// withIt names the rules that fail for the same cause and have no finding of
// their own then.
const withIt = " (migration-down-missing, down-empty and roundtrip-failed fail with it)"

func (a *audit) missing() report.Criterion {
	if !a.applies() {
		return a.notApplicable(RuleMissing)
	}
	t := report.Examine(RuleMissing)
	if len(a.found.Sets) > 0 {
		t.Pass(a.evidence()...)
		return t.Criterion("")
	}
	f := report.Finding{Position: a.use.Evidence.Position, Related: []report.Related{a.use.Evidence}, Anchor: "migrations",
		Message: "the module uses a database (" + a.use.Evidence.Message + ") but has no versioned migrations; add numbered up and down scripts, or name their folder with --migrations" + withIt}
	if n := len(a.found.Schemas); n > 0 {
		first := a.found.Schemas[0]
		f.Position, f.Related = first.Position, append(f.Related, a.found.Schemas...)
		f.Message = fmt.Sprintf("%s creates tables but is no versioned migration, and there is none; split it into numbered up and down scripts%s", first.File, withIt)
	}
	for i, g := range a.outsideFindings() {
		if i == 0 && len(a.found.Schemas) == 0 {
			f.Position = g.Position
		}
		f.Related = append(f.Related, report.Related{Position: g.Position, Message: g.what})
	}
	t.Fail(f)
	return t.Criterion("")
}
