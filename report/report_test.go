package report

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/report/rule"
)

// found builds a report from findings of one ratio rule.
func found(fs ...Finding) *Report {
	t := Examine(testRule("a", rule.Endpoints, rule.Major, true))
	t.Pass()
	for _, f := range fs {
		t.Fail(f)
	}
	return Build(Report{}, []Criterion{t.Criterion("none")}, Gates{})
}

func fingerprints(r *Report) map[string]bool {
	m := map[string]bool{}
	for _, f := range r.Findings {
		m[f.Fingerprint] = true
	}
	return m
}

func at(file string, line int, anchor, message string) Finding {
	return Finding{Position: Position{File: file, Line: line, Column: 1, EndLine: line + 1}, Anchor: anchor, Message: message}
}

func TestFingerprintsIgnoreLinesAndMessages(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var before, after []Finding
		line := 1
		for i := range 1 + g.IntN(8) {
			file, anchor := fmt.Sprintf("f%d.go", g.IntN(2)), fmt.Sprintf("Func%d", g.IntN(2))
			line += 1 + g.IntN(5)
			before = append(before, at(file, line, anchor, fmt.Sprintf("message %d", i)))
			after = append(after, at(file, 7*line+g.IntN(7), anchor, fmt.Sprintf("reworded %d", g.IntN(99))))
		}
		a, b := found(before...), found(after...)
		if diff := cmp.Diff(fingerprints(a), fingerprints(b)); diff != "" {
			t.Fatalf("moving code and rewording changes fingerprints:\n%s", diff)
		}
		if len(fingerprints(a)) != len(before) {
			t.Fatalf("%d fingerprints for %d findings", len(fingerprints(a)), len(before))
		}
	}
}

func TestFingerprintsTellFindingsApart(t *testing.T) {
	base := at("a.go", 1, "F", "m")
	other := map[string]Finding{"file": at("b.go", 1, "F", "m"), "anchor": at("a.go", 1, "G", "m")}
	want := found(base).Findings[0].Fingerprint
	for what, f := range other {
		if found(f).Findings[0].Fingerprint == want {
			t.Errorf("another %s gives the same fingerprint", what)
		}
	}
	endpoint := at("a.go", 1, "", "m")
	endpoint.Endpoint = "GET /a"
	plain := at("a.go", 1, "", "m")
	if found(endpoint).Findings[0].Fingerprint == found(plain).Findings[0].Fingerprint {
		t.Error("without an anchor, the endpoint must count")
	}
}

func TestCriteriaCarryTheirFinishedFindings(t *testing.T) {
	r := found(at("b.go", 2, "F", "second"), at("a.go", 9, "F", "first"))
	if diff := cmp.Diff(r.Findings, r.Sections[0].Criteria[0].Findings); diff != "" {
		t.Errorf("the criterion's findings differ from the report's:\n%s", diff)
	}
	if r.Findings[0].Message != "first" || r.Findings[0].Fingerprint == "" {
		t.Errorf("first finding is %+v, want the one in a.go with its fingerprint", r.Findings[0])
	}
}

func TestBuildLeavesItsInputAlone(t *testing.T) {
	c := counted(testRule("a", rule.Endpoints, rule.Major, true), 1, 2, 0)
	in := Report{Notes: []string{"b", "a", "b"}, Endpoints: []Endpoint{{Method: "GET", Path: "/"}}}
	r := Build(in, []Criterion{c}, Gates{})
	if c.Findings[0].Fingerprint != "" || in.Notes[0] != "b" || in.Endpoints[0].Auth != "" {
		t.Error("Build changed its input")
	}
	if diff := cmp.Diff([]string{"a", "b"}, r.Notes); diff != "" {
		t.Errorf("notes: %s", diff)
	}
	again := Build(*r, []Criterion{c}, Gates{})
	if len(again.Findings) != 2 {
		t.Errorf("building on a finished report gives %d findings, want 2", len(again.Findings))
	}
}

func TestUnsetFacets(t *testing.T) {
	r := Build(Report{Endpoints: []Endpoint{{Status: Missing}, {Status: Implemented, Auth: FacetOK}, {}}}, nil, Gates{})
	if got := r.Endpoints[0].Auth; got != FacetNotApplicable {
		t.Errorf("a missing operation's facet is %q", got)
	}
	if a, b := r.Endpoints[1].Auth, r.Endpoints[1].Body; a != FacetOK || b != FacetInconclusive {
		t.Errorf("an implemented operation's facets are %q and %q", a, b)
	}
	if got := r.Endpoints[2].Status; got != EndpointUnclear {
		t.Errorf("status is %q", got)
	}
}

