package errorignored

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestErrorIgnored(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a")[Rule.ID]
	if want := (fixture.Tally{Examined: 10, Undecided: 2, Suppressed: 1}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
