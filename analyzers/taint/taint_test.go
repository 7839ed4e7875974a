package taint

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestTaint(t *testing.T) {
	got := fixture.Run(t, Analyzer, "sql/...", "command", "files", "address", "dialer", "redirect", "page", "logline", "upload", "deep")
	want := map[string]fixture.Tally{
		SQLRule.ID:      {Examined: 18, Undecided: 2}, // the two of the store are judged where it is called
		CommandRule.ID:  {Examined: 7},
		PathRule.ID:     {Examined: 33},
		URLRule.ID:      {Examined: 15},
		RedirectRule.ID: {Examined: 7},
		HTMLRule.ID:     {Examined: 19, Undecided: 1},
		LogRule.ID:      {Examined: 13, Suppressed: 1},
		UploadRule.ID:   {Examined: 4},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sites (-want +got):\n%s", diff)
	}
}

// TestPath: a finding shows the way of the input, from the request to the sink.
func TestPath(t *testing.T) {
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, act := range fixture.Analyze(t, dir, []*analysis.Analyzer{Analyzer}, "steps") {
		at := func(pos analysis.RelatedInformation) string {
			return fmt.Sprintf("%d: %s", act.Package.Fset.Position(pos.Pos).Line, pos.Message)
		}
		for _, d := range act.Diagnostics {
			got = append(got, fmt.Sprintf("%d: %s", act.Package.Fset.Position(d.Pos).Line, strings.SplitAfter(d.Message, ":")[0]))
			for _, r := range d.Related {
				got = append(got, "  "+at(r))
			}
		}
	}
	want := []string{
		"26: in.Name from c.BodyParser(&in) reaches os.ReadFile:",
		"  16: in.Name from c.BodyParser(&in) is what the client sends",
		"  15: is kept in in",
		"  24: enters load as name",
		"  25: goes through filepath.Join",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
