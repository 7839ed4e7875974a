// Package sqlbuilt reports query text that is built from request input.
package sqlbuilt

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/taint"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: query text is constant.
var Rule = rule.Rule{
	ID: "sql-built-from-input", Title: "a query text is built from request input", Section: rule.DataAccess, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Security, rule.Secure},
	Why:      "Whoever writes the input writes the query: reads every table, or drops them.",
	Fix:      "Pass values as arguments of the query; take identifiers such as ORDER BY columns from a list of constants.",
	Limits: "Input is followed through assignments, formatting and functions of the module (two packages far at most), not through " +
		"interfaces, struct fields that another function fills, or channels. A value that any condition looks at counts as " +
		"checked. Text made of values of unknown origin is undecided.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "sqlbuilt", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{taint.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	return taint.Judge(pass, Rule, taint.SQL, true, "use a placeholder, or choose among constants")
}
