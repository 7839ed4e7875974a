package text

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/report/diff"
	"github.com/backend-conformance/conformance/report/internal/golden"
	"github.com/backend-conformance/conformance/report/internal/sample"
	"github.com/backend-conformance/conformance/report/json"
	"github.com/backend-conformance/conformance/report/rule"
)

// sampleDiff compares the sample with one that has other findings, rows and marks.
func sampleDiff(t *testing.T) *diff.Diff {
	t.Helper()
	before, after := json.Of(sample.Report()), json.Of(sample.Report())
	before.Findings = before.Findings[2:]
	after.Findings = after.Findings[:len(after.Findings)-2]
	before.Score, before.Coverage.Percent = &json.Interval{Low: "31.5", High: "60.0"}, "70.0"
	before.Sections[0].Score, before.Sections[0].Outcome = &json.Interval{Low: "100.0", High: "100.0"}, "pass"
	before.Endpoints[1].Status, before.Endpoints[2].Auth = "missing", "absent"
	after.Endpoints = after.Endpoints[1:]
	d, err := diff.Of(before, after, rule.Blocker)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDiff(t *testing.T) {
	var out bytes.Buffer
	if err := Diff(&out, sampleDiff(t), Options{}); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "diff.txt", out.Bytes())
	for _, line := range strings.Split(out.String(), "\n") {
		if utf8.RuneCountInString(line) > defaultWidth {
			t.Errorf("wider than %d columns: %s", defaultWidth, line)
		}
	}
}
