package report

import (
	"fmt"
	"math/big"
	"strings"
)

// This file holds what several renderers say in the same words.

// Plural counts things: "1 finding", "2 findings", "3 entries".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "criterion"); ok {
		return fmt.Sprintf("%d %scriteria", n, stem)
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Cells divides a bar of n cells: proven are filled by low, those up to open by
// high. Both are floored, so that only 100 fills the bar.
func (i Interval) Cells(n int) (proven, open int) { return cells(i.Low, n), cells(i.High, n) }

// cells floors a value of 0 to 100 to cells of a bar.
func cells(v *big.Rat, n int) int {
	scaled := new(big.Rat).Mul(v, big.NewRat(int64(n), 100))
	return int(new(big.Int).Quo(scaled.Num(), scaled.Denom()).Int64())
}

// Bar draws the interval with block characters: proven, undecided, lost.
func (i Interval) Bar(n int) string {
	proven, open := i.Cells(n)
	return strings.Repeat("█", proven) + strings.Repeat("▒", open-proven) + strings.Repeat("░", n-open)
}

// IsPoint reports whether both ends show as the same number.
func (i Interval) IsPoint() bool { return Decimal(i.Low) == Decimal(i.High) }

// Points writes a number of points with one decimal; what is above zero never
// shows as zero.
func Points(v *big.Rat) string {
	shown := Decimal(v)
	if v.Sign() > 0 && shown == "0.0" {
		return "<0.1"
	}
	return shown
}

// Gained and Lost write points with their sign; a trace is "<0.1" for both.
func Gained(v *big.Rat) string { return signed("+", v) }

// Lost is empty where nothing is lost.
func Lost(v *big.Rat) string {
	if v.Sign() == 0 {
		return ""
	}
	return signed("−", v)
}

func signed(sign string, v *big.Rat) string {
	shown := Points(v)
	if shown[0] == '<' {
		return shown
	}
	return sign + shown
}

// Sites is satisfied/examined, or a dash for a rule that examined nothing.
func (c Criterion) Sites() string {
	if c.Examined == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", c.Satisfied, c.Examined)
}

// Remark says where to start, and why a blocker leads the list.
func (g Gain) Remark() string {
	c := g.Criterion
	if g.Settle {
		return "inconclusive: " + c.Reason
	}
	remark := Plural(len(c.Findings), "finding")
	if c.Under != "" && len(c.Findings) == 0 {
		remark = "see " + c.Under
	}
	if p := g.Example(); p.IsValid() {
		remark += ", e.g. " + p.String()
	}
	if c.Caps() {
		remark += "; caps the score"
	}
	return remark
}

// CapNote says which blockers cap the section; empty where none does.
func (s Section) CapNote() string {
	if !s.Capped() {
		return ""
	}
	return capNote(*s.Uncapped, *s.Score, []Section{s})
}

// CapNote says which blockers cap the total; empty where none does. The caps of
// sections are not meant: they are in the sections' scores.
func (r *Report) CapNote() string {
	low, high, ok := r.Formulas()
	if !ok {
		return ""
	}
	return capNote(Interval{low.Value, high.Value}, *r.Score, r.Sections)
}

// capNote says which end of a score is capped, and by which blockers.
func capNote(before, after Interval, sections []Section) string {
	low, high := before.Low.Cmp(after.Low) != 0, before.High.Cmp(after.High) != 0
	note := ""
	switch {
	case low && (high || after.IsPoint()):
		note = "capped at " + Decimal(after.Low)
	case low:
		note = "lower end capped at " + Decimal(after.Low)
	case high:
		note = "upper end capped at " + Decimal(after.High)
	default:
		return ""
	}
	return note + " while a blocker fails: " + strings.Join(capping(sections), ", ")
}

// IsCapped reports whether any cap, on a section or on the total, limits the
// total.
func (r *Report) IsCapped() bool {
	return r.Score != nil && (r.Score.Low.Cmp(r.Uncapped.Low) != 0 || r.Score.High.Cmp(r.Uncapped.High) != 0)
}

// capping names the blockers that limit the score.
func capping(sections []Section) []string {
	var ids []string
	for _, s := range sections {
		for _, c := range s.Criteria {
			if c.Caps() {
				ids = append(ids, c.Rule.ID)
			}
		}
	}
	return ids
}

// ByRule splits findings in report order at the borders of rules.
func ByRule(fs []Finding) [][]Finding {
	var groups [][]Finding
	for i, f := range fs {
		if i == 0 || f.Rule != fs[i-1].Rule || f.Section != fs[i-1].Section {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], f)
	}
	return groups
}

// State is what a finding's message is followed by where gates do not count
// it; empty for live findings.
func (f Finding) State() string {
	switch {
	case f.Suppressed != nil:
		return "suppressed: " + *f.Suppressed
	case f.Baselined:
		return "in the baseline"
	}
	return ""
}

// Live findings count for gates: neither suppressed nor baselined.
func (f Finding) Live() bool { return f.Suppressed == nil && !f.Baselined }
