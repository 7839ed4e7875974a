package report

import (
	"math/big"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/report/rule"
)

// The helpers below build rules and criteria from counts.

func testRule(id string, s rule.Section, sev rule.Severity, ratio bool) rule.Rule {
	return rule.Rule{ID: id, Title: id, Section: s, Severity: sev, Ratio: ratio}
}

func counted(r rule.Rule, satisfied, failed, undecided int) Criterion {
	t := Examine(r)
	t.PassN(satisfied)
	for i := range failed {
		t.Fail(Finding{Position: Position{File: "a.go", Line: i + 1}, Message: "defect", Anchor: "f"})
	}
	if undecided > 0 {
		t.UndecidedN(undecided, "unknown")
	}
	return t.Criterion("no site")
}

func measured(id string, s rule.Section, sev rule.Severity, got, want *big.Rat) Criterion {
	return Threshold(testRule(id, s, sev, false), 1, 2, got, want, Finding{Message: "too low", Anchor: "total"})
}

func rat(s string) *big.Rat {
	v, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("not a number: " + s)
	}
	return v
}

func TestCriterionOutcome(t *testing.T) {
	ratio, single := testRule("ratio", rule.Endpoints, rule.Major, true), testRule("single", rule.Endpoints, rule.Major, false)
	for _, tt := range []struct {
		name      string
		c         Criterion
		outcome   Outcome
		low, high string
	}{
		{"ratio, all well", counted(ratio, 4, 0, 0), Pass, "1", "1"},
		{"ratio, some bad", counted(ratio, 3, 1, 0), Partial, "3/4", "3/4"},
		{"ratio, all bad", counted(ratio, 0, 2, 0), Fail, "0", "0"},
		{"ratio, some unknown", counted(ratio, 3, 0, 1), Inconclusive, "3/4", "1"},
		{"ratio, bad and unknown", counted(ratio, 2, 1, 1), Partial, "1/2", "3/4"},
		{"ratio, bad and unknown only", counted(ratio, 0, 1, 3), Fail, "0", "3/4"},
		{"single, all well", counted(single, 4, 0, 0), Pass, "1", "1"},
		{"single, one of many bad", counted(single, 9, 1, 0), Fail, "0", "0"},
		{"single, unknown", counted(single, 9, 0, 1), Inconclusive, "0", "1"},
		{"single, bad and unknown", counted(single, 0, 1, 1), Fail, "0", "0"},
		{"could not run", CannotTell(single, "why"), Inconclusive, "0", "1"},
		{"threshold exceeded", measured("m", rule.Tests, rule.Blocker, rat("80.01"), rat("80")), Pass, "1", "1"},
		{"threshold reached, not exceeded", measured("m", rule.Tests, rule.Blocker, rat("80"), rat("80")), Fail, "1", "1"},
		{"threshold missed", measured("m", rule.Tests, rule.Blocker, rat("60"), rat("80")), Fail, "3/4", "3/4"},
		{"threshold zero", measured("m", rule.Tests, rule.Blocker, rat("0"), rat("0")), Fail, "1", "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			low, high := tt.c.ratio()
			if tt.c.Outcome != tt.outcome || low.RatString() != tt.low || high.RatString() != tt.high {
				t.Errorf("%s %s..%s, want %s %s..%s", tt.c.Outcome, low.RatString(), high.RatString(), tt.outcome, tt.low, tt.high)
			}
		})
	}
}

func TestNoSiteIsNeverAPass(t *testing.T) {
	r := testRule("a", rule.Endpoints, rule.Blocker, true)
	for name, tt := range map[string]struct {
		c      Criterion
		want   Outcome
		reason string
	}{
		"empty tally":                 {Examine(r).Criterion("nothing there"), NotApplicable, "nothing there"},
		"empty tally without reason":  {Examine(r).Criterion(""), Inconclusive, "the check did not say why the rule does not apply"},
		"claimed pass":                {Criterion{Rule: r, Outcome: Pass}, Inconclusive, "the check examined nothing"},
		"claimed pass with bad sites": {Criterion{Rule: r, Outcome: Pass, Examined: 3, Satisfied: 2}, Inconclusive, "the check passed with 2 of 3 sites satisfied"},
		"more satisfied than seen":    {Criterion{Rule: r, Outcome: Pass, Examined: 1, Satisfied: 2}, Inconclusive, "the check counted more sites than it examined"},
		"no verdict":                  {Criterion{Rule: r, Examined: 1, Satisfied: 1}, Inconclusive, "the check gave no verdict"},
		"nothing measured":            {Threshold(r, 0, 0, rat("100"), rat("80"), Finding{}), Inconclusive, "nothing was measured"},
	} {
		t.Run(name, func(t *testing.T) {
			rep := Build(Report{}, []Criterion{tt.c}, Gates{FailOn: rule.Blocker, MinScore: rat("0"), Sections: []rule.Section{rule.Endpoints}})
			c := rep.Sections[0].Criteria[0]
			if c.Outcome != tt.want || c.Reason != tt.reason {
				t.Errorf("%s (%s), want %s (%s)", c.Outcome, c.Reason, tt.want, tt.reason)
			}
			if rep.Verdict == VerdictPass {
				t.Error("the report passes without evidence")
			}
		})
	}
}

