package rdjson

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/golden"
	"github.com/backend-conformance/conformance/report/internal/sample"
	"github.com/backend-conformance/conformance/report/rule"
)

func TestGolden(t *testing.T) {
	for name, r := range map[string]*report.Report{"report.rdjson": sample.Report(), "report-pass.rdjson": sample.Conforming()} {
		var out bytes.Buffer
		if err := Write(&out, r); err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, name, out.Bytes())
		if !json.Valid(out.Bytes()) {
			t.Errorf("%s is not JSON", name)
		}
	}
}

func TestPlaces(t *testing.T) {
	f := report.Finding{Rule: "x", Severity: rule.Blocker, Message: "m"}
	if got := diagnosticOf(f); got.Location.Path != "go.mod" || got.Location.Range != nil || got.Severity != "ERROR" {
		t.Errorf("without a file: %+v", got)
	}
	f.Position = report.Position{File: "a.go", Line: 3, Column: 2, EndLine: 5}
	want := location{"a.go", &span{position{3, 2}, &position{Line: 5}}}
	if diff := cmp.Diff(want, diagnosticOf(f).Location); diff != "" {
		t.Error(diff)
	}
}
