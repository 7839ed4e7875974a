package markdown

import (
	"fmt"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Ranks of what is not a finding, between those of the severities: 10 info,
// 20 minor, 30 major, 40 blocker.
const (
	rankUndecided = 35
	rankEndpoint  = 25
	rankNote      = 24
	rankCoverage  = 15
)

func rankOf(s rule.Severity) int { return 10 * int(s) }

func findings(d *document, r *report.Report) {
	if len(r.Findings) == 0 {
		return
	}
	titles := map[string]rule.Rule{}
	for _, s := range r.Sections {
		for _, c := range s.Criteria {
			titles[c.Rule.ID] = c.Rule
		}
	}
	d.textf("### Findings\n\n%s.\n\n", report.Plural(len(r.Findings), "finding"))
	for _, fs := range report.ByRule(r.Findings) {
		f := fs[0]
		l := &list{
			open: fmt.Sprintf("<details><summary><b>%s</b> · %s · %s · %s<br>%s</summary>\n\n%s\n\n",
				f.Rule, f.Section, f.Severity, report.Plural(len(fs), "finding"), escape(titles[f.Rule].Title), advice(titles[f.Rule])),
			close: "\n</details>\n\n",
			noun:  f.Rule + " findings",
		}
		for _, f := range fs {
			d.entry(l, rankOf(f.Severity), finding(f))
		}
	}
}

// advice is how to mend it, with a link to the whole story.
func advice(r rule.Rule) string {
	if r.ID == "" {
		return ""
	}
	return fmt.Sprintf("%s ([why](%s))", escape(r.Fix), r.URL())
}

func finding(f report.Finding) string {
	var b strings.Builder
	b.WriteString("- ")
	if at := f.Position.String(); at != "" {
		b.WriteString(code(at) + " ")
	}
	b.WriteString(escape(f.Message))
	if state := f.State(); state != "" {
		fmt.Fprintf(&b, " *(%s)*", escape(state))
	}
	b.WriteString("\n")
	for _, r := range f.Related {
		fmt.Fprintf(&b, "  - %s %s\n", code(r.Position.String()), escape(r.Message))
	}
	return b.String()
}

func undecided(d *document, r *report.Report) {
	l := &list{open: "### Not decided\n\n", close: "\n", noun: "entries"}
	for _, s := range r.Sections {
		if len(s.Criteria) == 0 {
			d.entry(l, rankUndecided, fmt.Sprintf("- **%s**: %s\n", s.ID, escape(s.Reason)))
		}
	}
	for _, s := range report.Settlements(report.Gains(r)) {
		var links []string
		for _, x := range s.Rules {
			links = append(links, link(x))
		}
		d.entry(l, rankUndecided, fmt.Sprintf("- %s: %s, %s points of the total if it turns out well\n", escape(s.Reason), strings.Join(links, ", "), report.Gained(s.Points)))
	}
	for _, c := range r.Inconclusive() {
		if c.Outcome != report.Inconclusive {
			d.entry(l, rankUndecided, fmt.Sprintf("- %s (%d of %s): %s\n", link(c.Rule), c.Undecided, report.Plural(c.Examined, "site"), escape(c.Reason)))
		}
	}
	for _, u := range r.Unresolved {
		d.entry(l, rankUndecided, fmt.Sprintf("- %s unresolved registration: %s\n", code(u.Position.String()), escape(u.Message)))
	}
}

func endpoints(d *document, r *report.Report) {
	if len(r.Endpoints) == 0 {
		return
	}
	d.textf("<details><summary>Endpoints (%d)</summary>\n\n%s\n\n", len(r.Endpoints), endpointLegend)
	endpointTable(d, r)
	d.text("\n</details>\n\n")
}

func coverage(d *document, r *report.Report) {
	c := r.Coverage
	if c == nil {
		return
	}
	d.textf("<details><summary>Coverage: %s%% of %s, more than %d%% demanded</summary>\n\n%s\n\n",
		report.Decimal(c.Percent()), report.Plural(c.Statements, "statement"), c.Threshold, escape(c.Source))
	l := &list{open: "| Package | Covered | Statements | |\n|---|---:|---:|---:|\n", noun: "packages"}
	for _, p := range c.LeastCovered() {
		d.entry(l, rankCoverage, fmt.Sprintf("| %s | %d | %d | %s%% |\n", code(p.Path), p.Covered, p.Statements, report.Decimal(p.Percent())))
	}
	d.text("\n</details>\n\n")
}

func notes(d *document, r *report.Report) {
	l := &list{open: "### Notes\n\n", noun: "notes"}
	for _, n := range r.Notes {
		d.entry(l, rankNote, "- "+escape(n)+"\n")
	}
}
