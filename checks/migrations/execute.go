package migrations

import (
	"context"
	"fmt"
	"slices"

	"github.com/backend-conformance/conformance/checks/migrations/engine"
	"github.com/backend-conformance/conformance/checks/migrations/format"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
)

// execution is what running one set's versions showed.
type execution struct {
	engine.Result
	set     *format.Set
	dialect sql.Dialect
	steps   []engine.Step
	// certain says that the scripts are known to be for this engine, so that what
	// it refuses is a defect of theirs.
	certain bool
	// versions are those that were run, in the order of the result's verdicts.
	versions []*format.Version
}

// driverDialects are imports that open a database of one dialect.
var driverDialects = []struct {
	path    string
	dialect sql.Dialect
}{
	{"modernc.org/sqlite", sql.SQLite}, {"github.com/mattn/go-sqlite3", sql.SQLite}, {"github.com/glebarez/sqlite", sql.SQLite}, {"github.com/glebarez/go-sqlite", sql.SQLite},
	{"github.com/ncruces/go-sqlite3", sql.SQLite}, {"zombiezen.com/go/sqlite", sql.SQLite}, {"gorm.io/driver/sqlite", sql.SQLite},
	{"github.com/jackc/pgx/", sql.Postgres}, {"github.com/lib/pq", sql.Postgres}, {"gorm.io/driver/postgres", sql.Postgres}, {"github.com/uptrace/bun/driver/pgdriver", sql.Postgres},
	{"github.com/go-pg/pg/", sql.Postgres},
	{"github.com/go-sql-driver/mysql", sql.MySQL}, {"gorm.io/driver/mysql", sql.MySQL},
	{"github.com/microsoft/go-mssqldb", sql.Foreign}, {"github.com/ClickHouse/clickhouse-go/", sql.Foreign}, {"github.com/sijms/go-ora/", sql.Foreign},
}

// drivers are the dialects whose drivers the module imports.
func (a *audit) drivers() map[sql.Dialect]bool {
	found := map[sql.Dialect]bool{}
	for _, d := range driverDialects {
		if _, ok := a.imports(d.path); ok {
			found[d.dialect] = true
		}
	}
	return found
}

// settleDialects gives sets without a dialect that of the module's only driver.
func (a *audit) settleDialects() {
	drivers := a.drivers()
	for i := range a.found.Sets {
		set := &a.found.Sets[i]
		if set.Dialect != sql.Unknown {
			continue
		}
		if len(drivers) == 1 {
			for d := range drivers {
				set.Dialect = d
			}
		}
	}
}

// execute runs every set for which there is an engine.
func (a *audit) execute(ctx context.Context) {
	a.verdicts = map[*format.Version]engine.Verdict{}
	servers := &engine.Servers{Progress: a.Progress}
	if a.DatabaseURL != "" {
		scratch, err := engine.FindScratch(ctx, a.DatabaseURL)
		if err != nil {
			a.Note("the scratch database was not used: " + err.Error())
		} else {
			scratch.Note, servers.Scratch = a.Note, scratch
		}
	}
	a.AtEnd(servers.Close)
	for i := range a.found.Sets {
		set := &a.found.Sets[i]
		for _, d := range a.dialectsToRun(set) {
			a.executeSet(ctx, servers, set, d)
		}
	}
}

// dialectsToRun are those of the set, or of its parts where one folder serves
// several. Scripts of no known dialect are tried on SQLite where the module has
// a driver for it: what runs there is proven, what fails proves nothing.
func (a *audit) dialectsToRun(set *format.Set) []sql.Dialect {
	parts := map[sql.Dialect]bool{}
	for _, v := range set.Versions {
		if v.Up != nil {
			parts[v.Up.Dialect] = true
		}
	}
	var ds []sql.Dialect
	for _, d := range []sql.Dialect{sql.SQLite, sql.Postgres, sql.MySQL} {
		if parts[d] || set.Dialect == d {
			ds = append(ds, d)
		}
	}
	if len(ds) == 0 && set.Dialect == sql.Unknown && a.drivers()[sql.SQLite] {
		ds = append(ds, sql.SQLite)
	}
	return ds
}

