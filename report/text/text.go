// Package text renders a report for a terminal: sections with the terms of
// their scores, findings by rule, tables, gates and what to fix first.
package text

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/report"
)

// Options say how the report looks, never what it says.
type Options struct {
	// Color turns colours on; see UseColor for the decision.
	Color bool
	// Verbose lists every finding, rule and package; without it long lists are
	// cut, with the number of what is left out.
	Verbose bool
	// Width is the number of columns; 0 means 100, less than 60 counts as 60.
	Width int
}

const (
	defaultWidth = 100
	minWidth     = 60
)

// renderer is one run of Write.
type renderer struct {
	*page
	r       *report.Report
	verbose bool
}

// Write renders r to w; the error is the writer's.
func Write(w io.Writer, r *report.Report, opts Options) error {
	t := newRenderer(w, r, opts)
	t.header()
	t.overview()
	t.details()
	t.findings()
	t.unresolved()
	t.migrations()
	t.coverage()
	t.notes()
	t.gates()
	t.fixFirst()
	t.verdict()
	return t.flush()
}

// header says what was audited, by what, against which document.
func (t *renderer) header() {
	tool := t.r.Tool
	name := cmp.Or(tool.Name, "conformance")
	t.line(span{name + " " + tool.Version, bold}, span{"  ruleset " + tool.Ruleset + hash(tool.RulesetHash), faint})
	t.blank()
	t.field("module", t.r.Module, report.Plural(t.r.Packages, "package")+commit(t.r.Commit))
	used := 0
	for _, s := range t.r.Specs {
		if s.Used {
			used++
			t.field("document", s.Path, specFacts(s))
			t.wrapped([]span{{strings.Repeat(" ", fieldIndent), plain}}, s.Reason, faint)
		}
	}
	if used == 0 {
		t.field("document", "none", "no OpenAPI document is judged")
	}
	for _, s := range t.r.Specs {
		if !s.Used {
			t.field("not used", s.Path, specFacts(s))
			t.wrapped([]span{{strings.Repeat(" ", fieldIndent), plain}}, s.Reason, faint)
		}
	}
}

const fieldIndent = 14

func (t *renderer) field(name, value, remark string) {
	lead := []span{{"  " + pad(name, fieldIndent-2), faint}, {value, bold}}
	if used := fieldIndent + utf8.RuneCountInString(value+remark) + 2; used > t.width {
		t.line(lead...)
		t.wrapped([]span{{strings.Repeat(" ", fieldIndent), plain}}, remark, faint)
		return
	}
	t.line(append(lead, span{"  " + remark, faint})...)
}

func hash(h string) string {
	if h == "" {
		return ""
	}
	return " (" + h + ")"
}

func commit(c string) string {
	if c == "" {
		return ""
	}
	return " · commit " + c[:min(12, len(c))]
}

func specFacts(s report.Spec) string {
	facts := []string{"OpenAPI " + cmp.Or(s.Version, "?"), report.Plural(s.Operations, "operation")}
	if s.BasePath != "" {
		facts = append(facts, "base path "+s.BasePath)
	}
	return strings.Join(facts, " · ")
}

// gates lists each condition with what was wanted and what was found.
func (t *renderer) gates() {
	if len(t.r.Gates) == 0 {
		return
	}
	t.heading("Gates", "")
	name, want := 0, 0
	for _, g := range t.r.Gates {
		name, want = max(name, len(g.Name)), max(want, len(g.Want))
	}
	for _, g := range t.r.Gates {
		st := verdictStyle(g.Verdict)
		t.line(span{"  " + g.Verdict.Symbol() + " " + pad(string(g.Verdict), 11), st}, span{pad(g.Name, name+2), bold},
			span{"want " + pad(g.Want, want+2), faint}, span{"got " + g.Got, plain})
	}
}

// verdict is the last line: what a reader who scrolls to the end must know.
func (t *renderer) verdict() {
	v := t.r.Verdict
	t.blank()
	score := "no score: no section applies"
	if t.r.Score != nil {
		score = "score " + t.r.Score.String()
	}
	t.line(span{v.Symbol() + " " + strings.ToUpper(string(v)), verdictStyle(v)}, span{"  " + score, bold},
		span{fmt.Sprintf("  exit %d: %s", v.ExitCode(), v.Meaning()), faint})
}

func verdictStyle(v report.Verdict) style {
	return map[report.Verdict]style{report.VerdictPass: good, report.VerdictFail: bad, report.VerdictUndecided: warn}[v]
}

func outcomeStyle(o report.Outcome) style {
	return map[report.Outcome]style{
		report.Pass: good, report.Partial: warn, report.Fail: bad, report.NotApplicable: faint, report.Inconclusive: accent,
	}[o]
}
