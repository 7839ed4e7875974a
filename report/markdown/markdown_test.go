package markdown

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

func render(t *testing.T, r *report.Report, opts Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r, opts); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	golden.Compare(t, "report.md", []byte(render(t, sample.Report(), Options{})))
	golden.Compare(t, "report-pass.md", []byte(render(t, sample.Conforming(), Options{})))
}

func TestCommentHasMarkerAndBudget(t *testing.T) {
	out := render(t, sample.Report(), Options{Budget: CommentBudget, Marker: CommentMarker})
	if !strings.HasPrefix(out, CommentMarker+"\n") {
		t.Errorf("starts with %.40q, want the marker", out)
	}
}

// huge has n findings of each severity.
func huge(n int) *report.Report {
	var cs []report.Criterion
	for _, sev := range []rule.Severity{rule.Blocker, rule.Major, rule.Minor} {
		t := report.Examine(rule.Rule{ID: "r-" + sev.String(), Title: "t", Section: rule.Endpoints, Severity: sev, Ratio: true})
		for k := range n {
			t.Fail(report.Finding{Position: report.Position{File: "a.go", Line: k + 1}, Message: fmt.Sprintf("%s defect number %d", sev, k)})
		}
		cs = append(cs, t.Criterion("none"))
	}
	return report.Build(report.Report{Module: "m"}, cs, report.Gates{})
}

func TestBudgetCutsTheLeastSevereAndSaysSo(t *testing.T) {
	for _, budget := range []int{CommentBudget, SummaryBudget} {
		n := budget / 80 // two of three severities do not fit
		out := render(t, huge(n), Options{Budget: budget})
		if len(out) > budget {
			t.Errorf("budget %d: wrote %d bytes", budget, len(out))
		}
		if len(out) < budget*9/10 {
			t.Errorf("budget %d: wrote only %d bytes", budget, len(out))
		}
		for sev, all := range map[string]bool{"blocker": true, "minor": false} {
			kept := strings.Count(out, sev+" defect number")
			if all && kept != n || !all && kept != 0 {
				t.Errorf("budget %d: %d of %d %s findings kept", budget, kept, n, sev)
			}
		}
		said := 0
		for _, l := range strings.Split(out, "\n") {
			var k int
			if c, _ := fmt.Sscanf(l, "… %d of the", &k); c == 1 {
				said += k
			}
		}
		if kept := strings.Count(out, "defect number"); said+kept != 3*n {
			t.Errorf("budget %d: kept %d, said %d left out, want %d together", budget, kept, said, 3*n)
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	for in, want := range map[string]string{
		"a | b":               `a \| b`,
		"<img src=x>":         "&lt;img src=x&gt;",
		"[x](http://evil)":    `\[x\](http://evil)`,
		"ping @octocat":       "ping @\u200boctocat",
		"see #12":             "see #\u200b12",
		"two\nlines":          "two lines",
		"(*Handler).Get_user": `(\*Handler).Get\_user`,
	} {
		if got := escape(in); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"a": "`a`", "a`b": "`` a`b ``", "a``b": "`` a` `b ``", "a|b": "`a\\|b`", "": ""} {
		if got := code(in); got != want {
			t.Errorf("code(%q) = %q, want %q", in, got, want)
		}
	}
}
