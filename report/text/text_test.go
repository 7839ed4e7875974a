package text

import (
	"bytes"
	"testing"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/golden"
	"github.com/backend-conformance/conformance/report/internal/sample"
)

func TestGolden(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    *report.Report
		opts Options
	}{
		{"report.txt", sample.Report(), Options{}},
		{"report-color.txt", sample.Report(), Options{Color: true}},
		{"report-verbose.txt", sample.Report(), Options{Verbose: true, Width: 120}},
		{"report-pass.txt", sample.Conforming(), Options{Width: 80}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := Write(&out, tt.r, tt.opts); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, tt.name, out.Bytes())
		})
	}
}