func TestAFindingIsNeverLost(t *testing.T) {
	r := testRule("a", rule.Endpoints, rule.Blocker, false)
	also := Examine(r)
	also.Also(Finding{Message: "defect"})
	silent := Criterion{Rule: r, Outcome: Fail, Examined: 1}
	for name, c := range map[string]Criterion{
		"Also without Fail": also.Criterion("none"), "failure without finding": silent, "failure without site": {Rule: r, Outcome: Fail},
	} {
		rep := Build(Report{}, []Criterion{c}, Gates{FailOn: rule.Blocker})
		if len(rep.Findings) != 1 || rep.Verdict != VerdictFail {
			t.Errorf("%s: %d findings, verdict %s; want 1, fail", name, len(rep.Findings), rep.Verdict)
		}
		if got := rep.Sections[0].Score.String(); got != "0.0" {
			t.Errorf("%s: scores %s, want 0.0", name, got)
		}
	}
}

// TestOneCauseIsReportedOnce: a failure under another rule's finding counts in
// the score, and has a finding of its own only where the other's is not shown.
func TestOneCauseIsReportedOnce(t *testing.T) {
	cause := Examine(testRule("cause", rule.Schema, rule.Blocker, false))
	cause.Fail(at("a.go", 1, "F", "there is none"))
	effect := Criterion{Rule: testRule("effect", rule.Rollback, rule.Blocker, true), Outcome: Fail, Examined: 1, Reason: "there is none (cause)", Under: "cause"}
	both := Build(Report{}, []Criterion{cause.Criterion(""), effect}, Gates{})
	alone := Build(Report{}, []Criterion{effect}, Gates{})
	for name, r := range map[string]*Report{"cause and effect": both, "effect alone": alone} {
		if len(r.Findings) != 1 {
			t.Errorf("%s: %d findings, want 1", name, len(r.Findings))
		}
		for _, s := range r.Sections {
			if s.ID == rule.Rollback && (s.Outcome != Fail || s.Score.Low.Sign() != 0) {
				t.Errorf("%s: section %s with score %v, want a fail with 0", name, s.Outcome, s.Score)
			}
		}
	}
	if got := both.Findings[0].Rule; got != "cause" {
		t.Errorf("finding of %s, want of cause", got)
	}
	for _, g := range Gains(both) {
		if want := map[string]string{"cause": "1 finding", "effect": "see cause"}[g.Criterion.Rule.ID]; !strings.HasPrefix(g.Remark(), want) {
			t.Errorf("%s: remark %q, want %q", g.Criterion.Rule.ID, g.Remark(), want)
		}
	}
}

