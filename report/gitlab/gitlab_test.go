package gitlab

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/golden"
	"github.com/backend-conformance/conformance/report/internal/sample"
)

func render(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	golden.Compare(t, "report.gitlab.json", render(t, sample.Report()))
	golden.Compare(t, "report-pass.gitlab.json", render(t, sample.Conforming()))
}

// GitLab rejects unknown severities and entries without path, line or
// fingerprint, and drops all but one of those that share a fingerprint.
func TestEveryEntryIsAccepted(t *testing.T) {
	known := map[string]bool{"info": true, "minor": true, "major": true, "critical": true, "blocker": true}
	seen := map[string]bool{}
	var issues []issue
	if err := json.Unmarshal(render(t, sample.Report()), &issues); err != nil {
		t.Fatal(err)
	}
	for _, i := range issues {
		if !known[i.Severity] || i.Location.Path == "" || i.Location.Lines.Begin < 1 || i.Fingerprint == "" || seen[i.Fingerprint] {
			t.Errorf("not acceptable: %+v", i)
		}
		seen[i.Fingerprint] = true
	}
	if want := len(sample.Report().Findings) - 1; len(issues) != want {
		t.Errorf("%d entries, want %d: all but the suppressed one", len(issues), want)
	}
}
