// Package loginjection reports request input that is printed into a log line as it is.
package loginjection

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/taint"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: input is escaped in log lines.
var Rule = rule.Rule{
	ID: "log-injection", Title: "request input is written raw as a log line", Section: rule.Security, Severity: rule.Minor, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "A line break in the input forges entries: an attack hides behind them, or somebody else is blamed.",
	Fix:      "Use a structured logger (log/slog), or format input with %q.",
	Limits: "Input is followed through assignments, formatting and functions of the module (two packages far at most), not through " +
		"interfaces, struct fields that another function fills, or channels. A value that any condition looks at counts as " +
		"checked. Only the standard library's log package is judged; structured loggers escape.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "loginjection", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{taint.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	return taint.Judge(pass, Rule, taint.Log, false, "use slog, or format it with %q")
}
