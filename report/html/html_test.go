package html

import (
	"bytes"
	"regexp"
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
	golden.Compare(t, "report.html", []byte(render(t, sample.Report())))
	golden.Compare(t, "report-pass.html", []byte(render(t, sample.Conforming())))
}

// The page must work from a file, offline, with scripts turned off.
func TestSelfContained(t *testing.T) {
	page := render(t, sample.Report())
	for _, bad := range []string{"<script", "<link", "<img", "@import", "url(", "ZgotmplZ", "<no value>"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "#") && !strings.HasPrefix(m[1], "https://github.com/backend-conformance/conformance/") {
			t.Errorf("the page points to %s", m[1])
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	x := report.Examine(rule.Rule{ID: "r", Title: "t", Section: rule.Tests, Severity: rule.Minor})
	x.Fail(report.Finding{Message: `<script>alert(1)</script>`, Position: report.Position{File: `"><b>.go`}})
	page := render(t, report.Build(report.Report{Module: "</title><script>"}, []report.Criterion{x.Criterion("none")}, report.Gates{}))
	if strings.Contains(page, "<script") || strings.Contains(page, `"><b>.go`) {
		t.Error("text of the repository became markup")
	}
	if !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Error("the message is not shown")
	}
}

func TestEverythingIsThere(t *testing.T) {
	page := render(t, sample.Report())
	r := sample.Report()
	for _, f := range r.Findings {
		if n := strings.Count(page, ">"+f.Position.String()+"<"); n == 0 {
			t.Errorf("%s is not on the page", f.Position)
		}
	}
	if got := strings.Count(page, "<tr><td><code><b>"); got != len(r.Endpoints) {
		t.Errorf("%d endpoints on the page, want %d", got, len(r.Endpoints))
	}
}
