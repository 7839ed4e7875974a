// Package selectstar reports queries that fetch whatever columns there are.
package selectstar

import (
	_ "embed"
	"regexp"
	"strings"

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
	Limits:   "Query text that is constant in the function that sends it is judged; count(*), a star in EXISTS, and one over a query that the text names in WITH are not reported.",
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

var (
	named     = regexp.MustCompile(`(?is)\b([a-z_][a-z0-9_]*)\s+as\s+(?:not\s+materialized\s+|materialized\s+)?\(`)
	starsFrom = regexp.MustCompile(`(?is)\bselect\s+(?:distinct\s+)?\*\s+from\s+([a-z_][a-z0-9_]*)`)
)

// withoutNamed drops the stars that stand for the columns of a query which the
// text itself names: WITH latest AS (SELECT id, name ...) SELECT * FROM latest.
func withoutNamed(text string) string {
	own := map[string]bool{}
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		own[strings.ToLower(m[1])] = true
	}
	return starsFrom.ReplaceAllStringFunc(text, func(s string) string {
		if own[strings.ToLower(starsFrom.FindStringSubmatch(s)[1])] {
			return "select 1"
		}
		return s
	})
}

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
			case star.MatchString(withoutNamed(exists.ReplaceAllString(text, "exists (select 1"))):
				r.Report(Rule, call.Args[i], nil, "%s selects *: name the columns", source.Callee(call))
			default:
				r.Examine(Rule, 1)
			}
		}
	}
	return r.Result()
}
