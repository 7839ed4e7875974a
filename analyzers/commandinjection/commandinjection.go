// Package commandinjection reports request input that names a program or is read by a shell.
package commandinjection

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/taint"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: input is never a command.
var Rule = rule.Rule{
	ID: "injection-command", Title: "request input becomes a command", Section: rule.Security, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "Whoever writes the input runs programs on the server.",
	Fix:      "Run a fixed program with exec.CommandContext and pass input as separate arguments, never through a shell.",
	Limits: "Input is followed through assignments, formatting and functions of the module (two packages far at most), not through " +
		"interfaces, struct fields that another function fills, or channels. A value that any condition looks at counts as " +
		"checked. Arguments of fixed programs are not judged, although some programs run what they are given.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "commandinjection", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{taint.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	return taint.Judge(pass, Rule, taint.Command, false, "run a fixed program with separate arguments")
}
