package cookie

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestCookie(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a")[Rule.ID]
	if want := (fixture.Tally{Examined: 7, Undecided: 0}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
