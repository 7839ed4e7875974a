// Package directive reports //conformance:ignore directives that do nothing:
// without a rule, without a reason, or with nothing left to suppress.
package directive

import (
	_ "embed"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/evidence"
	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/owners"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: every directive suppresses something, for a reason.
var Rule = rule.Rule{
	ID: "suppression-unused", Title: "a suppression has no reason or nothing to suppress", Section: rule.Maintainable, Severity: rule.Minor, Since: "1.0.0",
	Why:     "A directive that outlives its finding hides the next one, and one without a reason cannot be reviewed.",
	Fix:     "Remove the directive, or write //conformance:ignore RULE reason on or above the line that it is for.",
	Limits:  "Directives for rules that are judged on the whole repository, not by an analyzer, are checked for their reason only.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "directive", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType, Requires: judges(),
}

// judges are the analyzers that own the other rules.
func judges() []*analysis.Analyzer {
	var all []*analysis.Analyzer
	for _, o := range owners.All() {
		all = append(all, o.Analyzer)
	}
	return all
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	examined, broken := diag.Directives(pass)
	for _, a := range judges() {
		if result, ok := pass.ResultOf[a].(*evidence.Result); ok {
			for _, s := range result.Unused {
				broken = append(broken, evidence.Site{Pos: s.Pos, Text: "suppresses no " + s.Text + " here"})
			}
		}
	}
	for _, s := range broken {
		r.Report(Rule, at(s.Pos), nil, "this directive %s: remove it, or write //conformance:ignore RULE reason", s.Text)
	}
	r.Examine(Rule, examined-len(broken))
	return r.Result()
}

// at is a range without extent.
type at token.Pos

// Pos is the place.
func (a at) Pos() token.Pos { return token.Pos(a) }

// End is the place.
func (a at) End() token.Pos { return token.Pos(a) }
