package crashinput

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestCrashInput(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a/...")[Rule.ID]
	if want := (fixture.Tally{Examined: 45, Undecided: 7}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
