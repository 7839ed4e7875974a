// Package xss reports request input that is written into HTML as it is.
package xss

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/taint"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: input is escaped in HTML.
var Rule = rule.Rule{
	ID: "xss-unescaped", Title: "request input is written into HTML unescaped", Section: rule.Security, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "A script in the input runs in the page of whoever opens it, with that user's session.",
	Fix:      "Render with html/template, or escape with html.EscapeString.",
	Limits: "Input is followed through assignments, formatting and functions of the module (two packages far at most), not through " +
		"interfaces, struct fields that another function fills, or channels. A value that any condition looks at counts as " +
		"checked. Text is taken for HTML where constants beside it hold tags, or where it becomes template.HTML.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "xss", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{taint.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	return taint.Judge(pass, Rule, taint.HTML, false, "use html/template or html.EscapeString")
}
