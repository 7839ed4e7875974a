package undocumented

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestUndocumented(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a/...")[Rule.ID]
	if want := (fixture.Tally{Examined: 2, Undecided: 0}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
