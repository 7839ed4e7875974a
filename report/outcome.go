// Package report holds what an audit found and the arithmetic that turns it
// into a score. Everything here is a pure function of its input: no clock, no
// environment, no map order reaches a report.
package report

import "fmt"

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
