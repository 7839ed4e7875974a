package text

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/report"
)

const (
	findingsPerRule = 10
	relatedPerSite  = 4
	placeColumns    = 38
)

// findings lists the defects by rule, in report order.
func (t *renderer) findings() {
	groups := report.ByRule(t.r.Findings)
	if len(groups) == 0 {
		t.heading("Findings", "none")
		return
	}
	t.heading("Findings", report.Plural(len(t.r.Findings), "finding")+" of "+report.Plural(len(groups), "rule"))
	for _, fs := range groups {
		t.blank()
		t.group(fs)
	}
}

func (t *renderer) group(fs []report.Finding) {
	f := fs[0]
	t.line(span{pad(string(f.Section), 4), bold}, span{f.Rule, bold}, span{"  " + f.Severity.String(), severityStyle(f.Severity)},
		span{"  " + report.Plural(len(fs), "finding"), faint})
	shown := fs
	if !t.verbose && len(fs) > findingsPerRule {
		shown = fs[:findingsPerRule]
	}
	place := 0
	for _, f := range shown {
		place = max(place, min(placeColumns, utf8.RuneCountInString(f.Position.String())))
	}
	for _, f := range shown {
		t.finding(f, place)
	}
	if cut := len(fs) - len(shown); cut > 0 {
		t.line(span{fmt.Sprintf("    … and %d more; --verbose lists them all", cut), faint})
	}
}

func (t *renderer) finding(f report.Finding, place int) {
	at := f.Position.String()
	lead := []span{{"    " + pad(at, place) + "  ", accent}}
	if place == 0 { // no finding of this rule has a place
		lead = []span{{"    ", plain}}
	}
	if utf8.RuneCountInString(at) > place { // too long for the column: a line of its own
		t.line(span{"    " + at, accent})
		lead = []span{{strings.Repeat(" ", belowIndent), plain}}
	}
	message := f.Message
	if state := f.State(); state != "" {
		message += " (" + state + ")"
	}
	t.wrapped(lead, message, plain)
	t.related(f.Related, lead[0].width())
}

func (t *renderer) related(rs []report.Related, indent int) {
	shown := rs
	if !t.verbose && len(rs) > relatedPerSite {
		shown = rs[:relatedPerSite]
	}
	for _, r := range shown {
		t.wrapped([]span{{strings.Repeat(" ", indent) + "↳ ", faint}, {r.Position.String() + "  ", accent}}, r.Message, faint)
	}
	if cut := len(rs) - len(shown); cut > 0 {
		t.line(span{fmt.Sprintf("%s  … and %d more places; --verbose lists them all", strings.Repeat(" ", indent), cut), faint})
	}
}

// unresolved lists registrations that evaluation could not follow.
func (t *renderer) unresolved() {
	if len(t.r.Unresolved) == 0 {
		return
	}
	t.heading("Unresolved registrations", report.Plural(len(t.r.Unresolved), "place"))
	for _, u := range t.r.Unresolved {
		t.wrapped([]span{{"  ? ", accent}, {u.Position.String() + "  ", accent}}, u.Message, plain)
	}
}

// notes are what could not be loaded or decided.
func (t *renderer) notes() {
	if len(t.r.Notes) == 0 {
		return
	}
	t.heading("Notes", "what could not be loaded or decided")
	for _, n := range t.r.Notes {
		t.wrapped([]span{{"  • ", faint}}, n, plain)
	}
}
