package report

import (
	"cmp"
	"fmt"
	"math/big"

	"github.com/backend-conformance/conformance/report/rule"
)

// Criterion is the verdict on one rule: how many sites were examined, how many
// satisfy it, how many could not be decided, and the findings. Build one with
// Examine, NotApplicableTo or CannotTell.
type Criterion struct {
	Rule    rule.Rule
	Outcome Outcome
	// Satisfied + failed + Undecided = Examined.
	Satisfied, Examined, Undecided int
	// Reason explains not applicable and inconclusive, and what would settle it.
	Reason string
	// Evidence holds places that show a pass, or why the rule does not apply.
	Evidence []Related
	Findings []Finding
	// Under is the id of the rule whose findings stand for a failure here too: one
	// cause is reported once. Empty for a failure of its own.
	Under string
	// threshold is the exact ratio of a threshold rule; nil for counted sites.
	threshold *big.Rat
}

// failed is the number of sites that violate the rule.
func (c Criterion) failed() int { return c.Examined - c.Satisfied - c.Undecided }

// scored reports whether the criterion takes part in its section's score.
func (c Criterion) scored() bool {
	return c.Outcome != NotApplicable && c.Rule.Severity.Weight() > 0
}

// ratio is the criterion's r, once with undecided sites as bad and once as good.
func (c Criterion) ratio() (low, high *big.Rat) {
	switch {
	case c.threshold != nil:
		return c.threshold, c.threshold
	case c.Examined <= 0: // nothing could be looked at
		return big.NewRat(0, 1), big.NewRat(1, 1)
	case c.Rule.Ratio:
		n := int64(c.Examined)
		return big.NewRat(int64(c.Satisfied), n), big.NewRat(int64(c.Satisfied+c.Undecided), n)
	case c.failed() > 0:
		return big.NewRat(0, 1), big.NewRat(0, 1)
	case c.Undecided > 0:
		return big.NewRat(0, 1), big.NewRat(1, 1)
	}
	return big.NewRat(1, 1), big.NewRat(1, 1)
}

// Tally collects the sites of one rule; Criterion turns it into a verdict.
type Tally struct{ c Criterion }

// Examine starts a tally.
func Examine(r rule.Rule) *Tally { return &Tally{Criterion{Rule: r}} }

// Pass counts one site that satisfies the rule. Evidence is worth giving for
// the sites that a reader wants to see; it may be left out for long lists.
func (t *Tally) Pass(evidence ...Related) {
	t.PassN(1, evidence...)
}

// PassN counts n satisfied sites.
func (t *Tally) PassN(n int, evidence ...Related) {
	t.c.Examined += n
	t.c.Satisfied += n
	t.c.Evidence = append(t.c.Evidence, evidence...)
}

// Fail counts one site that violates the rule. Rule, section and severity are
// filled in.
func (t *Tally) Fail(f Finding) {
	t.c.Examined++
	t.Also(f)
}

// FailN counts n violating sites that one finding describes together.
func (t *Tally) FailN(n int, f Finding) {
	t.c.Examined += n
	t.Also(f)
}

// Also adds a further finding about a site that is already counted as failed.
func (t *Tally) Also(f Finding) {
	f.Rule, f.Section, f.Severity = t.c.Rule.ID, t.c.Rule.Section, t.c.Rule.Severity
	t.c.Findings = append(t.c.Findings, f)
}

// Undecided counts one site about which nothing can be said. The first reason
// given is the one that is shown; say what would settle it.
func (t *Tally) Undecided(reason string, evidence ...Related) {
	t.UndecidedN(1, reason, evidence...)
}

// UndecidedN counts n undecided sites with one reason.
func (t *Tally) UndecidedN(n int, reason string, evidence ...Related) {
	t.c.Examined += n
	t.c.Undecided += n
	if t.c.Reason == "" {
		t.c.Reason = reason
	}
	t.c.Evidence = append(t.c.Evidence, evidence...)
}

// Examined is the number of sites counted so far.
func (t *Tally) Examined() int { return t.c.Examined }

