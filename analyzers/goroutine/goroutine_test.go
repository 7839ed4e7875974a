package goroutine

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestGoroutine(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a")[Rule.ID]
	if want := (fixture.Tally{Examined: 18, Undecided: 3}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
