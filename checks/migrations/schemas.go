package migrations

import (
	"fmt"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/migrations/engine"
	"github.com/backend-conformance/conformance/checks/migrations/ledger"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
)

// schemas are what the sets build, for those that judge queries against them.
func (a *audit) schemas() []check.Schema {
	doubt := a.doubt()
	var out []check.Schema
	for _, b := range a.books {
		s := check.Schema{Dir: b.set.Dir, Dialect: b.dialect.String(), Complete: !b.final.Lost(), Doubt: doubt}
		for _, t := range b.final.Tables() {
			s.Tables = append(s.Tables, a.withCodeIndexes(tableOf(t, b.dialect)))
			s.Complete = s.Complete && !t.Opaque()
		}
		s.Database, s.Reason = a.database(b)
		out = append(out, s)
	}
	return out
}

// doubt says what besides the migrations may make tables.
func (a *audit) doubt() string {
	for _, c := range a.outsideFindings() {
		if c.index == nil { // an index makes no table and no column
			return "the schema is changed outside of migrations too (" + c.Position.String() + ")"
		}
	}
	if len(a.found.Schemas) > 0 {
		return "another script creates tables too (" + a.found.Schemas[0].Position.String() + ")"
	}
	own := map[sql.Dialect]bool{}
	for _, b := range a.books {
		own[b.dialect] = true
	}
	for _, d := range driverDialects {
		if _, imported := a.imports(d.path); imported && !own[d.dialect] {
			return "the module opens a database of another kind as well (" + d.path + ")"
		}
	}
	return ""
}

// withCodeIndexes adds the indexes that Go code makes.
func (a *audit) withCodeIndexes(t check.Table) check.Table {
	for _, c := range a.outsideFindings() {
		if c.index != nil && strings.EqualFold(c.index.table, t.Name) {
			t.Indexes = append(t.Indexes, c.index.columns)
		}
	}
	return t
}

func tableOf(t *ledger.Table, d sql.Dialect) check.Table {
	out := check.Table{Position: report.Position{File: t.File, Line: t.Line}, Name: t.Name}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, c.Name)
		if strings.HasPrefix(strings.ToLower(c.Type), "bool") || strings.HasPrefix(strings.ToLower(c.Type), "tinyint(1)") {
			out.Booleans = append(out.Booleans, c.Name)
		}
	}
	for _, k := range t.Constraints {
		if k.Kind == "primary key" || k.Kind == "unique constraint" || k.Kind == "foreign key" && d == sql.MySQL {
			out.Indexes = append(out.Indexes, k.Columns)
		}
	}
	for _, i := range t.Indexes {
		out.Indexes = append(out.Indexes, i.Columns)
	}
	return out
}

// database is the one in which all ups of a schema were run, or why there is none.
func (a *audit) database(b books) (check.Database, string) {
	if a.Exec == nil {
		return nil, "nothing was executed (--exec=false)"
	}
	for _, e := range a.executions {
		if e.set != b.set || e.dialect != b.dialect || !e.certain {
			continue
		}
		if e.Final == nil {
			return nil, a.whyNotBuilt(e)
		}
		return e.Built, ""
	}
	if b.dialect == sql.Unknown {
		return nil, fmt.Sprintf("the dialect of the migrations in %s is not known", b.set.Dir)
	}
	return nil, fmt.Sprintf("no engine for the migrations in %s (%s) is at hand", b.set.Dir, b.dialect)
}

// whyNotBuilt is the first up that did not run.
func (a *audit) whyNotBuilt(e execution) string {
	for i, v := range e.Verdicts {
		if v.Outcome == engine.UpFailed || v.Outcome == engine.NotRun && e.versions[i].Down != nil {
			return fmt.Sprintf("migration %s of %s was not executed: %s", e.versions[i].Title(), e.set.Dir, v.Reason)
		}
	}
	return fmt.Sprintf("not all migrations of %s were executed", e.set.Dir)
}
