package errorcontext

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestErrorContext(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a")[Rule.ID]
	if want := (fixture.Tally{Examined: 15, Undecided: 3}); got != want {
		t.Errorf("sites: got %+v, want %+v", got, want)
	}
}

func TestVerbs(t *testing.T) {
	for format, want := range map[string]string{
		"%s: %v": "sv", "100%% %w": "w", "%+v %-5d": "vd", "%*d %s": "*ds", "%[2]v": "", "plain": "",
	} {
		if diff := cmp.Diff(want, string(verbs(format))); diff != "" {
			t.Errorf("verbs(%q) (-want +got):\n%s", format, diff)
		}
	}
}
