package clienttimeout

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestClientTimeout(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a/...", "b")[Rule.ID]
	if want := (fixture.Tally{Examined: 12, Undecided: 4}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
