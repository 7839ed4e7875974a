package servertimeout

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestServerTimeout(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a/...")[Rule.ID]
	if want := (fixture.Tally{Examined: 16, Undecided: 5}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
