package report

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/report/rule"
)

// rounds is how many random reports each property is tried on.
const rounds = 500

// counts is a criterion before it is tallied, so that one site can be changed.
type counts struct {
	r                            rule.Rule
	satisfied, failed, undecided int
	// got is set for threshold rules, in percent of the bound.
	got *big.Rat
	na  bool
}

func (c counts) criterion() Criterion {
	switch {
	case c.na:
		return NotApplicableTo(c.r, "does not apply")
	case c.got != nil:
		return Threshold(c.r, 1, 2, c.got, rat("80"), Finding{Message: "too low", Anchor: "total"})
	case c.satisfied+c.failed+c.undecided == 0:
		return CannotTell(c.r, "could not run")
	}
	return counted(c.r, c.satisfied, c.failed, c.undecided)
}

func build(cs []counts) *Report {
	var criteria []Criterion
	for _, c := range cs {
		criteria = append(criteria, c.criterion())
	}
	return Build(Report{}, criteria, Gates{FailOn: rule.Blocker})
}

// random makes 1 to 12 criteria over all sections, severities and kinds.
func random(g *rand.Rand) []counts {
	cs := make([]counts, 1+g.IntN(12))
	few := func() int { return g.IntN(2) * g.IntN(6) }
	for i := range cs {
		s := rule.Sections()[g.IntN(16)]
		sev := []rule.Severity{rule.Info, rule.Minor, rule.Major, rule.Blocker, rule.Blocker}[g.IntN(5)]
		cs[i] = counts{r: testRule(fmt.Sprintf("r%02d", i), s, sev, g.IntN(2) == 0), satisfied: g.IntN(9), failed: few(), undecided: few()}
		switch g.IntN(10) {
		case 0:
			cs[i].got = big.NewRat(int64(g.IntN(1000)), 10)
		case 1:
			cs[i].na = true
		}
	}
	return cs
}

// scores are all numbers of a report, by name; sections that do not apply are
// left out.
func scores(r *Report) map[string]*big.Rat {
	m := map[string]*big.Rat{}
	add := func(name string, i *Interval) {
		if i != nil {
			m[name+" low"], m[name+" high"] = i.Low, i.High
		}
	}
	add("total", r.Score)
	add("uncapped", r.Uncapped)
	for _, s := range r.Sections {
		add(string(s.ID), s.Score)
		add(string(s.ID)+" uncapped", s.Uncapped)
	}
	return m
}

// neverLower fails where any score of after is below that of before; only
// restricts the comparison to names with that suffix.
func neverLower(t *testing.T, what string, before, after *Report, only string) {
	t.Helper()
	b, a := scores(before), scores(after)
	for name, v := range b {
		if strings.HasSuffix(name, only) && a[name] != nil && a[name].Cmp(v) < 0 {
			t.Fatalf("%s lowers %s from %s to %s", what, name, v.RatString(), a[name].RatString())
		}
	}
}

func TestFixingNeverLowersAScore(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 1))
	for range rounds {
		cs := random(g)
		before := build(cs)
		for i, c := range cs {
			fixed := slices.Clone(cs)
			switch {
			case c.na:
				continue
			case c.got != nil:
				fixed[i].got = new(big.Rat).Add(c.got, big.NewRat(int64(1+g.IntN(500)), 10))
			case c.failed > 0:
				fixed[i].failed--
				fixed[i].satisfied++
			default:
				continue
			}
			neverLower(t, "fixing "+c.r.ID, before, build(fixed), "")
		}
	}
}

func TestMendingOneRuleBringsItsGain(t *testing.T) {
	g := rand.New(rand.NewPCG(2, 2))
	for range rounds {
		cs := random(g)
		before := build(cs)
		for _, gain := range Gains(before) {
			mended := slices.Clone(cs)
			for i := range mended {
				c := &mended[i]
				if c.r.ID != gain.Criterion.Rule.ID {
					continue
				}
				c.satisfied, c.failed = max(1, c.satisfied+c.failed), 0
				if c.got != nil {
					c.got = rat("100")
				}
				if gain.Settle {
					c.undecided = 0
				} else if c.undecided > 0 {
					c.satisfied = gain.Criterion.Examined - c.undecided
				}
			}
			want := new(big.Rat).Sub(build(mended).Score.Low, before.Score.Low)
			if gain.Total.Cmp(want) != 0 || want.Sign() < 0 {
				t.Fatalf("%s: gain %s, mending brings %s", gain.Criterion.Rule.ID, gain.Total.RatString(), want.RatString())
			}
		}
	}
}

func TestNotApplicableChangesNothing(t *testing.T) {
	g := rand.New(rand.NewPCG(3, 3))
	for range rounds {
		cs := random(g)
		before := build(cs)
		// A section without any rule is inconclusive; there the reason counts.
		home := cs[g.IntN(len(cs))].r.Section
		after := build(append(cs, counts{r: testRule("zz", home, rule.Blocker, true), na: true}))
		b, a := scores(before), scores(after)
		for name := range b {
			if a[name] == nil || a[name].Cmp(b[name]) != 0 {
				t.Fatalf("not applicable changes %s from %s", name, b[name].RatString())
			}
		}
		if len(a) != len(b) {
			t.Fatalf("not applicable changes which sections apply: %d scores, were %d", len(a), len(b))
		}
	}
}

