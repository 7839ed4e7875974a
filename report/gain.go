package report

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/backend-conformance/conformance/report/rule"
)

// Gain is what one rule would bring if it were satisfied everywhere.
type Gain struct {
	Criterion Criterion
	// Total and Section are points of the low scores gained by this rule alone;
	// Uncapped is the total's gain before caps, which tells rules apart where
	// another blocker holds the score.
	Total, Section, Uncapped *big.Rat
	// Settle means that there is nothing to mend: the points come when what is
	// inconclusive is decided in the repository's favour.
	Settle bool
}

// Example is a place to start with; not valid where the rule has no finding.
func (g Gain) Example() Position {
	for _, f := range g.Criterion.Findings {
		if f.Live() {
			return f.Position
		}
	}
	if len(g.Criterion.Findings) > 0 {
		return g.Criterion.Findings[0].Position
	}
	return Position{}
}

// Gains lists what to fix first. The score is computed anew with each rule
// satisfied. Blockers that cap the score lead, since nothing else counts fully
// before them; then the rules with the most points of the total.
func Gains(r *Report) []Gain {
	if r.Score == nil {
		return nil
	}
	var gains []Gain
	for i, s := range r.Sections {
		for j, c := range s.Criteria {
			if c.scored() && (c.Outcome != Pass) {
				gains = append(gains, r.gain(i, j))
			}
		}
	}
	slices.SortStableFunc(gains, func(a, b Gain) int {
		return cmp.Or(
			compareBool(a.Criterion.Caps(), b.Criterion.Caps()),
			b.Total.Cmp(a.Total),
			b.Uncapped.Cmp(a.Uncapped),
			compareBool(!a.Settle, !b.Settle),
			cmp.Compare(b.Criterion.Rule.Severity, a.Criterion.Rule.Severity),
			cmp.Compare(a.Criterion.Rule.ID, b.Criterion.Rule.ID),
		)
	})
	return gains
}

// gain recomputes the score with criterion j of section i satisfied.
func (r *Report) gain(i, j int) Gain {
	before := r.Sections[i]
	c := before.Criteria[j]
	settle := c.Outcome == Inconclusive
	criteria := slices.Clone(before.Criteria)
	criteria[j] = c.satisfied(settle)
	sections := slices.Clone(r.Sections)
	sections[i] = scoreSection(before.ID, criteria)
	score, uncapped := scoreTotal(sections)
	return Gain{
		Criterion: c,
		Total:     new(big.Rat).Sub(score.Low, r.Score.Low),
		Section:   new(big.Rat).Sub(sections[i].Score.Low, before.Score.Low),
		Uncapped:  new(big.Rat).Sub(uncapped.Low, r.Uncapped.Low),
		Settle:    settle,
	}
}

// satisfied is the criterion with its defects mended; what is undecided stays
// so unless settled says that it turned out well.
func (c Criterion) satisfied(settled bool) Criterion {
	if settled {
		return Criterion{Rule: c.Rule, Outcome: Pass, Satisfied: max(1, c.Examined), Examined: max(1, c.Examined)}
	}
	fixed := c
	fixed.Findings = nil
	if c.threshold != nil {
		fixed.threshold, fixed.Outcome = big.NewRat(1, 1), Pass
		return fixed
	}
	fixed.Satisfied = c.Examined - c.Undecided
	fixed.Outcome = Pass
	if c.Undecided > 0 {
		fixed.Outcome = Inconclusive
	}
	return fixed
}

// Mendable are the gains that come from mending something, in the same order.
func Mendable(gains []Gain) []Gain {
	return slices.DeleteFunc(slices.Clone(gains), func(g Gain) bool { return g.Settle })
}

// Settlement is one reason for which rules are inconclusive, and what it would
// bring if all of them turned out well.
type Settlement struct {
	Reason string
	// Points are of the total before caps, where gains add up exactly.
	Points *big.Rat
	Rules  []rule.Rule
}

// Settlements groups what is inconclusive by its reason, the weightiest first.
func Settlements(gains []Gain) []Settlement {
	var list []Settlement
	place := map[string]int{}
	for _, g := range gains {
		if !g.Settle {
			continue
		}
		c := g.Criterion
		i, known := place[c.Reason]
		if !known {
			i = len(list)
			place[c.Reason] = i
			list = append(list, Settlement{Reason: c.Reason, Points: new(big.Rat)})
		}
		list[i].Points.Add(list[i].Points, g.Uncapped)
		list[i].Rules = append(list[i].Rules, c.Rule)
	}
	slices.SortStableFunc(list, func(a, b Settlement) int {
		return cmp.Or(b.Points.Cmp(a.Points), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}

// CapsMatter reports whether a cap changes what any of the rules would bring.
func CapsMatter(gains []Gain) bool {
	return slices.ContainsFunc(gains, func(g Gain) bool { return g.Total.Cmp(g.Uncapped) != 0 })
}

// compareBool puts true first.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
