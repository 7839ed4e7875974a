package hardcoded

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestHardcoded(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a")[Rule.ID]
	if want := (fixture.Tally{Examined: 14}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
