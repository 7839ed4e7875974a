// Package pathtraversal reports request input that becomes a file path.
package pathtraversal

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/taint"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: input does not choose files.
var Rule = rule.Rule{
	ID: "path-traversal", Title: "request input becomes a file path", Section: rule.Security, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "With ../ in it the path leads to any file that the service can read or write.",
	Fix:      "Open through os.Root, or take filepath.Base, or refuse what filepath.IsLocal refuses.",
	Limits: "Input is followed through assignments, formatting and functions of the module (two packages far at most), not through " +
		"interfaces, struct fields that another function fills, or channels. A value that any condition looks at counts as " +
		"checked.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "pathtraversal", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{taint.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	return taint.Judge(pass, Rule, taint.Path, false, "use filepath.Base, filepath.IsLocal or os.Root")
}
