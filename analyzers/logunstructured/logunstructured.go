// Package logunstructured reports log lines of plain text where requests are handled.
package logunstructured

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/logging"
	"github.com/backend-conformance/conformance/analyzers/internal/requests"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: the request path logs fields, not sentences.
var Rule = rule.Rule{
	ID: "log-unstructured", Title: "requests are logged as plain text", Section: rule.Production, Severity: rule.Minor, Since: "1.0.0",
	Judged:  rule.Judged{Read: 27, True: 27},
	Why:     "Nobody can ask a sentence for all errors of one user: fields can be searched, counted and alerted on.",
	Fix:     "Use log/slog with a message and attributes.",
	Limits:  "Judged are calls in handlers and in what they call within the package. A logger of the module's own is not known, whatever it writes.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "logunstructured", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{requests.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	reached := pass.ResultOf[requests.Analyzer].(*requests.Result)
	for f := range source.Functions(pass) {
		handler, ok := reached.Reached(f)
		if !ok {
			continue
		}
		for call := range source.Calls(f.Body) {
			switch logging.Of(web.Callee(pass.TypesInfo, call)) {
			case logging.Structured:
				r.Examine(Rule, 1)
			case logging.Text:
				r.Report(Rule, call, nil, "%s prints a line while %s handles a request: use log/slog with attributes", source.Callee(call), handler)
			}
		}
	}
	return r.Result()
}
