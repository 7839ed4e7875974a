// Package gitlab renders findings as a GitLab code quality report
// (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
package gitlab

import (
	"cmp"
	"encoding/json"
	"io"

	"github.com/backend-conformance/conformance/report"
)

// issue is one entry of the report; GitLab drops entries that share a
// fingerprint, and demands a path and a line.
type issue struct {
	Description string   `json:"description"`
	CheckName   string   `json:"check_name"`
	Fingerprint string   `json:"fingerprint"`
	Severity    string   `json:"severity"`
	Location    location `json:"location"`
}

type location struct {
	Path  string `json:"path"`
	Lines lines  `json:"lines"`
}

type lines struct {
	Begin int `json:"begin"`
	End   int `json:"end,omitempty"`
}

// Write writes a JSON array with one entry for each finding that is not
// suppressed. Baselined findings are included: GitLab itself compares with the
// target branch. A finding without a place is shown at go.mod.
func Write(w io.Writer, r *report.Report) error {
	issues := []issue{}
	for _, f := range r.Findings {
		if f.Suppressed != nil {
			continue
		}
		issues = append(issues, issue{
			Description: f.Message, CheckName: f.Rule, Fingerprint: f.Fingerprint, Severity: f.Severity.String(),
			Location: location{cmp.Or(f.File, "go.mod"), lines{max(1, f.Line), f.EndLine}},
		})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(issues)
}
