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
var Check = check.Check{Name: "queries", Rules: []rule.Rule{RuleMismatch, RuleUnindexed}, Needs: []string{"migrations"}, Run: run}

// audit is one run over one repository.
type audit struct {
	*check.Repo
	queries []query
	// texts are all constant statements, those that create something included.
	texts []string
	// dynamic is how many statements are put together at run time.
	dynamic int
	first   report.Position
}

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	if use := database.Of(r); !use.SQL {
		reason := "the module uses no SQL database: " + use.Evidence.Message
		return []report.Criterion{report.NotApplicableTo(RuleMismatch, reason, use.Evidence), report.NotApplicableTo(RuleUnindexed, reason, use.Evidence)}, nil
	}
	if r.Program == nil {
		const reason = "the Go code was not loaded"
		return []report.Criterion{report.CannotTell(RuleMismatch, reason), report.CannotTell(RuleUnindexed, reason)}, nil
	}
	r.Progress("hold queries against the schema")
	a := &audit{Repo: r}
	for _, q := range collect(r.Program, r.ModuleDir) {
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
	return []report.Criterion{a.mismatch(ctx), a.unindexed()}, nil
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