func TestCaps(t *testing.T) {
	const s = rule.Endpoints
	blocker, other := testRule("blocker", s, rule.Blocker, true), passing("other", s)
	single := testRule("single", s, rule.Blocker, false)
	for _, tt := range []struct {
		name                     string
		criteria                 []Criterion
		section, uncapped, total string
		outcome                  Outcome
	}{
		{"no blocker fails", []Criterion{counted(blocker, 2, 0, 0), other}, "100.0", "100.0", "100.0", Pass},
		{"ratio at one half", []Criterion{counted(blocker, 1, 1, 0), other}, "66.6", "66.6", "91.6", Partial},
		{"ratio under one half", []Criterion{counted(blocker, 1, 2, 0), other}, "49.0", "55.5", "69.0", Fail},
		{"under the cap anyway", []Criterion{counted(blocker, 0, 2, 0), other}, "33.3", "33.3", "69.0", Fail},
		{"single blocker", []Criterion{counted(single, 3, 1, 0), other, passing("more", s), passing("most", s)}, "49.0", "60.0", "69.0", Fail},
		{"single major does not cap", []Criterion{counted(testRule("major", s, rule.Major, false), 0, 1, 0), other, passing("more", s)}, "66.6", "66.6", "91.6", Partial},
		{"undecided blocker does not cap", []Criterion{counted(single, 3, 0, 1), other, passing("more", s), passing("most", s)}, "60.0 (up to 100.0)", "60.0 (up to 100.0)", "90.0 (up to 100.0)", Inconclusive},
		{"undecided sites lift the upper end only", []Criterion{counted(blocker, 2, 1, 3), passing("more", s), other, passing("most", s)}, "49.0 (up to 93.3)", "73.3 (up to 93.3)", "69.0 (up to 98.3)", Partial},
		{"failed threshold over one half", []Criterion{measured("coverage", s, rule.Blocker, rat("40"), rat("80")), other}, "66.6", "66.6", "91.6", Partial},
		{"failed threshold under one half", []Criterion{measured("coverage", s, rule.Blocker, rat("39"), rat("80")), passing("more", s), other}, "49.0", "74.3", "69.0", Fail},
		{"suppressed blocker still caps", []Criterion{suppress(counted(single, 0, 1, 0)), other, passing("more", s), passing("most", s)}, "49.0", "60.0", "69.0", Fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// Three more sections at 100 and of the same weight make the total.
			rep := Build(Report{}, append(tt.criteria, passing("x", rule.Schema), passing("y", rule.Errors), passing("z", rule.Auth)),
				Gates{Sections: []rule.Section{s, rule.Schema, rule.Errors, rule.Auth}})
			got := rep.Sections[0]
			if got.Score.String() != tt.section || got.Uncapped.String() != tt.uncapped || rep.Score.String() != tt.total || got.Outcome != tt.outcome {
				t.Errorf("section %s, uncapped %s, total %s, %s; want %s, %s, %s, %s",
					got.Score, got.Uncapped, rep.Score, got.Outcome, tt.section, tt.uncapped, tt.total, tt.outcome)
			}
		})
	}
}

func passing(id string, s rule.Section) Criterion {
	return counted(testRule(id, s, rule.Major, true), 1, 0, 0)
}

func suppress(c Criterion) Criterion {
	for i := range c.Findings {
		reason := "accepted"
		c.Findings[i].Suppressed = &reason
	}
	return c
}

func TestSectionOutcome(t *testing.T) {
	const s = rule.Endpoints
	major := func(id string) rule.Rule { return testRule(id, s, rule.Major, true) }
	na := NotApplicableTo(major("na"), "no database")
	info := counted(testRule("info", s, rule.Info, false), 0, 1, 0)
	for _, tt := range []struct {
		name     string
		criteria []Criterion
		want     Outcome
		reason   string
		score    string
	}{
		{"nothing ran", nil, Inconclusive, "no rule of this section ran", "0.0 (up to 100.0)"},
		{"nothing applies", []Criterion{na}, NotApplicable, "no database", ""},
		{"information only", []Criterion{info}, NotApplicable, "only informational rules apply", ""},
		{"information does not score", []Criterion{passing("a", s), info}, Pass, "", "100.0"},
		{"what does not apply drops out", []Criterion{passing("a", s), na}, Pass, "", "100.0"},
		{"all fail", []Criterion{counted(major("a"), 0, 1, 0), counted(major("b"), 0, 1, 0)}, Fail, "", "0.0"},
		{"nearly all sites well", []Criterion{counted(major("a"), 99, 1, 0)}, Partial, "", "99.0"},
		{"defect and undecided", []Criterion{counted(major("a"), 1, 1, 0), CannotTell(major("b"), "x")}, Partial, "", "25.0 (up to 75.0)"},
		{"undecided", []Criterion{passing("a", s), CannotTell(major("b"), "x")}, Inconclusive, "", "50.0 (up to 100.0)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := scoreSection(s, tt.criteria)
			score := ""
			if got.Score != nil {
				score = got.Score.String()
			}
			if got.Outcome != tt.want || got.Reason != tt.reason || score != tt.score {
				t.Errorf("%s (%s) %s, want %s (%s) %s", got.Outcome, got.Reason, score, tt.want, tt.reason, tt.score)
			}
		})
	}
}

func TestTotalWeighsDeliverablesTwice(t *testing.T) {
	rep := Build(Report{}, []Criterion{
		passing("a", rule.Endpoints),
		counted(testRule("b", rule.Compliant, rule.Minor, false), 0, 1, 0),
		NotApplicableTo(testRule("c", rule.Schema, rule.Major, false), "no database"),
	}, Gates{Sections: []rule.Section{rule.Endpoints, rule.Schema, rule.Compliant}})
	if got := rep.Score.String(); got != "66.6" { // (2·100 + 1·0) / 3
		t.Errorf("total %s, want 66.6", got)
	}
}

