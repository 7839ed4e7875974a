package diff

import (
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/sample"
	"github.com/backend-conformance/conformance/report/json"
	"github.com/backend-conformance/conformance/report/rule"
)

func of(t *testing.T, before, after *json.Document, failOn rule.Severity) *Diff {
	t.Helper()
	d, err := Of(before, after, failOn)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSameReport(t *testing.T) {
	d := of(t, json.Of(sample.Report()), json.Of(sample.Report()), rule.Info)
	f := d.Findings
	if len(d.Sections)+len(f.New)+len(f.Exposed)+len(f.Gone)+len(d.Undecided)+len(d.Endpoints) != 0 || d.Verdict != report.VerdictPass {
		t.Errorf("a report differs from itself: %+v", d)
	}
	if want := len(sample.Report().Findings); len(f.Unchanged) != want {
		t.Errorf("%d findings unchanged, want %d", len(f.Unchanged), want)
	}
}

// A rule that is no longer decided hides what it found: never a pass.
func TestNoLongerDecided(t *testing.T) {
	after := json.Of(sample.Report())
	name := ""
	for i, s := range after.Sections {
		for j, c := range s.Criteria {
			if c.Severity == "blocker" && criterion(c).decided() && name == "" {
				name = c.Rule
				after.Sections[i].Criteria[j].Outcome = "inconclusive"
			}
		}
	}
	d := of(t, json.Of(sample.Report()), after, rule.Blocker)
	if len(d.Undecided) != 1 || d.Undecided[0].Rule != name || d.Verdict != report.VerdictUndecided {
		t.Errorf("verdict %s with %+v; want undecided with %s", d.Verdict, d.Undecided, name)
	}
	if d := of(t, json.Of(sample.Report()), after, 0); d.Verdict != report.VerdictPass {
		t.Errorf("verdict %s without a gate, want pass", d.Verdict)
	}
}

func TestNewFindingsGateBySeverity(t *testing.T) {
	before := json.Of(sample.Report())
	var minor json.Finding
	for i, f := range before.Findings {
		if f.Severity == "minor" && live(f) {
			minor = f
			before.Findings = append(before.Findings[:i:i], before.Findings[i+1:]...)
			break
		}
	}
	for severity, want := range map[rule.Severity]report.Verdict{rule.Minor: report.VerdictFail, rule.Major: report.VerdictPass} {
		d := of(t, before, json.Of(sample.Report()), severity)
		if d.Verdict != want || len(d.Findings.New) != 1 || d.Findings.New[0].Fingerprint != minor.Fingerprint {
			t.Errorf("fail-on %s: verdict %s, new %+v; want %s and %s", severity, d.Verdict, d.Findings.New, want, minor.Fingerprint)
		}
	}
}

func TestEndpointsAndScores(t *testing.T) {
	after := json.Of(sample.Report())
	after.Score = &json.Interval{Low: "12.5", High: "80.0"}
	after.Endpoints = append([]json.Endpoint{}, after.Endpoints...)
	gone := after.Endpoints[0]
	after.Endpoints = after.Endpoints[1:]
	after.Endpoints[0].Status, after.Endpoints[0].Auth = "stub", report.FacetAbsent
	before := json.Of(sample.Report())
	before.Score = &json.Interval{Low: "13.0", High: "80.0"}
	d := of(t, before, after, rule.Blocker)
	if string(*d.Score.Delta) != "-0.5" {
		t.Errorf("delta %s, want -0.5", *d.Score.Delta)
	}
	var said []string
	for _, e := range d.Endpoints {
		if e.New == nil && e.Method+e.Path != gone.Method+gone.Path {
			t.Errorf("%s %s is gone, want %s %s", e.Method, e.Path, gone.Method, gone.Path)
		}
		said = append(said, e.Changes()...)
	}
	if text := strings.Join(said, "; "); len(d.Endpoints) != 2 || !strings.Contains(text, "→ stub") || !strings.Contains(text, "auth ") {
		t.Errorf("changes are %q of %d endpoints", text, len(d.Endpoints))
	}
}

func TestRefused(t *testing.T) {
	other := json.Of(sample.Report())
	other.Tool.Ruleset = "0.9.0"
	less := json.Of(sample.Report())
	less.Sections = less.Sections[1:]
	for want, old := range map[string]*json.Document{"cannot be subtracted": other, "only the new report judges": less} {
		if _, err := Of(old, json.Of(sample.Report()), 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}
