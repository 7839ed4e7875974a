package junit

import (
	"bytes"
	"encoding/xml"
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

func TestGolden(t *testing.T) {
	golden.Compare(t, "report.junit.xml", render(t, sample.Report()))
	golden.Compare(t, "report-pass.junit.xml", render(t, sample.Conforming()))
}

func TestCaseOf(t *testing.T) {
	tally := func(sev rule.Severity, fs ...report.Finding) report.Criterion {
		t := report.Examine(rule.Rule{ID: "r", Title: "t", Section: rule.Tests, Severity: sev})
		for _, f := range fs {
			t.Fail(f)
		}
		return t.Criterion("none")
	}
	why := "accepted"
	r := rule.Rule{ID: "r", Section: rule.Tests, Severity: rule.Minor}
	pass := report.Examine(r)
	pass.Pass()
	for name, tt := range map[string]struct {
		c                       report.Criterion
		failed, broken, skipped bool
	}{
		"pass":           {pass.Criterion("none"), false, false, false},
		"fail":           {tally(rule.Minor, report.Finding{Message: "m"}), true, false, false},
		"info":           {tally(rule.Info, report.Finding{Message: "m"}), false, false, false},
		"suppressed":     {tally(rule.Minor, report.Finding{Message: "m", Suppressed: &why}), false, false, true},
		"one live":       {tally(rule.Minor, report.Finding{Message: "m", Baselined: true}, report.Finding{Message: "n"}), true, false, false},
		"not applicable": {report.NotApplicableTo(r, "none"), false, false, true},
		"inconclusive":   {report.CannotTell(r, "why"), false, true, false},
	} {
		got := caseOf(tt.c)
		if (got.Failure != nil) != tt.failed || (got.Error != nil) != tt.broken || (got.Skipped != nil) != tt.skipped {
			t.Errorf("%s: failure %v, error %v, skipped %v", name, got.Failure, got.Error, got.Skipped)
		}
	}
}

func TestHostileTextKeepsTheDocumentReadable(t *testing.T) {
	x := report.Examine(rule.Rule{ID: "r", Title: "t", Section: rule.Tests, Severity: rule.Minor})
	x.Fail(report.Finding{Message: "nul \x00 escape \x1b bad \xff end ]]> <b>"})
	out := render(t, report.Build(report.Report{}, []report.Criterion{x.Criterion("none")}, report.Gates{}))
	var back suites
	if err := xml.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	for _, s := range back.Suites {
		if s.Failures == 1 {
			if got, want := s.Cases[0].Failure.Text, "\nnul ? escape ? bad ? end ]]> <b>\n"; got != want {
				t.Errorf("text %q, want %q", got, want)
			}
			return
		}
	}
	t.Error("the failure is gone")
}
