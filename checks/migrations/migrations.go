// Package migrations judges the scripts that build a module's database schema:
// whether there are any, whether their tool can read and order them, and
// whether each can be taken back.
package migrations

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/database"
	"github.com/backend-conformance/conformance/checks/migrations/engine"
	"github.com/backend-conformance/conformance/checks/migrations/format"
	"github.com/backend-conformance/conformance/checks/migrations/ledger"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family.
var Check = check.Check{Name: "migrations", Rules: rules(), Run: run}

// judge is a rule with what decides it.
type judge struct {
	rule rule.Rule
	by   func(*audit) report.Criterion
}

func judges() []judge {
	return []judge{
		{RuleMissing, (*audit).missing},
		{RuleDownMissing, (*audit).downMissing},
		{RuleOrderBroken, (*audit).orderBroken},
		{RuleInvalid, (*audit).invalid},
		{RuleOutside, (*audit).outside},
		{RuleDownEmpty, (*audit).downEmpty},
		{RuleRoundtrip, (*audit).roundtrip},
		{RuleNotInverse, (*audit).notInverse},
		{RuleDestructive, (*audit).destructive},
		{RuleLock, (*audit).lock},
		{RulePrimaryKey, (*audit).primaryKey},
		{RuleForeignKey, (*audit).foreignKey},
	}
}

func rules() []rule.Rule {
	var rs []rule.Rule
	for _, j := range judges() {
		rs = append(rs, j.rule)
	}
	return rs
}

// audit is one run over one repository.
type audit struct {
	*check.Repo
	use   database.Use
	found format.Result
	// changes are those that Go code makes; nil before they were looked for.
	changes []change
	// executions and verdicts are empty where nothing was executed.
	executions []execution
	verdicts   map[*format.Version]engine.Verdict
	// inverses and books are what reading the scripts shows.
	inverses map[*format.Version]ledger.Comparison
	books    []books
	// older are the tables that stood before a version's up.
	older map[*format.Version]map[string]bool
}

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	r.Progress("read migrations")
	a := &audit{Repo: r, use: database.Of(r)}
	a.found = format.Find(format.Input{Files: r.Files, ModuleDir: r.ModuleDir, Only: r.MigrationsDir, Imports: a.imports})
	for _, n := range a.found.Notes {
		r.Note(n)
	}
	for _, s := range a.found.Aside {
		r.Note(fmt.Sprintf("migrations: %s (%s) belongs to tests or examples and was not judged; name it with --migrations if it is the service's own", s.Dir, s.Tool))
	}
	a.settleDialects()
	a.read()
	if r.Exec != nil {
		a.execute(ctx)
	}
	var criteria []report.Criterion
	for _, j := range judges() {
		criteria = append(criteria, j.by(a))
	}
	r.Migrations = append(r.Migrations, a.table()...)
	r.Schemas = append(r.Schemas, a.schemas()...)
	return criteria, nil
}

// imports finds the first import of a package, or of one below it where the
// path ends in a slash.
func (a *audit) imports(path string) (report.Position, bool) {
	if a.Program == nil {
		return database.Required(a.Repo, path)
	}
	if !a.Program.Imports(path) {
		return report.Position{}, false
	}
	for _, pkg := range a.Program.Packages {
		for _, f := range pkg.Syntax {
			for _, spec := range f.Imports {
				imp, _ := strconv.Unquote(spec.Path.Value)
				if imp == path || strings.HasSuffix(path, "/") && strings.HasPrefix(imp+"/", path) {
					return a.Program.Position(spec.Pos()), true
				}
			}
		}
	}
	return report.Position{}, true // in a file that the loader left out
}

// applies reports whether the module has a schema at all.
func (a *audit) applies() bool { return a.use.SQL || len(a.found.Sets) > 0 }

