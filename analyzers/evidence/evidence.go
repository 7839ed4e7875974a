// Package evidence is what analyzers with rules return besides diagnostics: how
// many sites they examined, so that "nothing found" can be told from "nothing
// looked at".
package evidence

import (
	"go/token"

	"github.com/backend-conformance/conformance/report/rule"
)

// Result is the ResultType (as *Result) of every analyzer that owns rules.
type Result struct {
	// Rules are the tallies, in the order of the analyzer's rules.
	Rules []Tally
	// Unused are directives for these rules that suppress nothing; Text is the rule.
	Unused []Site
}

// Tally is what one rule saw in one package.
type Tally struct {
	Rule rule.Rule
	// Examined counts all sites: satisfied, violating and undecided.
	Examined int
	// Undecided sites carry the reason.
	Undecided []Site
	// Suppressed are violations that a directive in the source accepts; they are
	// not diagnostics.
	Suppressed []Site
}

// Site is a place with a text: the reason why it is undecided, or for a
// suppressed violation its message.
type Site struct {
	Pos  token.Pos
	Text string
	// Reason is the directive's; empty for undecided sites.
	Reason string
}

// Of finds the tally of a rule; nil where the analyzer does not own it.
func (r *Result) Of(id string) *Tally {
	if r == nil {
		return nil
	}
	for i := range r.Rules {
		if r.Rules[i].Rule.ID == id {
			return &r.Rules[i]
		}
	}
	return nil
}
