// Package markdown renders a report for job summaries and pull-request
// comments, within a budget of bytes.
package markdown

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Budgets in bytes. GitHub drops a job summary over 1 MiB as a whole, and
// refuses a comment over 65,536 characters
// (https://docs.github.com/en/actions/reference/limits).
const (
	SummaryBudget = 900 << 10
	CommentBudget = 60_000
)

// CommentMarker opens a comment, so that the next run finds and replaces it.
const CommentMarker = "<!-- conformance report -->"

// Options bound the output.
type Options struct {
	// Budget is the most bytes to write; 0 means SummaryBudget. What does not
	// fit is left out, the least severe first, and counted.
	Budget int
	// Marker is written as the first line where it is not empty.
	Marker string
}

const barCells = 20

// Write renders r to w; the error is the writer's.
func Write(w io.Writer, r *report.Report, opts Options) error {
	d := &document{budget: cmp.Or(opts.Budget, SummaryBudget)}
	if opts.Marker != "" {
		d.text(opts.Marker + "\n\n")
	}
	head(d, r)
	sections(d, r)
	gates(d, r)
	fixFirst(d, r)
	arithmetic(d, r)
	findings(d, r)
	undecided(d, r)
	endpoints(d, r)
	coverage(d, r)
	notes(d, r)
	_, err := io.WriteString(w, d.String())
	return err
}

func head(d *document, r *report.Report) {
	score := "no section applies"
	if r.Score != nil {
		score = r.Score.String()
	}
	d.textf("## %s conformance: %s\n\n%s", r.Verdict.Symbol(), score, strings.ToUpper(string(r.Verdict)))
	d.textf(": %s.", r.Verdict.Meaning())
	if note := r.CapNote(); note != "" {
		d.textf(" The total is %s.", escape(note))
	}
	if r.IsCapped() {
		d.textf(" Without any cap: %s.", r.Uncapped)
	}
	d.text("\n\n")
	facts := []string{code(r.Module)}
	if r.Commit != "" {
		facts = append(facts, "commit "+code(r.Commit[:min(12, len(r.Commit))]))
	}
	facts = append(facts, report.Plural(r.Packages, "package"))
	for _, s := range r.Specs {
		if s.Used {
			facts = append(facts, fmt.Sprintf("%s (OpenAPI %s, %s)", code(s.Path), escape(s.Version), report.Plural(s.Operations, "operation")))
		}
	}
	facts = append(facts, escape(fmt.Sprintf("%s %s, ruleset %s (%s)", r.Tool.Name, r.Tool.Version, r.Tool.Ruleset, r.Tool.RulesetHash)))
	d.text(strings.Join(facts, " · ") + "\n\n")
}

func sections(d *document, r *report.Report) {
	d.text("| | Section | | Score | Outcome |\n|---|---|---|---:|---|\n")
	for _, s := range r.Sections {
		bar, score := "", "–"
		if s.Score != nil {
			bar, score = code(s.Score.Bar(barCells)), s.Score.String()
		}
		d.textf("| **%s** | %s | %s | %s | %s %s |\n", s.ID, escape(s.ID.Title()), bar, score, s.Outcome.Symbol(), s.Outcome.Words())
	}
	d.text("\n")
}

func gates(d *document, r *report.Report) {
	if len(r.Gates) == 0 {
		return
	}
	d.text("| Gate | Want | Got | |\n|---|---|---|---|\n")
	for _, g := range r.Gates {
		d.textf("| %s | %s | %s | %s %s |\n", escape(g.Name), escape(g.Want), escape(g.Got), g.Verdict.Symbol(), g.Verdict)
	}
	d.text("\n")
}

// gainsShown is how much of the plan the summary shows.
const gainsShown = 10

func fixFirst(d *document, r *report.Report) {
	gains := report.Mendable(report.Gains(r))
	if len(gains) == 0 {
		return
	}
	d.text("### What to fix first\n\nPoints of the total gained by each rule alone")
	capped := report.CapsMatter(gains)
	if capped {
		d.text(", now and before caps")
	}
	d.text(".\n\n| Points | Rule | Section | |\n|---:|---|---|---|\n")
	for _, g := range gains[:min(gainsShown, len(gains))] {
		points := report.Gained(g.Total)
		if capped {
			points += " / " + report.Gained(g.Uncapped)
		}
		d.textf("| %s | %s | %s | %s |\n", points, link(g.Criterion.Rule), g.Criterion.Rule.Section, escape(g.Remark()))
	}
	if cut := len(gains) - gainsShown; cut > 0 {
		d.textf("\n… and %s more.\n", report.Plural(cut, "rule"))
	}
	d.text("\n")
}

func link(r rule.Rule) string { return fmt.Sprintf("[%s](%s)", r.ID, r.URL()) }

// arithmetic shows the terms, so that every score can be added up by hand.
func arithmetic(d *document, r *report.Report) {
	low, high, ok := r.Formulas()
	if !ok {
		return
	}
	d.text("<details><summary>How the scores add up</summary>\n\n")
	formula(d, "Total", low, high, r.CapNote())
	for _, s := range r.Sections {
		if low, high, ok := s.Formulas(); ok {
			formula(d, string(s.ID), low, high, s.CapNote())
		} else if s.Reason != "" {
			d.textf("- **%s** %s: %s\n", s.ID, s.Outcome.Words(), escape(s.Reason))
		}
	}
	d.text("\nweight · satisfied/examined, blocker 10, major 5, minor 2\n\n</details>\n\n")
}

func formula(d *document, name string, low, high report.Formula, capNote string) {
	d.textf("- **%s** %s", name, code(low.String()))
	if report.Decimal(low.Value) != report.Decimal(high.Value) {
		d.textf(", up to %s", code(high.String()))
	}
	if capNote != "" {
		d.textf(", %s", escape(capNote))
	}
	d.text("\n")
}
