package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/report/rule"
)

func newExplain(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use: "explain RULE", Short: "Say what a rule finds, why, how to fix it and when it is wrong",
		Example: "  conformance explain endpoint-missing",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return checks.UsageError{Err: fmt.Errorf("explain takes one rule; conformance rules lists them")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			r, ok := checks.Lookup(args[0])
			if !ok {
				return checks.UsageError{Err: fmt.Errorf("unknown rule %q%s; conformance rules lists them", args[0], nearestRule(args[0]))}
			}
			return explain(stdout, r)
		},
	}
}

func explain(w io.Writer, r rule.Rule) error {
	fmt.Fprintf(w, "%s: %s\n\n", r.ID, r.Title)
	fmt.Fprintf(w, "  Section   %s %s\n", r.Section, r.Section.Title())
	if len(r.Supports) > 0 {
		var names []string
		for _, s := range r.Supports {
			names = append(names, string(s))
		}
		fmt.Fprintf(w, "  Supports  %s\n", strings.Join(names, ", "))
	}
	fmt.Fprintf(w, "  Severity  %s\n", strings.ReplaceAll(weightText(r), "*", ""))
	fmt.Fprintf(w, "  Since     ruleset %s\n", r.Since)
	for _, part := range []struct{ head, text string }{
		{"Why", r.Why}, {"Fix", r.Fix}, {"Known to be wrong when", r.Limits}, {"Measured", r.Judged.String()},
	} {
		if part.text == "" {
			continue
		}
		fmt.Fprintf(w, "\n%s\n%s\n", part.head, wrap(part.text, 92))
	}
	if r.Example != "" {
		fmt.Fprintf(w, "\nExample\n%s\n", indent(strings.TrimRight(r.Example, "\n")))
	}
	_, err := fmt.Fprintf(w, "\nAccept a finding: //conformance:ignore %s REASON on or above the line.\n", r.ID)
	return err
}

// wrap breaks text into indented lines of at most width letters.
func wrap(text string, width int) string {
	var b strings.Builder
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		line := " "
		for _, word := range strings.Fields(paragraph) {
			if len(line)+1+len(word) > width {
				b.WriteString(line + "\n")
				line = " "
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(text, "\n", "\n  ")
}

// nearestRule suggests a rule whose id shares most words with a mistyped one.
func nearestRule(id string) string {
	best, score := "", 0
	for _, r := range checks.Catalogue() {
		n := 0
		for _, word := range strings.Split(id, "-") {
			if len(word) > 2 && strings.Contains(r.ID, word) {
				n++
			}
		}
		if n > score {
			best, score = r.ID, n
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}
