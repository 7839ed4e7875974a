package github

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/golden"
	"github.com/backend-conformance/conformance/report/internal/sample"
	"github.com/backend-conformance/conformance/report/rule"
)

func render(t *testing.T, r *report.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	golden.Compare(t, "report.github", []byte(render(t, sample.Report())))
	golden.Compare(t, "report-pass.github", []byte(render(t, sample.Conforming())))
}

// many builds a report with n findings of each severity.
func many(n int) *report.Report {
	var cs []report.Criterion
	for i, sev := range []rule.Severity{rule.Minor, rule.Major, rule.Blocker, rule.Info} {
		t := report.Examine(rule.Rule{ID: "r-" + sev.String(), Section: rule.Sections()[i], Severity: sev, Ratio: true})
		for k := range n {
			t.Fail(report.Finding{Position: report.Position{File: "a.go", Line: k + 1}, Message: fmt.Sprintf("%s %d", sev, k)})
		}
		cs = append(cs, t.Criterion("none"))
	}
	return report.Build(report.Report{}, cs, report.Gates{FailOn: rule.Blocker})
}

func TestLimits(t *testing.T) {
	out := render(t, many(25))
	for prefix, want := range map[string]int{"::error ": 10, "::warning ": 10, "::notice ": 1} {
		if got := strings.Count(out, prefix); got != want {
			t.Errorf("%d lines with %q, want %d", got, prefix, want)
		}
	}
	if !strings.Contains(out, "80 of 100 findings without annotation here (25 suppressed, baselined or of severity info)") {
		t.Errorf("what is cut is not said:\n%s", out)
	}
	if strings.Contains(out, "::warning file=a.go,line=1,title=r-minor") {
		t.Error("a minor finding took the place of a major one")
	}
}

func TestEscaping(t *testing.T) {
	f := report.Finding{Position: report.Position{File: "a,b:c%.go", Line: 3, Column: 4, EndLine: 5}, Message: "50% done\r\n::error::forged: a, b"}
	x := report.Examine(rule.Rule{ID: "one", Section: rule.Endpoints, Severity: rule.Blocker})
	x.Fail(f)
	out := render(t, report.Build(report.Report{}, []report.Criterion{x.Criterion("none")}, report.Gates{}))
	want := "::error file=a%2Cb%3Ac%25.go,line=3,endLine=5,col=4,title=one (D1%2C blocker)::50%25 done%0D%0A::error::forged: a, b\n"
	if got, _, _ := strings.Cut(out, "::notice"); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
