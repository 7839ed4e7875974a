package text

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

const (
	barCells     = 20
	scoreColumns = 17 // "100.0 up to 100.0"
	wordColumns  = 16 // "– not applicable"
)

// overview is the block of all sections, one line each, and the total.
func (t *renderer) overview() {
	t.heading("Score", "█ proven  ▒ undecided  ░ lost")
	t.blank()
	title := t.width - 5 - 2 - barCells - 2 - scoreColumns - 2 - wordColumns - 1
	for _, s := range t.r.Sections {
		st := outcomeStyle(s.Outcome)
		t.line(append([]span{
			{"  " + pad(string(s.ID), 4), bold}, {pad(cut(s.ID.Title(), title), title+1), titleStyle(s)},
		}, t.scoreCells(s.Score, st, s.Outcome.Symbol()+" "+s.Outcome.Words())...)...)
	}
	t.line(span{"  " + strings.Repeat("─", t.width-2), faint})
	v := t.r.Verdict
	t.line(append([]span{{"  " + pad("Total", 5+title), bold}},
		t.scoreCells(t.r.Score, verdictStyle(v), v.Symbol()+" "+strings.ToUpper(string(v)))...)...)
	t.total()
}

func titleStyle(s report.Section) style {
	if s.Outcome == report.NotApplicable {
		return faint
	}
	return plain
}

// scoreCells are the bar, the score and the outcome in columns.
func (t *renderer) scoreCells(i *report.Interval, st style, word string) []span {
	if i == nil {
		return []span{{" " + strings.Repeat("·", barCells) + "  ", faint}, {pad("    –", scoreColumns+2), faint}, {word, st}}
	}
	proven, open := i.Cells(barCells)
	score, up := padLeft(report.Decimal(i.Low), 5), ""
	if !i.IsPoint() {
		up = " up to " + report.Decimal(i.High)
	}
	return []span{
		{" " + strings.Repeat("█", proven), st},
		{strings.Repeat("▒", open-proven), accent},
		{strings.Repeat("░", barCells-open) + "  ", faint},
		{score, bold}, {pad(up, scoreColumns+2-5), faint}, {word, st},
	}
}

// total writes out the total from the sections' scores, and its cap.
func (t *renderer) total() {
	low, high, ok := t.r.Formulas()
	if !ok {
		return
	}
	t.blank()
	lead := []span{{"  ", plain}}
	t.formula(lead, "", low)
	if report.Decimal(high.Value) != report.Decimal(low.Value) {
		t.formula(lead, "up to ", high)
	}
	if note := t.r.CapNote(); note != "" {
		t.wrapped(lead, note, bad)
	}
	if t.r.IsCapped() {
		t.wrapped(lead, "without any cap: "+t.r.Uncapped.String(), faint)
	}
}

// formula wraps between terms, which hold no blanks; further lines begin under
// the first term.
func (t *renderer) formula(lead []span, prefix string, f report.Formula) {
	equals, terms, _ := strings.Cut(prefix+f.String(), "(")
	t.wrapped(append(lead[:len(lead):len(lead)], span{equals + "(", faint}), terms, faint)
}

// details shows each section with its terms and its criteria.
func (t *renderer) details() {
	t.heading("Sections", "satisfied/examined, points lost of the section's 100")
	for _, s := range t.r.Sections {
		t.blank()
		t.sectionHead(s)
		t.terms(s)
		t.criteria(s)
	}
}

func (t *renderer) sectionHead(s report.Section) {
	st := outcomeStyle(s.Outcome)
	score := "–"
	if s.Score != nil {
		score = s.Score.String()
	}
	right := score + "  " + s.Outcome.Symbol() + " " + s.Outcome.Words()
	left := pad(string(s.ID), 4) + cut(s.ID.Title(), t.width-utf8.RuneCountInString(right)-6)
	gap := max(2, t.width-utf8.RuneCountInString(left)-utf8.RuneCountInString(right))
	t.line(span{left, bold}, span{strings.Repeat(" ", gap), plain}, span{score, bold}, span{"  " + s.Outcome.Symbol() + " " + s.Outcome.Words(), st})
	if s.Reason != "" {
		t.wrapped([]span{{"    ", plain}}, s.Reason, faint)
	}
}

