// Package queries holds the SQL that Go code sends against the schema that the
// migrations build: whether the tables and columns exist, and whether filters
// find an index.
package queries

import (
	"context"
	"fmt"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/database"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family.
var Check = check.Check{Name: "queries", Rules: []rule.Rule{RuleMismatch, RuleUnindexed, RuleUnbounded}, Needs: []string{"migrations"}, Run: run}

// audit is one run over one repository.
type audit struct {
	*check.Repo
	// all are the statements that are sent; queries those of them that read or
	// change rows, with a known text.
	all, queries []query
	// texts are all constant statements, those that create something included.
	texts []string
	// dynamic is how many statements are put together at run time.
	dynamic int
	first   report.Position
	// bare says that nothing but statements in the code can create a table; nil
	// where that was not asked yet. creations are the texts that speak of it.
	bare      *bool
	creations []string
}

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	if use := database.Of(r); !use.SQL {
		reason := "the module uses no SQL database: " + use.Evidence.Message
		return each(func(ru rule.Rule) report.Criterion { return report.NotApplicableTo(ru, reason, use.Evidence) }), nil
	}
	if r.Program == nil {
		return each(func(ru rule.Rule) report.Criterion { return report.CannotTell(ru, "the Go code was not loaded") }), nil
	}
	r.Progress("hold queries against the schema")
	a := &audit{Repo: r}
	a.all = collect(r.Program, r.ModuleDir)
	for _, q := range a.all {
		a.texts = append(a.texts, q.text)
		switch {
		case q.text == "":
			if a.dynamic++; a.dynamic == 1 {
				a.first = q.Position
			}
		case reads(q.text):
			a.queries = append(a.queries, q)
		}
	}
	return []report.Criterion{a.mismatch(ctx), a.unindexed(), a.unbounded()}, nil
}

// each gives every rule of the family the same verdict.
func each(verdict func(rule.Rule) report.Criterion) []report.Criterion {
	return []report.Criterion{verdict(RuleMismatch), verdict(RuleUnindexed), verdict(RuleUnbounded)}
}

// generated says that an ORM writes statements of its own; empty where none does.
// Their tables and columns are not held against the schema.
func (a *audit) generated() (reason string, evidence report.Related) {
	orm, ok := database.Generator(a.Repo)
	if !ok {
		return "", report.Related{}
	}
	return "statements are written by " + strings.TrimPrefix(orm.Message, "imports ") + ", and the tables and columns that they name are not known", orm
}

// reads reports whether every statement of the text names tables in a way that
// a database checks when it plans them.
func reads(text string) bool {
	statements := sql.Split(text, sql.Unknown, 1).Statements
	for _, st := range statements {
		switch st.First() {
		case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE", "VALUES", "MERGE":
		default:
			return false
		}
	}
	return len(statements) > 0
}

// dynamicReason is said once for all statements that are not constant.
func (a *audit) dynamicReason() string {
	return fmt.Sprintf("%s put together at run time, so that their text is not known (first: %s)", report.Plural(a.dynamic, "statement")+is(a.dynamic), a.first)
}

func is(n int) string {
	if n == 1 {
		return " is"
	}
	return " are"
}

func equalFold(list []string, name string) bool {
	for _, s := range list {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}
