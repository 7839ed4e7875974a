// Package embed runs an analyzer of another module inside one of ours, so that
// its judgement is reported under our rule, message and severity.
package embed

import (
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
)

// Diagnostics runs a on the hand-written files of the package and returns what
// it would have reported. The host must require what a requires; a must not use
// facts, which the host does not declare.
func Diagnostics(pass *analysis.Pass, a *analysis.Analyzer) ([]analysis.Diagnostic, error) {
	var found []analysis.Diagnostic
	inner := *pass
	inner.Analyzer = a
	inner.Files = diag.Files(pass)
	inner.Report = func(d analysis.Diagnostic) { found = append(found, d) }
	if _, err := a.Run(&inner); err != nil {
		return nil, fmt.Errorf("run %s: %w", a.Name, err)
	}
	return found, nil
}
