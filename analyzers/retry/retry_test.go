package retry

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestRetry(t *testing.T) {
	got := fixture.Run(t, Analyzer, "./...")[Rule.ID]
	if want := (fixture.Tally{Examined: 3, Undecided: 1}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
