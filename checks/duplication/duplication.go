// Package duplication finds code that is written twice.
package duplication

import (
	"context"
	"errors"
	"fmt"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family.
var Check = check.Check{Name: "duplication", Rules: []rule.Rule{RuleCodeDuplicated}, Run: run}

// RuleCodeDuplicated asks that code is written once.
var RuleCodeDuplicated = rule.Rule{
	ID:       "code-duplicated",
	Title:    "a function repeats a long run of another one",
	Section:  rule.Maintainable,
	Severity: rule.Minor,
	Ratio:    true,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 27, True: 27},
	Why:      "A mistake that is mended in one copy stays in the other, and nobody remembers that there is another.",
	Fix:      "Put the run into one function that both call, with what differs as parameters.",
	Limits: "A run counts from 100 tokens and 12 whole lines on, inside one function of hand-written code that is not a test. Layout, comments, " +
		"the names of local variables and the content of strings are not compared; names of functions, fields, types and constants are. List and map " +
		"literals count as one token, and runs that only repeat one statement are tables. Of several copies the first one found is not counted. Runs that go from " +
		"one function into the next are not seen. Copies may be wanted, such as two versions of an interface that are to drift apart.",
	Example: example,
}

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	if r.Program == nil {
		return nil, errors.New("the module was not loaded")
	}
	t := report.Examine(RuleCodeDuplicated)
	functions := functionsOf(r)
	copies := repeated(functions)
	for i, f := range functions {
		c, ok := copies[i]
		if !ok {
			t.Pass()
			continue
		}
		t.Fail(describe(f, functions[c.of], c))
	}
	return []report.Criterion{t.Criterion("the module has no hand-written function")}, ctx.Err()
}

// describe names both places.
func describe(f, original function, c copied) report.Finding {
	at, from := f.lines(c.at, c.length), original.lines(c.from, c.length)
	whose := original.name
	if f.name == original.name && f.file == original.file {
		whose = "its own"
	}
	return report.Finding{
		Message: fmt.Sprintf("%s repeats %d lines of %s (%s to %d); put them into one function that both places call",
			f.name, at.EndLine-at.Line+1, whose, from, from.EndLine),
		Position: at, Anchor: f.name,
		Related: []report.Related{{Position: from, Message: "the same code in " + original.name}},
	}
}
