package report

import (
	"fmt"
	"math/big"
	"strings"
)

// Formula is a score written out so that it can be added up by hand: Factor ×
// the sum of Terms / Divisor = Value, exactly for a section, and to the printed
// decimal for the total.
type Formula struct {
	// Value is the exact score before the cap of its own level.
	Value *big.Rat
	// Factor is 100 for a section, whose terms are weight·ratio, and 1 for the
	// total, whose terms are weight·section score.
	Factor  int64
	Terms   []string
	Divisor int64
}

// String is like "86.8 = 100 × (10·1 + 5·41/50 + 2·0) / 17".
func (f Formula) String() string {
	factor := ""
	if f.Factor != 1 {
		factor = fmt.Sprintf("%d × ", f.Factor)
	}
	return fmt.Sprintf("%s = %s(%s) / %d", Decimal(f.Value), factor, strings.Join(f.Terms, " + "), f.Divisor)
}

// Formulas writes out the section's uncapped score with what is inconclusive
// counted as bad and as good; ok is false where no criterion takes part.
func (s Section) Formulas() (low, high Formula, ok bool) {
	possible := s.Possible()
	if s.Uncapped == nil || possible == 0 {
		return low, high, false
	}
	low = Formula{Value: s.Uncapped.Low, Factor: 100, Divisor: possible}
	high = Formula{Value: s.Uncapped.High, Factor: 100, Divisor: possible}
	for _, c := range s.Criteria {
		if !c.scored() {
			continue
		}
		w := c.Rule.Severity.Weight()
		l, h := c.ratio()
		low.Terms = append(low.Terms, fmt.Sprintf("%d·%s", w, c.factor(l, c.Satisfied)))
		high.Terms = append(high.Terms, fmt.Sprintf("%d·%s", w, c.factor(h, c.Satisfied+c.Undecided)))
	}
	return low, high, true
}

// factor writes a ratio with the counts that it was made from.
func (c Criterion) factor(r *big.Rat, satisfied int) string {
	if r.IsInt() || c.threshold != nil || !c.Rule.Ratio {
		return r.RatString()
	}
	return fmt.Sprintf("%d/%d", satisfied, c.Examined)
}

// Lost is what the criterion takes from its section's 100 points, with
// undecided sites counted as bad; 0 where it takes no part.
func (s Section) Lost(c Criterion) *big.Rat {
	low, _, possible := c.Points()
	if possible == 0 {
		return new(big.Rat)
	}
	missing := new(big.Rat).Sub(big.NewRat(possible, 1), low)
	return missing.Mul(missing, big.NewRat(100, s.Possible()))
}

// Formulas writes out the total from the sections' scores, before the cap on
// the total; ok is false where no section applies.
func (r *Report) Formulas() (low, high Formula, ok bool) {
	if r.Score == nil {
		return low, high, false
	}
	low = r.totalFormula(func(i *Interval) *big.Rat { return i.Low })
	high = r.totalFormula(func(i *Interval) *big.Rat { return i.High })
	return low, high, true
}

func (r *Report) totalFormula(end func(*Interval) *big.Rat) Formula {
	f := Formula{Value: new(big.Rat), Factor: 1}
	for _, s := range r.Sections {
		if s.Score != nil {
			f.Divisor += int64(s.ID.Weight())
			f.Value.Add(f.Value, new(big.Rat).Mul(end(s.Score), big.NewRat(int64(s.ID.Weight()), 1)))
		}
	}
	f.Value.Quo(f.Value, big.NewRat(f.Divisor, 1))
	for digits := 1; digits <= maxTermDigits; digits++ {
		terms, sum := r.totalTerms(end, func(v *big.Rat) string { return Floor(v, digits) })
		if Decimal(sum.Quo(sum, big.NewRat(f.Divisor, 1))) == Decimal(f.Value) {
			f.Terms = terms
			return f
		}
	}
	f.Terms, _ = r.totalTerms(end, (*big.Rat).RatString)
	return f
}

// maxTermDigits bounds the decimals of the total's terms. Section scores are
// floored to the fewest decimals with which they still add up; where no such
// number exists they are written as fractions.
const maxTermDigits = 4

// totalTerms writes weight·score for each applicable section and adds up what
// it wrote.
func (r *Report) totalTerms(end func(*Interval) *big.Rat, write func(*big.Rat) string) (terms []string, sum *big.Rat) {
	sum = new(big.Rat)
	for _, s := range r.Sections {
		if s.Score == nil {
			continue
		}
		shown := write(end(s.Score))
		if value, ok := new(big.Rat).SetString(shown); ok {
			sum.Add(sum, value.Mul(value, big.NewRat(int64(s.ID.Weight()), 1)))
		}
		terms = append(terms, fmt.Sprintf("%d·%s", s.ID.Weight(), shown))
	}
	return terms, sum
}