// notApplicable is the verdict on a module without an SQL database.
func (a *audit) notApplicable(r rule.Rule) report.Criterion {
	return report.NotApplicableTo(r, "the module uses no SQL database: "+a.use.Evidence.Message, a.use.Evidence)
}

// noScripts is the verdict of the rules about scripts where there are none.
func (a *audit) noScripts(r rule.Rule) report.Criterion {
	if !a.applies() {
		return a.notApplicable(r)
	}
	return report.CannotTell(r, "no migration scripts were found, so there is nothing to judge; add them, or name their folder with --migrations", a.use.Evidence)
}

// noRollback is the verdict of the rules about the way back where there are no
// scripts: a way back that does not exist is no way back. The finding is that
// of migrations-missing; here it only counts.
func (a *audit) noRollback(r rule.Rule) report.Criterion {
	if !a.applies() {
		return a.notApplicable(r)
	}
	return report.Criterion{Rule: r, Outcome: report.Fail, Examined: 1, Evidence: []report.Related{a.use.Evidence}, Under: RuleMissing.ID,
		Reason: "there are no migrations, so no change of the schema can be taken back (migrations-missing)"}
}

// sites calls f for every version of every set.
func (a *audit) sites(f func(*format.Set, *format.Version)) {
	for i := range a.found.Sets {
		set := &a.found.Sets[i]
		for j := range set.Versions {
			f(set, &set.Versions[j])
		}
	}
}

// scripts says "13 goose migrations in db/migrations".
func scripts(s format.Set) string {
	return fmt.Sprintf("%d %s migrations in %s", len(s.Versions), s.Tool, s.Dir)
}

// evidence shows where the sets are and why they are the tool's.
func (a *audit) evidence() []report.Related {
	var rs []report.Related
	for _, s := range a.found.Sets {
		for i, e := range s.Evidence {
			if i == 0 {
				e.Message = scripts(s) + ": " + e.Message
			}
			rs = append(rs, e)
		}
	}
	return rs
}

// table is the report's row for each version.
func (a *audit) table() []report.Migration {
	var rows []report.Migration
	a.sites(func(s *format.Set, v *format.Version) {
		m := report.Migration{Tool: s.Tool, Version: v.Number, Name: v.Name, Paired: v.Up != nil && v.Down != nil, Reversible: "unknown", Roundtrip: "not_run"}
		if v.Up != nil {
			m.Up = v.Up.File
		}
		if v.Down != nil {
			m.Down = v.Down.File
		}
		m.Reversible, m.Reason = reversible(s, v)
		a.ran(&m, s, v)
		rows = append(rows, m)
	})
	return rows
}

// ran puts what executing a version showed into its row; that overrides what
// its text alone says.
func (a *audit) ran(m *report.Migration, s *format.Set, v *format.Version) {
	verdict := a.verdict(s, v)
	for _, d := range verdict.Differences {
		m.Differences = append(m.Differences, report.SchemaDifference{Object: d.Object.String(), Before: d.Before, After: d.After, Was: d.Was, Is: d.Is})
	}
	switch verdict.Outcome {
	case engine.Restored:
		m.Reversible, m.Roundtrip, m.Reason = "yes", "ok", ""
		if len(verdict.Order) > 0 {
			m.Reason = "only the order of columns differs after the down"
		}
	case engine.NotRestored:
		m.Reversible, m.Roundtrip, m.Reason = "no", "failed", "after the down "+list(verdict.Differences)
	case engine.DownFailed:
		m.Reversible, m.Roundtrip, m.Reason = "no", "failed", "the down fails: "+verdict.Reason
	case engine.NotRepeated:
		m.Reversible, m.Roundtrip, m.Reason = "no", "failed", "the up cannot be repeated: "+verdict.Reason+list(verdict.Differences)
	case engine.UpFailed:
		m.Reason = "the up fails: " + verdict.Reason
	default:
		if m.Reversible == "unknown" {
			m.Reason = "not executed: " + verdict.Reason
		}
	}
}