// Criterion gives the verdict. noSite is the reason that the rule does not
// apply when no site was found: zero sites are never a pass.
func (t *Tally) Criterion(noSite string) Criterion {
	c := t.c
	if len(c.Findings) > 0 && c.failed() == 0 {
		c.Examined++ // a finding about a site that nobody counted is a failed site
	}
	if c.Examined == 0 {
		return NotApplicableTo(c.Rule, noSite, c.Evidence...)
	}
	switch failed := c.failed(); {
	case failed > 0 && c.Rule.Ratio && c.Satisfied > 0:
		c.Outcome = Partial
	case failed > 0:
		c.Outcome = Fail
	case c.Undecided > 0:
		c.Outcome = Inconclusive
		if c.Reason == "" {
			c.Reason = fmt.Sprintf("%d of %d sites could not be decided", c.Undecided, c.Examined)
		}
	default:
		c.Outcome = Pass
	}
	return c
}

// Threshold judges a measured value against a bound that it must exceed
// strictly: r = min(1, got/want). satisfied of examined are the counts behind
// the value; with nothing examined there is nothing measured, which is
// inconclusive. finding is used when the bound is not exceeded.
func Threshold(r rule.Rule, satisfied, examined int, got, want *big.Rat, finding Finding, evidence ...Related) Criterion {
	if examined <= 0 {
		return CannotTell(r, "nothing was measured", evidence...)
	}
	c := Criterion{
		Rule: r, Outcome: Pass, Satisfied: satisfied, Examined: examined, Evidence: evidence,
		threshold: thresholdRatio(got, want),
	}
	if got.Cmp(want) > 0 {
		return c
	}
	t := &Tally{c}
	t.Also(finding)
	t.c.Outcome = Fail
	return t.c
}

// thresholdRatio is got/want within 0 and 1; a bound of 0 or less is reached by
// any value.
func thresholdRatio(got, want *big.Rat) *big.Rat {
	one := big.NewRat(1, 1)
	if want.Sign() <= 0 || got.Cmp(want) >= 0 {
		return one
	}
	if got.Sign() <= 0 {
		return new(big.Rat)
	}
	return new(big.Rat).Quo(got, want)
}

// NotApplicableTo is the verdict where the rule has nothing to judge; the
// reason is the evidence and must not be empty.
func NotApplicableTo(r rule.Rule, reason string, evidence ...Related) Criterion {
	return Criterion{Rule: r, Outcome: NotApplicable, Reason: reason, Evidence: evidence}
}

// CannotTell is the verdict where the rule could not run at all; the reason
// says what would settle it.
func CannotTell(r rule.Rule, reason string, evidence ...Related) Criterion {
	return Criterion{Rule: r, Outcome: Inconclusive, Reason: reason, Evidence: evidence}
}

// proven returns the criterion with a verdict that its counts support. One that
// claims more than it examined, or that gives no verdict, turns inconclusive;
// a defect that nobody wrote down gets a finding, so that gates see it, unless
// it comes under another rule whose findings they see.
func (c Criterion) proven() Criterion {
	defect := c.Outcome == Fail || c.Outcome == Partial
	if defect && c.threshold == nil && c.failed() == 0 {
		c.Examined++ // a defect is a failed site, even if nobody counted it
	}
	unproven := func(why string) Criterion {
		return CannotTell(c.Rule, why, c.Evidence...)
	}
	switch {
	case c.Outcome.String() == "":
		return unproven("the check gave no verdict")
	case c.Outcome == NotApplicable && c.Reason == "":
		return unproven("the check did not say why the rule does not apply")
	case c.Outcome == NotApplicable:
		return c
	case c.Satisfied < 0 || c.Undecided < 0 || c.threshold == nil && c.failed() < 0:
		return unproven("the check counted more sites than it examined")
	case c.Outcome == Pass && c.Examined == 0:
		return unproven("the check examined nothing")
	case c.Outcome == Pass && c.threshold == nil && c.Satisfied != c.Examined:
		return unproven(fmt.Sprintf("the check passed with %d of %d sites satisfied", c.Satisfied, c.Examined))
	case defect && len(c.Findings) == 0 && c.Under == "":
		t := &Tally{c}
		t.Also(Finding{Message: cmp.Or(c.Reason, c.Rule.Title)})
		return t.c
	}
	return c
}
