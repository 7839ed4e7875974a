package text

import (
	"fmt"
	"io"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/diff"
	"github.com/backend-conformance/conformance/report/json"
)

// Diff renders what changed between two reports; the error is the writer's.
func Diff(w io.Writer, d *diff.Diff, opts Options) error {
	t := &comparison{page: newRenderer(w, nil, opts).page, d: d}
	t.header()
	t.scores()
	t.findings()
	t.undecided()
	t.endpoints()
	t.coverage()
	t.verdict()
	return t.flush()
}

// comparison is one run of Diff.
type comparison struct {
	*page
	d *diff.Diff
}

func (t *comparison) header() {
	t.line(span{"conformance diff", bold}, span{"  ruleset " + t.d.Tool.Ruleset + hash(t.d.Tool.RulesetHash), faint})
	t.blank()
	t.side("old", t.d.Old)
	t.side("new", t.d.New)
}

func (t *comparison) side(name string, s diff.Side) {
	remark := ""
	if s.Commit != nil {
		remark = commit(*s.Commit)
	}
	v := report.Verdict(s.Verdict)
	t.line(span{"  " + pad(name, 6), faint}, span{v.Symbol() + " " + pad(s.Verdict, 11), verdictStyle(v)}, span{s.Module, bold}, span{remark, faint})
}

func (t *comparison) scores() {
	t.heading("Score", report.Plural(len(t.d.Sections), "section")+" changed")
	t.score("Total", "", t.d.Score, bold)
	for _, s := range t.d.Sections {
		remark := s.Title
		if s.Old != s.New {
			remark = words(s.Old) + " → " + words(s.New)
		}
		if len(s.Rules) > 0 {
			remark += ": " + strings.Join(s.Rules, ", ")
		}
		t.score(s.ID, remark, s.Score, plain)
	}
}

// words is an outcome as people write it.
func words(outcome string) string { return strings.ReplaceAll(outcome, "_", " ") }

func (t *comparison) score(name, remark string, c diff.Change, st style) {
	lead := []span{{"  " + pad(name, 6), st}, {padLeft(shown(c.Old), 14) + " → " + pad(shown(c.New), 15), st}, trend(c.Delta)}
	t.wrapped(lead, remark, faint)
}

// shown is a score with its upper end where that differs.
func shown(i *json.Interval) string {
	switch {
	case i == nil:
		return "–"
	case i.Low == i.High:
		return string(i.Low)
	}
	return string(i.Low) + "–" + string(i.High)
}

const trendColumns = 8

func trend(delta *json.Number) span {
	if delta == nil {
		return span{pad("", trendColumns), plain}
	}
	switch delta.Rat().Sign() {
	case 1:
		return span{pad("+"+string(*delta), trendColumns), good}
	case -1:
		return span{pad("−"+strings.TrimPrefix(string(*delta), "-"), trendColumns), bad}
	}
	return span{pad("±0", trendColumns), faint}
}

func (t *comparison) findings() {
	f := t.d.Findings
	remark := fmt.Sprintf("%d new · %d gone · %d unchanged", len(f.New), len(f.Gone), len(f.Unchanged))
	if len(f.Exposed) > 0 {
		remark = fmt.Sprintf("%d new · %d no longer accepted · %d gone · %d unchanged", len(f.New), len(f.Exposed), len(f.Gone), len(f.Unchanged))
	}
	t.heading("Findings", remark)
	t.group("+", "new", f.New, bad)
	t.group("!", "no longer accepted", f.Exposed, bad)
	t.group("−", "gone", f.Gone, good)
}

func (t *comparison) group(symbol, state string, fs []json.Finding, st style) {
	for _, f := range fs {
		t.blank()
		t.line(span{"  " + symbol + " ", st}, span{pad(f.Section, 4), bold}, span{f.Rule, bold}, span{"  " + f.Severity, st}, span{"  " + state + accepted(f), faint})
		if at := position(f); at != "" {
			t.line(span{"         " + at, accent})
		}
		t.wrapped([]span{{"         ", plain}}, f.Message, plain)
	}
}

// accepted says why gates do not count a finding; empty for live ones.
func accepted(f json.Finding) string {
	switch {
	case f.Suppressed != nil:
		return ", suppressed: " + f.Suppressed.Reason
	case f.Baselined:
		return ", in the baseline"
	}
	return ""
}

func position(f json.Finding) string {
	var p report.Position
	if f.File != nil {
		p.File = *f.File
	}
	if f.Line != nil {
		p.Line = *f.Line
	}
	return p.String()
}

func (t *comparison) undecided() {
	if len(t.d.Undecided) == 0 {
		return
	}
	t.heading("No longer decided", "what these rules found before may still be there")
	for _, c := range t.d.Undecided {
		reason := ""
		if c.Reason != nil {
			reason = *c.Reason
		}
		t.wrapped([]span{{"  ? ", accent}, {pad(c.Section, 4), bold}, {c.Rule, bold}, {"  " + c.Severity + "  ", faint}}, reason, plain)
	}
}

func (t *comparison) endpoints() {
	if len(t.d.Endpoints) == 0 {
		return
	}
	t.heading("Endpoints", report.Plural(len(t.d.Endpoints), "row")+" of the matrix changed")
	for _, e := range t.d.Endpoints {
		name := e.Method + " " + e.Path
		switch {
		case e.Old == nil:
			t.wrapped([]span{{"  + ", accent}, {name + "  ", bold}}, *e.New, plain)
		case e.New == nil:
			t.wrapped([]span{{"  − ", accent}, {name + "  ", bold}}, "was "+*e.Old, plain)
		default:
			t.wrapped([]span{{"  ~ ", accent}, {name + "  ", bold}}, strings.Join(e.Changes(), "; "), plain)
		}
	}
}

func (t *comparison) coverage() {
	c := t.d.Coverage
	if c == nil {
		return
	}
	t.heading("Coverage", "")
	t.line(span{"  " + pad("", 6), plain}, span{padLeft(percent(c.Old), 14) + " → " + pad(percent(c.New), 15), plain}, trend(c.Delta))
}

func percent(n *json.Number) string {
	if n == nil {
		return "not measured"
	}
	return string(*n) + "%"
}

func (t *comparison) verdict() {
	v := t.d.Verdict
	word := map[report.Verdict]string{report.VerdictPass: "NOT WORSE", report.VerdictFail: "WORSE", report.VerdictUndecided: "UNDECIDED"}[v]
	t.blank()
	t.line(span{v.Symbol() + " " + word, verdictStyle(v)}, span{"  " + t.d.Meaning(), bold}, span{fmt.Sprintf("  exit %d", v.ExitCode()), faint})
}