func TestFloorNeverRoundsUp(t *testing.T) {
	for _, tt := range []struct {
		value    string
		decimals int
		want     string
	}{
		{"79.96", 1, "79.9"}, {"79.99999999999999999999", 1, "79.9"}, {"80", 1, "80.0"}, {"239/3", 1, "79.6"},
		{"100", 1, "100.0"}, {"0", 1, "0.0"}, {"1/3", 4, "0.3333"}, {"99.95", 0, "99"},
	} {
		if got := Floor(rat(tt.value), tt.decimals); got != tt.want {
			t.Errorf("Floor(%s, %d) = %s, want %s", tt.value, tt.decimals, got, tt.want)
		}
	}
}

// 79.96 neither shows nor passes as 80.
func TestJustUnderTheBound(t *testing.T) {
	c := counted(testRule("a", rule.Endpoints, rule.Major, true), 1999, 501, 0) // 79.96
	rep := Build(Report{}, []Criterion{c}, Gates{
		MinScore: rat("80"), MinSection: map[rule.Section]*big.Rat{rule.Endpoints: rat("79.96")}, Sections: []rule.Section{rule.Endpoints},
	})
	if got := rep.Score.String(); got != "79.9" {
		t.Errorf("shows as %s, want 79.9", got)
	}
	score, section := rep.Gates[0], rep.Gates[1]
	if score.Verdict != VerdictFail || score.Want != ">= 80" || score.Got != "79.9" {
		t.Errorf("min-score: %+v, want a failure with 79.9 of >= 80", score)
	}
	if section.Verdict != VerdictPass || section.Want != ">= 79.96" || section.Got != "79.96" {
		t.Errorf("min-section: %+v, want a pass with 79.96 of >= 79.96", section)
	}
	if rep.Verdict != VerdictFail {
		t.Errorf("verdict %s, want fail", rep.Verdict)
	}
}

func TestGains(t *testing.T) {
	const s = rule.Endpoints
	rep := Build(Report{}, []Criterion{
		counted(testRule("blocking", s, rule.Blocker, false), 0, 1, 0),
		counted(testRule("some", s, rule.Major, true), 1, 1, 0),
		CannotTell(testRule("unknown", s, rule.Minor, false), "no server"),
		passing("fine", s), passing("finer", s), passing("finest", s),
		counted(testRule("note", s, rule.Info, false), 0, 1, 0),
	}, Gates{Sections: []rule.Section{s}})
	// 2.5 + 15 of 32 are 54.6 uncapped, 49 capped; with the blocker mended 27.5
	// of 32, 85.9; with half of a major, 20 of 32, but still 49.
	var got []string
	for _, g := range Gains(rep) {
		got = append(got, g.Criterion.Rule.ID+" "+Gained(g.Total)+" "+Gained(g.Uncapped)+" "+g.Remark())
	}
	want := []string{
		"blocking +36.9 +31.2 1 finding, e.g. a.go:1; caps the score",
		"some +0.0 +7.8 1 finding, e.g. a.go:1",
		"unknown +0.0 +6.2 inconclusive: no server",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSettlementsGroupByReason(t *testing.T) {
	const s = rule.Endpoints
	rep := Build(Report{}, []Criterion{
		CannotTell(testRule("a", s, rule.Minor, false), "no server"),
		CannotTell(testRule("b", s, rule.Major, false), "no profile"),
		CannotTell(testRule("c", s, rule.Major, false), "no server"),
		counted(testRule("d", s, rule.Blocker, true), 4, 0, 1),
		counted(testRule("e", s, rule.Minor, true), 1, 1, 0),
		passing("f", s),
	}, Gates{Sections: []rule.Section{s}})
	gains := Gains(rep)
	var got []string
	total := new(big.Rat)
	for _, x := range Settlements(gains) {
		var ids []string
		for _, r := range x.Rules {
			ids = append(ids, r.ID)
		}
		total.Add(total, x.Points)
		got = append(got, x.Reason+" "+Gained(x.Points)+" "+strings.Join(ids, ","))
	}
	// Of 29: 2 + 5, 5, 10·1/5.
	want := []string{"no server +24.1 c,a", "no profile +17.2 b", "unknown +6.8 d"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if open := new(big.Rat).Sub(rep.Uncapped.High, rep.Uncapped.Low); total.Cmp(open) != 0 {
		t.Errorf("settlements make %s, the interval is %s wide", total.RatString(), open.RatString())
	}
	if m := Mendable(gains); len(m) != 1 || m[0].Criterion.Rule.ID != "e" {
		t.Errorf("mendable: %d gains", len(m))
	}
}
