package baseline

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/sample"
)

func TestRoundTrip(t *testing.T) {
	r := sample.Report()
	want := Of(r)
	if len(want.Findings) == 0 || len(want.Findings) >= len(r.Findings) {
		t.Fatalf("%d of %d findings are listed; want all but the suppressed ones", len(want.Findings), len(r.Findings))
	}
	var out bytes.Buffer
	if err := want.Write(&out); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("written and read (-want +got):\n%s", diff)
	}
	if stale := got.Stale(r); len(stale) != 0 {
		t.Errorf("stale in the report that it was made of: %v", stale)
	}
}

func TestRead_Errors(t *testing.T) {
	for text, want := range map[string]string{
		``:                       "not a baseline: EOF",
		`{"schemaVersion":1} {}`: "there is more after its end",
		`{"schemaVersion":7}`:    "schemaVersion 7, this version reads 1",
		`[]`:                     "not a baseline",
		`{"schemaVersion":1,"findings":[{"rule":"x"}]}`: "entry 1 of the baseline has no fingerprint",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read(%q): %v; want an error with %q", text, err, want)
		}
	}
}

// What an audit did not decide is not known to be gone.
func TestStale_NeedsAVerdict(t *testing.T) {
	r := sample.Report()
	var decided, open string
	for _, s := range r.Sections {
		for _, c := range s.Criteria {
			switch {
			case c.Outcome == report.Inconclusive || c.Undecided > 0:
				open = c.Rule.ID
			case c.Outcome == report.Pass:
				decided = c.Rule.ID
			}
		}
	}
	gone := Entry{"1", decided, "a.go", "m"}
	b := &Baseline{SchemaVersion, []Entry{gone, {"2", open, "a.go", "m"}, {"3", "of-no-run", "a.go", "m"}}}
	if diff := cmp.Diff([]Entry{gone}, b.Stale(r)); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
	if left := b.Without(b.Stale(r)); len(left.Findings) != 2 {
		t.Errorf("%d entries left, want 2", len(left.Findings))
	}
}
