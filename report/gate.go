package report

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/backend-conformance/conformance/report/rule"
)

// Verdict is the answer of all gates together.
type Verdict string

// Undecided means that what is inconclusive would decide a gate.
const (
	VerdictPass      Verdict = "pass"
	VerdictFail      Verdict = "fail"
	VerdictUndecided Verdict = "undecided"
)

// Gate is one condition and how it came out.
type Gate struct {
	Name, Want, Got string
	Verdict         Verdict
}

// Gates are the conditions that decide the exit code.
type Gates struct {
	// FailOn fails on live findings of this severity or heavier; 0 turns it off.
	FailOn rule.Severity
	// MinScore and MinSection are compared with exact scores; nil is no bound.
	MinScore   *big.Rat
	MinSection map[rule.Section]*big.Rat
	// Sections limits the report to these; empty means all sixteen.
	Sections []rule.Section
	// Baseline holds the fingerprints of findings that were accepted earlier; nil
	// where no list was given.
	Baseline map[string]bool
}

func (g Gates) selects(id rule.Section) bool {
	return len(g.Sections) == 0 || slices.Contains(g.Sections, id)
}

// judge evaluates every gate; the verdict is the worst of them. A report that
// examined nothing is undecided whatever the gates say: a pass needs evidence.
func (g Gates) judge(r *Report) ([]Gate, Verdict) {
	var gates []Gate
	if g.FailOn != 0 {
		gates = append(gates, g.failOn(r))
	}
	if g.MinScore != nil {
		gates = append(gates, minimum("min-score", g.MinScore, r.Score, r.Score != nil))
	}
	for _, id := range rule.Sections() {
		if want := g.MinSection[id]; want != nil {
			s, found := r.section(id)
			gates = append(gates, minimum("min-section "+string(id), want, s.Score, found))
		}
	}
	verdict := VerdictPass
	if !r.examined() {
		verdict = VerdictUndecided
	}
	for _, gate := range gates {
		switch {
		case gate.Verdict == VerdictFail:
			verdict = VerdictFail
		case gate.Verdict == VerdictUndecided && verdict == VerdictPass:
			verdict = VerdictUndecided
		}
	}
	return gates, verdict
}

// section finds a section of the report.
func (r *Report) section(id rule.Section) (Section, bool) {
	for _, s := range r.Sections {
		if s.ID == id {
			return s, true
		}
	}
	return Section{}, false
}

// examined reports whether any site of any scored rule was looked at.
func (r *Report) examined() bool {
	for _, s := range r.Sections {
		for _, c := range s.Criteria {
			if c.scored() && c.Examined > 0 {
				return true
			}
		}
	}
	return false
}

// failOn counts live findings; without any, an inconclusive criterion of that
// weight leaves the gate open.
func (g Gates) failOn(r *Report) Gate {
	noun := "finding"
	if g.Baseline != nil {
		noun = "new finding"
	}
	gate := Gate{Name: "fail-on " + g.FailOn.String(), Want: Plural(0, noun), Verdict: VerdictPass}
	n := 0
	for _, f := range r.Findings {
		if f.Severity >= g.FailOn && f.Live() {
			n++
		}
	}
	gate.Got = Plural(n, noun)
	if n > 0 {
		gate.Verdict = VerdictFail
		return gate
	}
	open := 0
	for _, c := range r.Inconclusive() {
		if c.Rule.Severity >= g.FailOn {
			open++
		}
	}
	if open > 0 {
		gate.Verdict = VerdictUndecided
		gate.Got = Plural(0, noun) + ", " + Plural(open, "inconclusive criterion")
	}
	return gate
}

// minimum compares an exact score with its bound. judged is false where the
// report holds no such score at all, which no bound can pass; a section that
// does not apply passes.
func minimum(name string, want *big.Rat, got *Interval, judged bool) Gate {
	gate := Gate{Name: name, Want: ">= " + exactDecimal(want), Verdict: VerdictPass}
	switch {
	case !judged:
		gate.Got, gate.Verdict = "not examined", VerdictUndecided
		return gate
	case got == nil:
		gate.Got = "not applicable"
		return gate
	}
	gate.Got = got.format(max(1, decimals(want)))
	switch {
	case got.Low.Cmp(want) >= 0:
	case got.High.Cmp(want) >= 0:
		gate.Verdict = VerdictUndecided
	default:
		gate.Verdict = VerdictFail
	}
	return gate
}

// String shows the headline and, where it differs, the upper bound.
func (i Interval) String() string { return i.format(1) }

// format floors to the given number of decimals. With those of a bound, the
// shown value reaches the bound exactly if the exact one does.
func (i Interval) format(decimals int) string {
	low, high := Floor(i.Low, decimals), Floor(i.High, decimals)
	if low == high {
		return low
	}
	return fmt.Sprintf("%s (up to %s)", low, high)
}

// decimals is how many decimals it takes to write v exactly, at most 6.
func decimals(v *big.Rat) int {
	n, exact := v.FloatPrec()
	if !exact {
		return 6
	}
	return min(n, 6)
}

// exactDecimal writes a bound as it was given: 80, 79.96.
func exactDecimal(v *big.Rat) string { return v.FloatString(decimals(v)) }
