package sarif

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/golden"
	"github.com/backend-conformance/conformance/report/internal/sample"
	"github.com/backend-conformance/conformance/report/rule"
)

func render(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func decode(t *testing.T, r *report.Report) run {
	t.Helper()
	var l log
	if err := json.Unmarshal(render(t, r), &l); err != nil {
		t.Fatal(err)
	}
	if l.Version != "2.1.0" || len(l.Runs) != 1 {
		t.Fatalf("version %q with %d runs", l.Version, len(l.Runs))
	}
	return l.Runs[0]
}

func TestGolden(t *testing.T) {
	golden.Compare(t, "report.sarif", render(t, sample.Report()))
	golden.Compare(t, "report-pass.sarif", render(t, sample.Conforming()))
}

// What code scanning demands of every result.
func TestResultsAreAcceptable(t *testing.T) {
	one := decode(t, sample.Report())
	seen, reviews := map[string]bool{}, 0
	for _, r := range one.Results {
		if one.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("%s: ruleIndex %d is %s", r.RuleID, r.RuleIndex, one.Tool.Driver.Rules[r.RuleIndex].ID)
		}
		if len(r.Locations) == 0 {
			t.Errorf("%s: no location", r.RuleID)
		}
		if r.Kind == "review" {
			reviews++
			continue
		}
		print := r.PartialFingerprints["conformance/v1"]
		if print == "" || seen[print] {
			t.Errorf("%s: fingerprint %q is empty or not its own", r.RuleID, print)
		}
		seen[print] = true
		if len(r.Locations) != 1 {
			t.Fatalf("%s: %d locations", r.RuleID, len(r.Locations))
		}
		if uri := r.Locations[0].Physical.Artifact.URI; uri == "" || strings.HasPrefix(uri, "/") || strings.Contains(uri, ":") {
			t.Errorf("%s: %q is not a relative path", r.RuleID, uri)
		}
	}
	if len(seen) != len(sample.Report().Findings) {
		t.Errorf("%d results for %d findings", len(seen), len(sample.Report().Findings))
	}
	if want := len(sample.Report().Inconclusive()); reviews != want {
		t.Errorf("%d results to review, want %d", reviews, want)
	}
}

func TestPlacesAreEncoded(t *testing.T) {
	for file, want := range map[string]string{"a b/c#d.go": "a%20b/c%23d.go", "ä.go": "%C3%A4.go", "": "go.mod"} {
		if got := place(report.Position{File: file}).Artifact.URI; got != want {
			t.Errorf("place(%q) = %q, want %q", file, got, want)
		}
	}
}

func many(blockers, minors int) *report.Report {
	tally := func(id string, s rule.Section, sev rule.Severity, n int) report.Criterion {
		t := report.Examine(rule.Rule{ID: id, Section: s, Severity: sev, Ratio: true})
		for i := range n {
			t.Fail(report.Finding{Position: report.Position{File: "a.go", Line: i + 1}, Message: fmt.Sprint(i)})
		}
		return t.Criterion("none")
	}
	return report.Build(report.Report{}, []report.Criterion{
		tally("light", rule.Endpoints, rule.Minor, minors), tally("heavy", rule.Compliant, rule.Blocker, blockers),
	}, report.Gates{})
}

func TestLimits(t *testing.T) {
	one := decode(t, many(30, maxResults))
	if len(one.Results) != maxResults {
		t.Errorf("%d results, want %d", len(one.Results), maxResults)
	}
	for _, r := range one.Results[:30] {
		if r.RuleID != "heavy" {
			t.Fatalf("a %s result comes before the blockers", r.RuleID)
		}
	}
	var said []string
	for _, n := range one.Invocations[0].Notifications {
		said = append(said, n.Message.Text)
	}
	want := []string{
		"30 findings left out, the least severe: a run holds at most 25000 results",
		"25030 findings: code scanning shows the first 5000, the most severe; the JSON report lists all of them",
	}
	if strings.Join(said, "\n") != strings.Join(want, "\n") {
		t.Errorf("said\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	if got := decode(t, many(1, 10)).Invocations[0].Notifications; len(got) != 0 {
		t.Errorf("nothing is cut, but it says %v", got)
	}
}

func TestSuppressionsAndBaseline(t *testing.T) {
	why := "accepted"
	if got := resultOf(report.Finding{Suppressed: &why}, 0).Suppressions; len(got) != 1 || got[0] != (suppression{"inSource", "accepted"}) {
		t.Errorf("suppressions %v", got)
	}
	if got := resultOf(report.Finding{Baselined: true}, 0).Suppressions; len(got) != 1 || got[0] != (suppression{"external", "accepted in the baseline"}) {
		t.Errorf("suppressions of a baselined finding %v", got)
	}
}
