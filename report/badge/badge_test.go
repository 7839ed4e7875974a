package badge

import (
	"bytes"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/golden"
	"github.com/backend-conformance/conformance/report/internal/sample"
)

func TestGolden(t *testing.T) {
	for name, r := range map[string]*report.Report{"report.badge.json": sample.Report(), "report-pass.badge.json": sample.Conforming()} {
		var out bytes.Buffer
		if err := Write(&out, r); err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, name, out.Bytes())
	}
}

func TestMessageAndColour(t *testing.T) {
	score := func(a, b int64) *report.Interval {
		return &report.Interval{Low: big.NewRat(a, b), High: big.NewRat(100, 1)}
	}
	for _, tt := range []struct {
		r              report.Report
		message, color string
		isError        bool
	}{
		{report.Report{Verdict: report.VerdictPass, Score: score(100, 1)}, "100.0", "brightgreen", false},
		{report.Report{Verdict: report.VerdictPass, Score: score(8999, 100)}, "89.9", "green", false},
		{report.Report{Verdict: report.VerdictPass, Score: score(0, 1)}, "0.0", "red", false},
		{report.Report{Verdict: report.VerdictFail, Score: score(95, 1)}, "95.0 failing", "red", true},
		{report.Report{Verdict: report.VerdictUndecided, Score: score(95, 1)}, "95.0 undecided", "lightgrey", false},
		{report.Report{Verdict: report.VerdictUndecided}, "no score undecided", "lightgrey", false},
	} {
		var out bytes.Buffer
		if err := Write(&out, &tt.r); err != nil {
			t.Fatal(err)
		}
		var got endpoint
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if want := (endpoint{1, "conformance", tt.message, tt.color, tt.isError}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}
