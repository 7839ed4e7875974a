package cryptoweak

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestCryptoWeak(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a")[Rule.ID]
	if want := (fixture.Tally{Examined: 9, Undecided: 2}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
