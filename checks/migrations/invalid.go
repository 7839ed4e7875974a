package migrations

import (
	"fmt"

	"github.com/backend-conformance/conformance/checks/migrations/engine"
	"github.com/backend-conformance/conformance/checks/migrations/format"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/checks/sql/grammar"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleInvalid: scripts that their tool or their database cannot read.
var RuleInvalid = rule.Rule{
	ID:       "migration-invalid",
	Title:    "a migration that its tool or its database cannot read",
	Section:  rule.Schema,
	Severity: rule.Blocker,
	Since:    "1.0.0",
	Why:      "A script that does not parse stops the deployment half-way, with the version marked as dirty.",
	Fix:      "Correct the script at the line given.",
	Limits: "Markers, quotes and brackets are always checked, the syntax of PostgreSQL and MySQL by a grammar, names and types only where the scripts were executed. " +
		"PostgreSQL's grammar is that of release 17; MySQL's is that of TiDB, which lacks most of triggers, routines and geometry. What a grammar may not know, and scripts that are templates, " +
		"are undecided; for dialects without a grammar statements are known by their first words.",
	Example: invalidExample,
}

const invalidExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/migrations/0001_orders.sql --
-- +goose Up
CREATE TABLE orders (id INTEGER PRIMARY KEY)
-- +goose Down
DROP TABLE orders;
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop
-- good/migrations/0001_orders.sql --
-- +goose Up
CREATE TABLE orders (id INTEGER PRIMARY KEY);
-- +goose Down
DROP TABLE orders;
`

func (a *audit) invalid() report.Criterion {
	if len(a.found.Sets) == 0 {
		return a.noScripts(RuleInvalid)
	}
	t := report.Examine(RuleInvalid)
	failing := map[string]bool{}
	for _, f := range a.refused() {
		failing[f.File] = true
		t.Fail(f)
	}
	for i := range a.found.Sets {
		set := &a.found.Sets[i]
		refused := map[string]bool{}
		for _, d := range set.Invalid {
			refused[d.File] = true
			t.Fail(report.Finding{Position: d.Position, Anchor: d.Anchor, Message: d.Message})
		}
		for j := range set.Versions {
			v := &set.Versions[j]
			for _, p := range []*format.Part{v.Up, v.Down} {
				if p == nil || p.Language != format.SQL {
					continue
				}
				for _, f := range p.Files() {
					if !refused[f.File] && !failing[f.File] {
						a.readable(t, set, v, f, a.executed(v, p))
					}
				}
			}
		}
	}
	return t.Criterion("no migration is written in SQL")
}

// executed reports whether a direction of the version ran without an error.
func (a *audit) executed(v *format.Version, p *format.Part) bool {
	switch a.verdicts[v].Outcome {
	case engine.Restored, engine.NotRestored, engine.NotRepeated:
		return true
	case engine.DownFailed:
		return p == v.Up
	}
	return false
}

// readable judges one script by its text. One that was executed needs no grammar.
func (a *audit) readable(t *report.Tally, s *format.Set, v *format.Version, p *format.Part, executed bool) {
	script := p.Script(s.Dialect)
	if len(script.Templates) > 0 {
		at := script.Templates[0]
		t.Undecided("some scripts are templates: what they become is known to the program only",
			report.Related{Position: report.Position{File: p.File, Line: at.Line}, Message: "placeholder " + at.Text})
		return
	}
	for _, problem := range append(script.Problems, script.Unbalanced()...) {
		t.Fail(report.Finding{Position: report.Position{File: p.File, Line: problem.Line}, Anchor: v.Title(),
			Message: fmt.Sprintf("migration %s cannot be read: %s; correct the script", v.Title(), problem.Message)})
		return
	}
	if d := dialectOf(s, p); !executed && grammar.Has(d) {
		a.parses(t, v, p, d, script)
		return
	}
	for _, st := range script.Statements {
		if word, known := st.Verb(); !known {
			t.Undecided(fmt.Sprintf("a statement begins with %q, which is not known here; an executed round trip would settle it", word),
				report.Related{Position: report.Position{File: p.File, Line: st.Line}, Message: "statement that begins with " + word})
			return
		}
	}
	t.Pass()
}

// dialectOf is the part's dialect, or that of its set.
func dialectOf(s *format.Set, p *format.Part) sql.Dialect {
	if p.Dialect != sql.Unknown {
		return p.Dialect
	}
	return s.Dialect
}

// parses judges a script by the grammar of its database: one site, with the
// first statement that it refuses, or else the first that it does not know.
func (a *audit) parses(t *report.Tally, v *format.Version, p *format.Part, d sql.Dialect, script sql.Script) {
	var unknown *grammar.Problem
	for _, st := range script.Statements {
		problem := grammar.Check(d, st, p.Text)
		switch {
		case problem == nil:
		case problem.Certain:
			t.Fail(report.Finding{Position: report.Position{File: p.File, Line: problem.Line}, Anchor: v.Title(),
				Message: fmt.Sprintf("migration %s is not %s: %s; correct the statement", v.Title(), dialectNames[d], problem.Message)})
			return
		case unknown == nil:
			unknown = problem
		}
	}
	if unknown != nil {
		t.Undecided("some statements are not analysed, since the grammar here does not know them; an executed round trip would settle it",
			report.Related{Position: report.Position{File: p.File, Line: unknown.Line}, Message: "not analysed: " + unknown.Message})
		return
	}
	t.Pass()
}

// dialectNames are as people write them.
var dialectNames = map[sql.Dialect]string{sql.Postgres: "PostgreSQL", sql.MySQL: "MySQL", sql.SQLite: "SQLite"}
