package sensitivelog

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestSensitiveLog(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a/...")[Rule.ID]
	if want := (fixture.Tally{Examined: 11, Undecided: 1}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}
