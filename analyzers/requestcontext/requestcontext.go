// Package requestcontext reports outbound requests without a context.
package requestcontext

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: outbound requests carry a context.
var Rule = rule.Rule{
	ID: "request-without-context", Title: "an outbound request carries no context", Section: rule.Integration, Severity: rule.Minor, Ratio: true, Since: "1.0.0",
	Judged:   rule.Judged{Read: 29, True: 29},
	Supports: []rule.Section{rule.Performant},
	Why:      "It cannot be cancelled when the inbound request is over, and no trace or deadline travels with it.",
	Fix:      "Build requests with http.NewRequestWithContext and send them with Client.Do.",
	Limits:   "A function that calls WithContext anywhere is taken to set it on each of its requests. Client libraries are not judged.",
	Example:  example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "requestcontext", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

var without = map[string]bool{
	"net/http.NewRequest": true, "net/http.Get": true, "net/http.Head": true, "net/http.Post": true, "net/http.PostForm": true,
	"net/http.Client.Get": true, "net/http.Client.Head": true, "net/http.Client.Post": true, "net/http.Client.PostForm": true,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for f := range source.Functions(pass) {
		withContext := false
		for call := range source.Calls(f.Body) {
			withContext = withContext || web.Name(web.Callee(pass.TypesInfo, call)) == "net/http.Request.WithContext"
		}
		for call := range source.Calls(f.Body) {
			name := web.Name(web.Callee(pass.TypesInfo, call))
			switch {
			case name == "net/http.NewRequestWithContext", name == "net/http.NewRequest" && withContext:
				r.Examine(Rule, 1)
			case without[name]:
				r.Report(Rule, call, nil, "%s sends without a context: use http.NewRequestWithContext", source.Callee(call))
			}
		}
	}
	return r.Result()
}
