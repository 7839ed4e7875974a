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
}

func (g Gates) selects(id rule.Section) bool {
	return len(g.Sections) == 0 || slices.Contains(g.Sections, id)
}

// judge evaluates every gate; the verdict is the worst of them.
func (g Gates) judge(r *Report) ([]Gate, Verdict) {
	var gates []Gate
	if g.FailOn != 0 {
		gates = append(gates, g.failOn(r))
	}
	if g.MinScore != nil {
		gates = append(gates, minimum("min-score", g.MinScore, r.Score))
	}
	for _, s := range r.Sections {
		if want := g.MinSection[s.ID]; want != nil {
			gates = append(gates, minimum("min-section "+string(s.ID), want, s.Score))
		}
	}
	verdict := VerdictPass
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

// failOn counts live findings; without any, an inconclusive criterion of that
// weight leaves the gate open.
func (g Gates) failOn(r *Report) Gate {
	gate := Gate{Name: "fail-on " + g.FailOn.String(), Want: "0 findings", Verdict: VerdictPass}
	n := 0
	for _, f := range r.Findings {
		if f.Severity >= g.FailOn && f.live() {
			n++
		}
	}
	gate.Got = plural(n, "finding")
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
		gate.Got = "0 findings, " + plural(open, "inconclusive criterion")
	}
	return gate
}

func minimum(name string, want *big.Rat, got *Interval) Gate {
	gate := Gate{Name: name, Want: ">= " + trimZeros(want), Verdict: VerdictPass}
	if got == nil {
		gate.Got = "not applicable"
		return gate
	}
	gate.Got = got.String()
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
func (i Interval) String() string {
	if i.Low.Cmp(i.High) == 0 {
		return Decimal(i.Low)
	}
	return fmt.Sprintf("%s (up to %s)", Decimal(i.Low), Decimal(i.High))
}

func trimZeros(v *big.Rat) string {
	if v.IsInt() {
		return v.Num().String()
	}
	return v.FloatString(1)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if noun == "inconclusive criterion" {
		return fmt.Sprintf("%d inconclusive criteria", n)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
