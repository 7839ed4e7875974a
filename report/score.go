package report

import (
	"math/big"

	"github.com/backend-conformance/conformance/report/rule"
)

// Caps that a failed blocker puts on its section and on the total.
const (
	sectionCap = 49
	totalCap   = 69
)

// Interval is a score between 0 and 100: Low counts what is inconclusive as 0,
// High counts it as 1. The values are exact; see Decimal for display.
type Interval struct{ Low, High *big.Rat }

// Section is one deliverable or output standard with its verdict.
type Section struct {
	ID      rule.Section
	Outcome Outcome
	// Reason explains a section that is not applicable or has nothing that could run.
	Reason string
	// Score is nil where the section does not apply. Uncapped is before blocker caps.
	Score, Uncapped *Interval
	Criteria        []Criterion
}

// Capped reports whether a failed blocker limits the section.
func (s Section) Capped() bool {
	return s.Score != nil && (s.Score.Low.Cmp(s.Uncapped.Low) != 0 || s.Score.High.Cmp(s.Uncapped.High) != 0)
}

// Possible is the sum of the weights of the criteria that take part.
func (s Section) Possible() int64 {
	var n int64
	for _, c := range s.Criteria {
		if c.scored() {
			n += c.Rule.Severity.Weight()
		}
	}
	return n
}

// Points are the criterion's share of its section's sum: earned of possible,
// in units of the severity's weight. High counts undecided sites as satisfied.
// All are zero for a criterion that does not take part.
func (c Criterion) Points() (low, high *big.Rat, possible int64) {
	if !c.scored() {
		return new(big.Rat), new(big.Rat), 0
	}
	w := c.Rule.Severity.Weight()
	l, h := c.ratio()
	weight := big.NewRat(w, 1)
	return new(big.Rat).Mul(l, weight), new(big.Rat).Mul(h, weight), w
}

// Ratio is the criterion's r with undecided sites counted as bad.
func (c Criterion) Ratio() *big.Rat {
	low, _ := c.ratio()
	return low
}

// IsThreshold reports whether the ratio is a measured value against a bound
// rather than counted sites.
func (c Criterion) IsThreshold() bool { return c.threshold != nil }

// scoreSection judges one section from its criteria.
func scoreSection(id rule.Section, criteria []Criterion) Section {
	s := Section{ID: id, Criteria: criteria}
	if len(criteria) == 0 {
		s.Outcome = Inconclusive
		s.Reason = "no rule of this section ran"
		s.Score = &Interval{big.NewRat(0, 1), big.NewRat(100, 1)}
		s.Uncapped = s.Score
		return s
	}
	low, high := new(big.Rat), new(big.Rat)
	for _, c := range criteria {
		l, h, _ := c.Points()
		low.Add(low, l)
		high.Add(high, h)
	}
	s.Outcome, s.Reason = sectionOutcome(criteria)
	possible := s.Possible()
	if possible == 0 {
		return s
	}
	scale := big.NewRat(100, possible)
	s.Uncapped = &Interval{low.Mul(low, scale), high.Mul(high, scale)}
	s.Score = capInterval(s.Uncapped, sectionCap, cappedBy(criteria))
	return s
}

// sectionOutcome folds the criteria: a blocker that fails outright, or nothing
// but failures, fails the section; any other defect makes it partial, what is
// undecided makes it inconclusive. The reason is for what does not apply.
func sectionOutcome(criteria []Criterion) (Outcome, string) {
	count := map[Outcome]int{}
	scored, reason := 0, "only informational rules apply"
	for i := len(criteria) - 1; i >= 0; i-- { // the first reason, the heaviest rule's, is kept
		c := criteria[i]
		if c.scored() {
			scored++
			count[c.Outcome]++
		} else if c.Outcome == NotApplicable && c.Reason != "" {
			reason = c.Reason
		}
	}
	switch {
	case scored == 0:
		return NotApplicable, reason
	case cappedBy(criteria).high || count[Fail] == scored:
		return Fail, ""
	case count[Fail]+count[Partial] > 0:
		return Partial, ""
	case count[Inconclusive] > 0:
		return Inconclusive, ""
	}
	return Pass, ""
}

// bounds says which ends of an interval a cap applies to.
type bounds struct{ low, high bool }

// caps says which bounds a blocker that fails outright limits: r < 1/2 for a
// ratio, any failure otherwise. Undecided sites alone never cap.
func (c Criterion) caps() bounds {
	if c.Rule.Severity != rule.Blocker || (c.Outcome != Fail && c.Outcome != Partial) {
		return bounds{}
	}
	half := big.NewRat(1, 2)
	low, high := c.ratio()
	return bounds{low.Cmp(half) < 0, high.Cmp(half) < 0}
}

// Caps reports whether the criterion is a blocker that fails outright, which
// limits its section and the total.
func (c Criterion) Caps() bool { return c.caps().low }

// cappedBy joins the caps of several criteria.
func cappedBy(criteria []Criterion) bounds {
	var b bounds
	for _, c := range criteria {
		one := c.caps()
		b.low, b.high = b.low || one.low, b.high || one.high
	}
	return b
}

func capInterval(in *Interval, limit int64, b bounds) *Interval {
	most := big.NewRat(limit, 1)
	out := &Interval{in.Low, in.High}
	if b.low && out.Low.Cmp(most) > 0 {
		out.Low = most
	}
	if b.high && out.High.Cmp(most) > 0 {
		out.High = most
	}
	return out
}

// scoreTotal is the weighted mean of the applicable sections, before and after
// the caps. With no applicable section both are nil.
func scoreTotal(sections []Section) (score, uncapped *Interval) {
	var weight int64
	var caps bounds
	mean := [4]*big.Rat{{}, {}, {}, {}}
	for _, s := range sections {
		if s.Score == nil {
			continue
		}
		w := big.NewRat(int64(s.ID.Weight()), 1)
		weight += int64(s.ID.Weight())
		for i, v := range []*big.Rat{s.Score.Low, s.Score.High, s.Uncapped.Low, s.Uncapped.High} {
			mean[i].Add(mean[i], new(big.Rat).Mul(v, w))
		}
		b := cappedBy(s.Criteria)
		caps.low, caps.high = caps.low || b.low, caps.high || b.high
	}
	if weight == 0 {
		return nil, nil
	}
	for _, m := range mean {
		m.Quo(m, big.NewRat(weight, 1))
	}
	return capInterval(&Interval{mean[0], mean[1]}, totalCap, caps), &Interval{mean[2], mean[3]}
}

// Floor cuts an exact value down to the given number of decimals: 79.96 shows
// as 79.9, never as 80.0.
func Floor(v *big.Rat, decimals int) string {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	scaled := new(big.Rat).Mul(v, new(big.Rat).SetInt(scale))
	whole := new(big.Int).Div(scaled.Num(), scaled.Denom()) // Euclidean: floor for positive values
	return new(big.Rat).SetFrac(whole, scale).FloatString(decimals)
}

// Decimal is the display form of a score: one decimal, floored.
func Decimal(v *big.Rat) string { return Floor(v, 1) }
