// Package selectstar reports queries that fetch whatever columns there are.
package selectstar

import (
	_ "embed"
	"regexp"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/sqlapi"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: columns are named.
var Rule = rule.Rule{
	ID: "select-star", Title: "a query selects all columns with *", Section: rule.DataAccess, Severity: rule.Minor, Since: "1.0.0",
	Supports: []rule.Section{rule.Performant, rule.Maintainable},
	Why:      "A new column breaks the scan or travels for nothing, and an index alone can never answer.",
	Fix:      "Name the columns that are read.",
	Limits:   "Query text that is constant in the function that sends it is judged; count(*) and a star in EXISTS are not reported.",
	Example:  example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "selectstar", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

var (
	star   = regexp.MustCompile(`(?is)\bselect\s+(distinct\s+)?([a-z_][a-z0-9_]*\.)?\*`)
	exists = regexp.MustCompile(`(?is)\bexists\s*\(\s*select\s+\*`)
	reads  = regexp.MustCompile(`(?is)^\s*(with|select)\b`)
)

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for f := range source.Functions(pass) {
		scope := web.NewScope(pass.TypesInfo, f.Body)
		for call := range source.Calls(f.Body) {
			i := sqlapi.Text(web.Callee(pass.TypesInfo, call))
			if i < 0 || i >= len(call.Args) {
				continue
			}
			text := scope.String(call.Args[i])
			switch {
			case !reads.MatchString(text):
			case star.MatchString(exists.ReplaceAllString(text, "exists (select 1")):
				r.Report(Rule, call.Args[i], nil, "%s selects *: name the columns", source.Callee(call))
			default:
				r.Examine(Rule, 1)
			}
		}
	}
	return r.Result()
}
