package markdown

import (
	"fmt"
	"io"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/diff"
	"github.com/backend-conformance/conformance/report/json"
)

// diffRows bounds each table of a comparison, so that it fits a comment; what is
// left out is counted.
const diffRows = 50

// WriteDiff renders what changed between two reports; the error is the writer's.
func WriteDiff(w io.Writer, d *diff.Diff) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s conformance: %s → %s%s\n\n", d.Verdict.Symbol(), shown(d.Score.Old), shown(d.Score.New), signed(d.Score.Delta, " (", ")"))
	fmt.Fprintf(&b, "%s: %s. %d new, %d gone, %d unchanged.\n", strings.ToUpper(string(d.Verdict)), escape(d.Meaning()),
		len(d.Findings.New), len(d.Findings.Gone), len(d.Findings.Unchanged))
	diffSections(&b, d)
	diffFindings(&b, "New", d.Findings.New)
	diffFindings(&b, "No longer accepted", d.Findings.Exposed)
	diffFindings(&b, "Gone", d.Findings.Gone)
	diffRest(&b, d)
	_, err := io.WriteString(w, b.String())
	return err
}

func diffSections(b *strings.Builder, d *diff.Diff) {
	if len(d.Sections) == 0 {
		return
	}
	b.WriteString("\n| section | before | after | change | rules |\n|---|--:|--:|--:|---|\n")
	for _, s := range d.Sections {
		fmt.Fprintf(b, "| %s %s | %s | %s | %s | %s |\n", s.ID, escape(s.Title), shown(s.Score.Old), shown(s.Score.New), signed(s.Score.Delta, "", ""), escape(strings.Join(s.Rules, ", ")))
	}
}

func diffFindings(b *strings.Builder, title string, fs []json.Finding) {
	if len(fs) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### %s: %s\n\n| rule | severity | place | finding |\n|---|---|---|---|\n", title, report.Plural(len(fs), "finding"))
	for _, f := range fs[:min(len(fs), diffRows)] {
		place := ""
		if f.File != nil {
			place = *f.File
			if f.Line != nil {
				place = fmt.Sprintf("%s:%d", place, *f.Line)
			}
		}
		fmt.Fprintf(b, "| %s %s | %s | %s | %s |\n", f.Section, code(f.Rule), f.Severity, code(place), escape(f.Message))
	}
	cutNote(b, len(fs))
}

func cutNote(b *strings.Builder, n int) {
	if n > diffRows {
		fmt.Fprintf(b, "\n… and %d more; the JSON form lists them all.\n", n-diffRows)
	}
}

func diffRest(b *strings.Builder, d *diff.Diff) {
	if len(d.Undecided) > 0 {
		b.WriteString("\n### No longer decided\n\n")
		for _, c := range d.Undecided {
			reason := ""
			if c.Reason != nil {
				reason = ": " + escape(*c.Reason)
			}
			fmt.Fprintf(b, "- %s %s, %s%s\n", c.Section, code(c.Rule), c.Severity, reason)
		}
	}
	if len(d.Endpoints) > 0 {
		b.WriteString("\n### Endpoints\n\n")
		for _, e := range d.Endpoints[:min(len(d.Endpoints), diffRows)] {
			what := strings.Join(e.Changes(), "; ")
			switch {
			case e.Old == nil:
				what = "added, " + *e.New
			case e.New == nil:
				what = "removed, was " + *e.Old
			}
			fmt.Fprintf(b, "- %s: %s\n", code(e.Method+" "+e.Path), what)
		}
		cutNote(b, len(d.Endpoints))
	}
	if c := d.Coverage; c != nil {
		fmt.Fprintf(b, "\nCoverage: %s → %s%s\n", measured(c.Old), measured(c.New), signed(c.Delta, " (", ")"))
	}
}

func shown(i *json.Interval) string {
	switch {
	case i == nil:
		return "–"
	case i.Low == i.High:
		return string(i.Low)
	}
	return string(i.Low) + "–" + string(i.High)
}

func signed(delta *json.Number, before, after string) string {
	if delta == nil {
		return ""
	}
	text := strings.Replace(string(*delta), "-", "−", 1)
	switch delta.Rat().Sign() {
	case 0:
		text = "±0"
	case 1:
		text = "+" + text
	}
	return before + text + after
}

func measured(n *json.Number) string {
	if n == nil {
		return "not measured"
	}
	return string(*n) + "%"
}