// terms writes out the section's score, and its cap.
func (t *renderer) terms(s report.Section) {
	low, high, ok := s.Formulas()
	if !ok {
		return
	}
	lead := []span{{"    ", plain}}
	t.formula(lead, "", low)
	if !s.Uncapped.IsPoint() {
		t.formula(lead, "up to ", high)
	}
	if note := s.CapNote(); note != "" {
		t.wrapped(lead, note, bad)
	}
}

// criteria gives a line to each criterion that lost something or could not be
// decided; those that pass, and those that do not apply, share lines.
func (t *renderer) criteria(s report.Section) {
	id := 0
	for _, c := range s.Criteria {
		if t.ownLine(c) {
			id = max(id, len(c.Rule.ID))
		}
	}
	var passed, idle []string
	said := ""
	for _, c := range s.Criteria {
		switch {
		case t.ownLine(c):
			t.criterion(s, c, id)
			said = t.reason(c, said)
		case c.Outcome == report.Pass:
			passed = append(passed, c.Rule.ID+" "+c.Sites())
		default:
			idle = append(idle, c.Rule.ID)
		}
	}
	if len(passed) > 0 {
		t.items([]span{{"    ✓ ", good}}, passed)
	}
	if len(idle) > 0 && s.Outcome != report.NotApplicable {
		t.items([]span{{"    – ", faint}, {"not applicable: ", faint}}, idle)
	}
}

func (t *renderer) ownLine(c report.Criterion) bool {
	return t.verbose || c.Outcome != report.Pass && c.Outcome != report.NotApplicable
}

// items writes a list that breaks between its members only.
func (t *renderer) items(lead []span, list []string) {
	const hard = "\u00a0" // keeps the blank inside an item from breaking
	for i, s := range list {
		list[i] = strings.ReplaceAll(s, " ", hard)
	}
	t.wrapped(lead, strings.Join(list, ", "), faint)
}

func (t *renderer) criterion(s report.Section, c report.Criterion, id int) {
	st := outcomeStyle(c.Outcome)
	lost := report.Lost(s.Lost(c))
	facts := []span{
		{"    " + c.Outcome.Symbol() + " ", st}, {pad(c.Rule.ID, id+2), plain}, {pad(c.Rule.Severity.String(), 9), severityStyle(c.Rule.Severity)},
		{padLeft(c.Sites(), 11), plain}, {padLeft(lost, 8), st}, {"  " + c.Outcome.Words(), faint},
	}
	if c.Undecided > 0 && c.Undecided < c.Examined {
		facts = append(facts, span{fmt.Sprintf(", %d undecided", c.Undecided), faint})
	}
	t.line(facts...)
}

// reason explains what is not decided or does not apply, with the places behind
// it. One that was just said is not repeated; it returns what was said last.
func (t *renderer) reason(c report.Criterion, said string) string {
	open := c.Undecided > 0 || c.Outcome == report.Inconclusive
	switch {
	case c.Reason == "" || !open && c.Outcome != report.NotApplicable && c.Under == "":
	case c.Reason == said:
		t.line(span{"      for the same reason", faint})
	default:
		t.wrapped([]span{{"      ", plain}}, c.Reason, faint)
		said = c.Reason
	}
	if t.verbose || open {
		t.evidence(c.Evidence)
	}
	return said
}

// evidence lists the places behind a verdict that is no finding.
func (t *renderer) evidence(places []report.Related) {
	var known []report.Related
	for _, e := range places {
		if e.IsValid() {
			known = append(known, e)
		}
	}
	t.related(known, 6)
}

func severityStyle(s rule.Severity) style {
	return map[rule.Severity]style{rule.Blocker: bad, rule.Major: warn}[s]
}