func TestUndecidedNeverRaisesLow(t *testing.T) {
	g := rand.New(rand.NewPCG(4, 4))
	for range rounds {
		cs := random(g)
		before := build(cs)
		for i, c := range cs {
			if c.na || c.got != nil || c.satisfied+c.failed+c.undecided == 0 {
				continue
			}
			more := slices.Clone(cs)
			more[i].undecided++
			neverLower(t, "taking an undecided site from "+c.r.ID, build(more), before, " low")
			if c.satisfied > 0 {
				more[i].satisfied--
				doubted := build(more)
				neverLower(t, "knowing a good site of "+c.r.ID, doubted, before, " low")
				neverLower(t, "doubting a good site of "+c.r.ID, before, doubted, " high")
			}
			if c.failed > 0 { // a cap needs proof, so only the sums are compared
				doubted := slices.Clone(cs)
				doubted[i].failed--
				doubted[i].undecided++
				neverLower(t, "knowing a bad site of "+c.r.ID, build(doubted), before, "uncapped low")
			}
		}
	}
}

func TestScoresStayInBounds(t *testing.T) {
	g := rand.New(rand.NewPCG(5, 5))
	for range rounds {
		r := build(random(g))
		if r.Score == nil {
			continue
		}
		capped := false
		inside := func(name string, i, uncapped *Interval, limit int64) {
			for _, pair := range [][2]*big.Rat{{new(big.Rat), i.Low}, {i.Low, i.High}, {i.High, big.NewRat(100, 1)}, {i.Low, uncapped.Low}, {i.High, uncapped.High}} {
				if pair[0].Cmp(pair[1]) > 0 {
					t.Fatalf("%s: %s > %s", name, pair[0].RatString(), pair[1].RatString())
				}
			}
			if limit > 0 && i.Low.Cmp(big.NewRat(limit, 1)) > 0 {
				t.Fatalf("%s: %s in spite of the cap", name, i.Low.RatString())
			}
		}
		for _, s := range r.Sections {
			if s.Score == nil {
				continue
			}
			limit := int64(0)
			if slices.ContainsFunc(s.Criteria, Criterion.Caps) {
				limit, capped = sectionCap, true
			}
			inside(string(s.ID), s.Score, s.Uncapped, limit)
		}
		limit := int64(0)
		if capped {
			limit = totalCap
		}
		inside("total", r.Score, r.Uncapped, limit)
	}
}

var formulaShape = regexp.MustCompile(`^([0-9.]+) = (?:([0-9]+) × )?\((.*)\) / ([0-9]+)$`)

// addUp computes a printed formula from its text alone.
func addUp(t *testing.T, text string) (printed string, value *big.Rat) {
	t.Helper()
	m := formulaShape.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%q does not read as a formula", text)
	}
	sum := new(big.Rat)
	for _, term := range strings.Split(m[3], " + ") {
		weight, ratio, _ := strings.Cut(term, "·")
		sum.Add(sum, new(big.Rat).Mul(rat(weight), rat(ratio)))
	}
	if m[2] != "" {
		sum.Mul(sum, rat(m[2]))
	}
	return m[1], sum.Quo(sum, rat(m[4]))
}

func TestPrintedTermsAddUp(t *testing.T) {
	g := rand.New(rand.NewPCG(6, 6))
	for range rounds {
		r := build(random(g))
		if low, high, ok := r.Formulas(); ok {
			for _, f := range []Formula{low, high} {
				if printed, value := addUp(t, f.String()); Decimal(value) != printed || printed != Decimal(f.Value) {
					t.Fatalf("%s: adds up to %s, the score is %s", f, value.RatString(), f.Value.RatString())
				}
			}
		}
		for _, s := range r.Sections {
			low, high, ok := s.Formulas()
			if !ok {
				continue
			}
			for _, x := range []struct {
				f     Formula
				score *big.Rat
			}{{low, s.Uncapped.Low}, {high, s.Uncapped.High}} {
				if _, value := addUp(t, x.f.String()); value.Cmp(x.score) != 0 {
					t.Fatalf("%s: %s adds up to %s, the score is %s", s.ID, x.f, value.RatString(), x.score.RatString())
				}
			}
			lost := new(big.Rat)
			for _, c := range s.Criteria {
				lost.Add(lost, s.Lost(c))
			}
			if lost.Add(lost, s.Uncapped.Low); lost.Cmp(big.NewRat(100, 1)) != 0 {
				t.Fatalf("%s: score and points lost make %s", s.ID, lost.RatString())
			}
		}
	}
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	g := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		cs := random(g)
		a := build(cs)
		g.Shuffle(len(cs), func(i, j int) { cs[i], cs[j] = cs[j], cs[i] })
		b := build(cs)
		if x, y := fmt.Sprint(scores(a)), fmt.Sprint(scores(b)); x != y {
			t.Fatalf("%s\n%s", x, y)
		}
		if x, y := fmt.Sprint(a.Findings), fmt.Sprint(b.Findings); x != y {
			t.Fatalf("%s\n%s", x, y)
		}
	}
}
