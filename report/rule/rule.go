// Package rule is the vocabulary that every other package shares: what a rule
// is, which section it scores in and how heavy it is. It imports the standard
// library only, so that analyzers, checks and renderers can all speak it.
package rule

import (
	"fmt"
	"strings"
)

// Rule defines one thing that is judged. It is written once, beside its
// implementation; the analyzer's documentation, `conformance explain`, the
// rules page and machine-readable metadata are all derived from it.
type Rule struct {
	// ID is a kebab-case slug that names the defect; it is never reused.
	ID string
	// Title is a lower-case fragment of at most 80 letters that names the defect.
	Title string
	// Section is where the rule scores, once.
	Section Section
	// Supports lists sections that the rule also speaks for; it does not score there.
	Supports []Section
	// Severity is also the weight in the score.
	Severity Severity
	// Ratio rules earn satisfied/examined of their weight; the others all or nothing.
	Ratio bool
	// Since is the ruleset version that introduced the rule.
	Since string
	// Why says what goes wrong for a user of the backend.
	Why string
	// Fix says what to do, in the imperative.
	Fix string
	// Limits says when the rule is known to be wrong or to abstain.
	Limits string
	// Judged is how the rule fared on services that it was not written for.
	Judged Judged
	// Example is a txtar archive of a bad/ and a good/ tree: bad yields exactly
	// this rule, good yields nothing. Empty where only a whole repository shows it.
	Example string
}

// Judged counts findings on real services, drawn at random, that were read one
// by one with the code around them. What is neither True nor Disputed was wrong.
type Judged struct {
	// Read is how many were; 0 where the rule found nothing there.
	Read int
	// True findings say what is so, and what their reader would repair.
	True int
	// Disputed ones say what is so, but a maintainer may have good reason for it.
	Disputed int
}

// String is a sentence; empty where nothing was read.
func (j Judged) String() string {
	switch {
	case j.Read == 0:
		return ""
	case j.True == j.Read:
		return fmt.Sprintf("%d findings on real services were read: all hold.", j.Read)
	}
	s := fmt.Sprintf("%d findings on real services were read: %d hold", j.Read, j.True)
	if j.Disputed > 0 {
		s += fmt.Sprintf(", %d may be disputed", j.Disputed)
	}
	if wrong := j.Read - j.True - j.Disputed; wrong > 0 {
		s += fmt.Sprintf(", %d are wrong", wrong)
	}
	return s + "."
}

// Doc renders the rule as the documentation of an analyzer: the first line is
// what `go vet help` prints in its list.
func (r Rule) Doc() string {
	return fmt.Sprintf("%s\n\n%s\n\nFix: %s", r.Title, r.Why, r.Fix)
}

// URL is where the rule is explained.
func (r Rule) URL() string {
	return "https://github.com/backend-conformance/conformance/blob/main/docs/rules.md#" + r.ID
}

// Validate reports what is missing or malformed in the definition.
func (r Rule) Validate() error {
	for _, f := range []struct{ name, value string }{
		{"ID", r.ID}, {"Title", r.Title}, {"Since", r.Since}, {"Why", r.Why}, {"Fix", r.Fix}, {"Limits", r.Limits},
	} {
		if strings.TrimSpace(f.value) == "" {
			return fmt.Errorf("rule %q: %s is empty", r.ID, f.name)
		}
	}
	if !isSlug(r.ID) {
		return fmt.Errorf("rule %q: id is not kebab-case", r.ID)
	}
	if len(r.Title) > 80 {
		return fmt.Errorf("rule %q: title is longer than 80 letters", r.ID)
	}
	if r.Section.Title() == "" {
		return fmt.Errorf("rule %q: unknown section %q", r.ID, r.Section)
	}
	if j := r.Judged; j.True < 0 || j.Disputed < 0 || j.True+j.Disputed > j.Read {
		return fmt.Errorf("rule %q: more findings are judged than were read: %+v", r.ID, j)
	}
	if r.Severity.String() == "" {
		return fmt.Errorf("rule %q: unknown severity", r.ID)
	}
	return nil
}

func isSlug(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' || strings.Contains(s, "--") {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
