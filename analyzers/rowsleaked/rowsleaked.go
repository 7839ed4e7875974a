// Package rowsleaked reports cursors that stay open, and loops over rows that
// take a broken connection for the end of the data.
package rowsleaked

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/sqlapi"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: rows are closed and rows.Err is checked.
var Rule = rule.Rule{
	ID: "rows-leaked", Title: "rows are not closed, or their error is not checked", Section: rule.DataAccess, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 4, True: 4},
	Supports: []rule.Section{rule.Performant},
	Why: "Open rows hold a connection until the pool is dry. Without rows.Err a list that was cut off by a broken connection is answered " +
		"as if it were complete.",
	Fix:     "defer rows.Close() after the error check, and check rows.Err() after the loop.",
	Limits:  "Rows that are returned, stored or given to another function are that code's business. A Close on some paths only is not told apart from one on all.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "rowsleaked", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for f := range source.Functions(pass) {
		for _, m := range source.MadeBy(pass.TypesInfo, f.Body, sqlapi.IsRows) {
			if m.Blank {
				r.Report(Rule, m.Call, nil, "the rows of %s are dropped and stay open: use Exec, or close them", source.Callee(m.Call))
				continue
			}
			uses := source.UsesOf(pass.TypesInfo, f.Body, m.Var)
			_, closed := uses.Methods["Close"]
			_, checked := uses.Methods["Err"]
			_, iterated := uses.Methods["Next"]
			switch {
			case uses.Handed:
				r.Examine(Rule, 1)
			case !closed:
				r.Report(Rule, m.Call, nil, "%s is never closed: defer %s.Close()", m.Var.Name(), m.Var.Name())
			case iterated && !checked:
				r.Report(Rule, m.Call, nil, "%s.Err() is not checked after the loop, so a cut-off result looks complete", m.Var.Name())
			default:
				r.Examine(Rule, 1)
			}
		}
	}
	return r.Result()
}
