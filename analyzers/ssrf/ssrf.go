// Package ssrf reports request input that chooses the host of an outbound request.
package ssrf

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/taint"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: input does not choose hosts.
var Rule = rule.Rule{
	ID: "ssrf", Title: "request input chooses which host is called", Section: rule.Security, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "The service is made to call what only it can reach: metadata services, databases, admin pages.",
	Fix:      "Compare the host with a list of constants, or refuse private addresses in the dialer.",
	Limits: "Input is followed through assignments, formatting and functions of the module (two packages far at most), not through " +
		"interfaces, struct fields that another function fills, or channels. A value that any condition looks at counts as " +
		"checked. An address with a fixed host is not reported. A guard inside the client's transport is not seen.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "ssrf", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{taint.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	return taint.Judge(pass, Rule, taint.URL, false, "compare the host with a list, and refuse private addresses when dialling")
}