func (a *audit) executeSet(ctx context.Context, servers *engine.Servers, set *format.Set, d sql.Dialect) {
	e := execution{set: set, dialect: d, certain: set.Dialect == d || servesDialect(set, d), versions: sequence(set, d)}
	for _, v := range e.versions {
		e.steps = append(e.steps, stepOf(set, v, d))
	}
	a.Progress(fmt.Sprintf("run %d migrations of %s on %s", len(e.steps), set.Dir, d))
	e.Result = servers.Run(ctx, d, e.steps)
	for i, v := range e.versions {
		verdict := e.Verdicts[i]
		if !e.certain && verdict.Outcome != engine.Restored {
			verdict = engine.Verdict{Outcome: engine.NotRun, Reason: "the scripts' dialect is not known, and they do not run on " + d.String()}
		}
		if before, ran := a.verdicts[v]; !ran || before.Outcome < verdict.Outcome { // of several dialects the worst counts
			a.verdicts[v] = verdict
		}
	}
	a.executions = append(a.executions, e)
}

// servesDialect reports whether the set has scripts for the dialect alone.
func servesDialect(set *format.Set, d sql.Dialect) bool {
	return slices.ContainsFunc(set.Versions, func(v format.Version) bool { return v.Up != nil && v.Up.Dialect == d })
}

// sequence are the versions that one dialect runs: of those with the same
// number its own, or the fallback.
func sequence(set *format.Set, d sql.Dialect) []*format.Version {
	own := map[string]bool{}
	several := false
	for _, v := range set.Versions {
		if v.Up != nil && v.Up.Dialect != sql.Unknown {
			several = true
			if v.Up.Dialect == d {
				own[v.Number] = true
			}
		}
	}
	var vs []*format.Version
	for i := range set.Versions {
		v := &set.Versions[i]
		mine := v.Up != nil && v.Up.Dialect == d
		if !several || mine || !own[v.Number] && (v.Up == nil || v.Up.Dialect == sql.Unknown) {
			vs = append(vs, v)
		}
	}
	return vs
}

func stepOf(set *format.Set, v *format.Version, d sql.Dialect) engine.Step {
	s := engine.Step{Title: v.Title(), Up: &engine.Script{Skip: "there is no up script"}}
	if v.Up != nil {
		s.Up = scriptOf(v.Up, d)
	}
	if v.Down != nil {
		s.Down = scriptOf(v.Down, d)
	}
	return s
}

// scriptOf cuts a part into what is to be executed. Transactions are the
// engine's business, so the script's own are left out.
func scriptOf(p *format.Part, d sql.Dialect) *engine.Script {
	switch p.Language {
	case format.Go:
		return &engine.Script{Skip: "it is written in Go"}
	case format.Other:
		return &engine.Script{Skip: "it is not written in SQL"}
	}
	out := &engine.Script{}
	for _, f := range p.Files() {
		if out.Skip = addStatements(out, f, d); out.Skip != "" {
			return out
		}
	}
	return out
}

// addStatements cuts one file; it gives the reason where that cannot be done.
func addStatements(out *engine.Script, p *format.Part, d sql.Dialect) (skip string) {
	script := p.Script(d)
	switch {
	case len(script.Templates) > 0:
		return "it is a template: " + script.Templates[0].Text
	case len(script.Problems) > 0:
		return "it cannot be read: " + script.Problems[0].Message
	}
	for _, st := range script.Statements {
		switch st.First() {
		case "BEGIN", "COMMIT", "END", "ROLLBACK", "START", "SAVEPOINT", "RELEASE", "VACUUM", "ANALYZE":
			continue
		}
		out.Statements = append(out.Statements, engine.Statement{Text: st.Source(p.Text), File: p.File, Line: st.Line, Conditional: st.Conditional()})
	}
	return ""
}

// verdict is what running a version showed, or why it was not run.
func (a *audit) verdict(s *format.Set, v *format.Version) engine.Verdict {
	if got, ok := a.verdicts[v]; ok {
		return got
	}
	reason := ""
	switch {
	case a.Exec == nil:
		reason = "nothing was executed (--exec=false)"
	case s.Dialect == sql.Unknown:
		reason = "the scripts' dialect is not known"
	case s.Dialect == sql.Foreign:
		reason = "no engine for its dialect is at hand"
	default:
		reason = "it is not of the dialect that was run"
	}
	return engine.Verdict{Outcome: engine.NotRun, Reason: reason}
}

// refused are ups that their database cannot run.
func (a *audit) refused() []report.Finding {
	var fs []report.Finding
	for _, e := range a.executions {
		for i, v := range e.Verdicts {
			if v.Outcome != engine.UpFailed || !e.certain {
				continue
			}
			title := e.versions[i].Title()
			fs = append(fs, report.Finding{Position: report.Position{File: v.File, Line: v.Line}, Anchor: title,
				Message: fmt.Sprintf("migration %s fails on %s: %s; correct the statement", title, e.Engine, v.Reason)})
		}
	}
	return fs
}
