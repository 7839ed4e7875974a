// Package openredirect reports redirects to wherever the request says.
package openredirect

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/taint"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: input does not choose where clients are sent.
var Rule = rule.Rule{
	ID: "open-redirect", Title: "request input chooses where the client is sent", Section: rule.Security, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "A link to this service leads to a copy of its login page elsewhere.",
	Fix:      "Redirect to a fixed path, or to input that is compared with a list; refuse what has a host or begins with //.",
	Limits: "Input is followed through assignments, formatting and functions of the module (two packages far at most), not through " +
		"interfaces, struct fields that another function fills, or channels. A value that any condition looks at counts as " +
		"checked. An address that begins with a fixed path or host is not reported.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "openredirect", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{taint.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	return taint.Judge(pass, Rule, taint.Redirect, false, "redirect to paths of your own only")
}