func TestSortedMigrations(t *testing.T) {
	r := Report{Migrations: []Migration{{Version: "10", Up: "a/10.sql"}, {Version: "2", Up: "a/2.sql"}, {Version: "1", Up: "b/1.sql"},
		{Version: "init", Up: "a/init.sql"}, {Version: "0002", Up: "a/0002.sql"}, {Version: "20240101120000", Down: "a/2024.sql"}}}
	var got []string
	for _, m := range r.SortedMigrations() {
		got = append(got, m.Version)
	}
	if diff := cmp.Diff([]string{"0002", "2", "10", "20240101120000", "init", "1"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestGates(t *testing.T) {
	const d1 = rule.Endpoints
	blocker, major := testRule("b", d1, rule.Blocker, true), testRule("m", d1, rule.Major, true)
	bad := counted(blocker, 3, 1, 0)
	open := counted(blocker, 3, 0, 1)
	accepted := Build(Report{}, []Criterion{bad}, Gates{}).Findings[0].Fingerprint
	only := []rule.Section{d1}
	for _, tt := range []struct {
		name     string
		criteria []Criterion
		gates    Gates
		want     Verdict
		got      string
	}{
		{"clean", []Criterion{counted(blocker, 4, 0, 0)}, Gates{FailOn: rule.Blocker}, VerdictPass, "0 findings"},
		{"blocker found", []Criterion{bad}, Gates{FailOn: rule.Blocker}, VerdictFail, "1 finding"},
		{"major under fail-on blocker", []Criterion{counted(major, 3, 1, 0)}, Gates{FailOn: rule.Blocker}, VerdictPass, "0 findings"},
		{"major under fail-on major", []Criterion{counted(major, 3, 2, 0)}, Gates{FailOn: rule.Major}, VerdictFail, "2 findings"},
		{"blocker under fail-on minor", []Criterion{bad}, Gates{FailOn: rule.Minor}, VerdictFail, "1 finding"},
		{"suppressed", []Criterion{suppress(counted(blocker, 3, 1, 0))}, Gates{FailOn: rule.Blocker}, VerdictPass, "0 findings"},
		{"in the baseline", []Criterion{bad}, Gates{FailOn: rule.Blocker, Baseline: map[string]bool{accepted: true}}, VerdictPass, "0 new findings"},
		{"another baseline", []Criterion{bad}, Gates{FailOn: rule.Blocker, Baseline: map[string]bool{"ff": true}}, VerdictFail, "1 new finding"},
		{"undecided blocker", []Criterion{open}, Gates{FailOn: rule.Blocker}, VerdictUndecided, "0 findings, 1 inconclusive criterion"},
		{"undecided major", []Criterion{counted(major, 3, 0, 1)}, Gates{FailOn: rule.Blocker}, VerdictPass, "0 findings"},
		{"found and undecided", []Criterion{counted(blocker, 3, 1, 1)}, Gates{FailOn: rule.Blocker}, VerdictFail, "1 finding"},
		{"score over the bound", []Criterion{bad}, Gates{MinScore: rat("75"), Sections: only}, VerdictPass, "75.0"},
		{"score under the bound", []Criterion{bad}, Gates{MinScore: rat("75.1"), Sections: only}, VerdictFail, "75.0"},
		{"bound inside the interval", []Criterion{open}, Gates{MinScore: rat("80"), Sections: only}, VerdictUndecided, "75.0 (up to 100.0)"},
		{"bound over the interval", []Criterion{counted(blocker, 2, 1, 1)}, Gates{MinScore: rat("80"), Sections: only}, VerdictFail, "50.0 (up to 75.0)"},
		{"section under the bound", []Criterion{bad}, Gates{MinSection: map[rule.Section]*big.Rat{d1: rat("80")}}, VerdictFail, "75.0"},
		{"section that does not apply", []Criterion{bad, NotApplicableTo(testRule("n", rule.Schema, rule.Major, false), "no database")},
			Gates{MinSection: map[rule.Section]*big.Rat{rule.Schema: rat("80")}}, VerdictPass, "not applicable"},
		{"section that is left out", []Criterion{bad}, Gates{MinSection: map[rule.Section]*big.Rat{rule.Tests: rat("80")}, Sections: only}, VerdictUndecided, "not examined"},
		{"nothing applies", []Criterion{NotApplicableTo(blocker, "none")}, Gates{MinScore: rat("0"), Sections: only}, VerdictUndecided, "not examined"},
		{"finding of a section left out", []Criterion{bad, counted(testRule("o", rule.Tests, rule.Major, true), 1, 0, 0)}, Gates{FailOn: rule.Blocker, Sections: []rule.Section{rule.Tests}}, VerdictPass, "0 findings"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Build(Report{}, tt.criteria, tt.gates)
			if len(r.Gates) != 1 {
				t.Fatalf("%d gates, want 1", len(r.Gates))
			}
			if g := r.Gates[0]; g.Verdict != tt.want || g.Got != tt.got || r.Verdict != tt.want {
				t.Errorf("gate %s with %q, verdict %s; want %s with %q", g.Verdict, g.Got, r.Verdict, tt.want, tt.got)
			}
		})
	}
}

func TestTheWorstGateDecides(t *testing.T) {
	open := counted(testRule("b", rule.Endpoints, rule.Blocker, true), 3, 0, 1)
	r := Build(Report{}, []Criterion{open}, Gates{FailOn: rule.Blocker, MinScore: rat("100.5"), Sections: []rule.Section{rule.Endpoints}})
	if r.Gates[0].Verdict != VerdictUndecided || r.Gates[1].Verdict != VerdictFail || r.Verdict != VerdictFail {
		t.Errorf("gates %s and %s make %s, want undecided and fail to make fail", r.Gates[0].Verdict, r.Gates[1].Verdict, r.Verdict)
	}
	for v, code := range map[Verdict]int{VerdictPass: 0, VerdictFail: 1, VerdictUndecided: 4} {
		if v.ExitCode() != code {
			t.Errorf("%s exits %d, want %d", v, v.ExitCode(), code)
		}
	}
}

func TestAPassNeedsEvidence(t *testing.T) {
	for name, cs := range map[string][]Criterion{
		"no criteria": nil,
		"nothing ran": {CannotTell(testRule("a", rule.Endpoints, rule.Minor, true), "no server")},
	} {
		if r := Build(Report{}, cs, Gates{FailOn: rule.Blocker}); r.Verdict != VerdictUndecided {
			t.Errorf("%s: verdict %s, want undecided", name, r.Verdict)
		}
	}
}
