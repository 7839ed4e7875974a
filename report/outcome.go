// Package report holds what an audit found and the arithmetic that turns it
// into a score. Everything here is a pure function of its input: no clock, no
// environment, no map order reaches a report.
package report

import (
	"fmt"
	"strings"
)

// Outcome is the verdict on a criterion or a section. The zero value is
// invalid, so that a forgotten assignment can never read as a pass.
type Outcome int

// The five outcomes.
const (
	Pass Outcome = iota + 1
	Partial
	Fail
	NotApplicable
	Inconclusive
)

var outcomeNames = map[Outcome]string{
	Pass: "pass", Partial: "partial", Fail: "fail", NotApplicable: "not_applicable", Inconclusive: "inconclusive",
}

// String is the name used in the JSON report; empty for an invalid outcome.
func (o Outcome) String() string { return outcomeNames[o] }

// Words is the name for people: "not applicable".
func (o Outcome) Words() string { return strings.ReplaceAll(o.String(), "_", " ") }

// Symbol is one narrow character that tells the outcomes apart without colour.
func (o Outcome) Symbol() string {
	return map[Outcome]string{Pass: "✓", Partial: "◐", Fail: "✗", NotApplicable: "–", Inconclusive: "?"}[o]
}

// MarshalText writes the name and refuses the zero value.
func (o Outcome) MarshalText() ([]byte, error) {
	if o.String() == "" {
		return nil, fmt.Errorf("outcome %d is not valid", int(o))
	}
	return []byte(o.String()), nil
}

// UnmarshalText reads the name.
func (o *Outcome) UnmarshalText(b []byte) error {
	for v, n := range outcomeNames {
		if n == string(b) {
			*o = v
			return nil
		}
	}
	return fmt.Errorf("unknown outcome %q", b)
}

// Facet is the state of one column of the endpoint matrix.
type Facet string

// The states of a facet; the empty string is not one of them.
const (
	FacetOK            Facet = "ok"
	FacetMismatch      Facet = "mismatch"
	FacetAbsent        Facet = "absent"
	FacetNotApplicable Facet = "not_applicable"
	FacetInconclusive  Facet = "inconclusive"
)

// Words is the name for people: "not applicable".
func (f Facet) Words() string { return strings.ReplaceAll(string(f), "_", " ") }

// Symbol is one narrow character; a blank for a facet that nobody set.
func (f Facet) Symbol() string {
	symbols := map[Facet]string{
		FacetOK: "✓", FacetMismatch: "✗", FacetAbsent: "○", FacetNotApplicable: "–", FacetInconclusive: "?",
	}
	if s := symbols[f]; s != "" {
		return s
	}
	return " "
}

// Symbol is one narrow character that tells the states apart without colour.
func (s EndpointStatus) Symbol() string {
	return map[EndpointStatus]string{
		Implemented: "✓", Stub: "◌", Missing: "✗", Undocumented: "+", EndpointUnclear: "?",
	}[s]
}

// Symbol is one narrow character that tells the verdicts apart without colour.
func (v Verdict) Symbol() string {
	return map[Verdict]string{VerdictPass: "✓", VerdictFail: "✗", VerdictUndecided: "?"}[v]
}

// ExitCode is the command's exit status for the verdict: 0, 1 or 4.
func (v Verdict) ExitCode() int {
	return map[Verdict]int{VerdictPass: 0, VerdictFail: 1, VerdictUndecided: 4}[v]
}

// Meaning says in words what the verdict means.
func (v Verdict) Meaning() string {
	return map[Verdict]string{
		VerdictPass:      "conforms",
		VerdictFail:      "does not conform",
		VerdictUndecided: "what is inconclusive would decide a gate",
	}[v]
}
