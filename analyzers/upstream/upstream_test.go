package upstream

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
)

func TestUpstream(t *testing.T) {
	got := fixture.Run(t, Analyzer, "a")
	want := map[string]fixture.Tally{BodyRule.ID: {Examined: 10}, StatusRule.ID: {Examined: 7, Undecided: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sites (-want +got):\n%s", diff)
	}
}
