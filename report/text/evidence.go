package text

import (
	"strings"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/report"
)

// subjectColumns and sideColumns bound the columns of what was compared; what is
// longer moves the rest of its line.
const (
	subjectColumns = 26
	sideColumns    = 30
)

// compared lists what a facet rests on, two lines each: what the document says,
// and below it what the code does, with the places of both.
func (t *renderer) compared(list []report.Comparison) {
	place, words := 0, 0
	for _, c := range list {
		place = max(place, upTo(subjectColumns, c.Place))
		words = max(words, upTo(sideColumns, c.Text), upTo(sideColumns, c.Words))
	}
	last := ""
	for _, c := range list {
		name := c.Place
		if name == last {
			name = ""
		}
		last = c.Place
		head := []span{{strings.Repeat(" ", 6), plain}, {c.State.Symbol() + " ", facetStyle(c.State)}, {pad(name, place) + "  ", plain}}
		if c.Text != "" {
			t.sided(head, c.Text, words, bold, c.Spec)
			head = []span{{strings.Repeat(" ", 10+place), plain}}
		}
		if c.Words != "" || c.Code.IsValid() {
			t.sided(head, c.Words, words, faint, c.Code)
		}
	}
}

// upTo is the length of a text, 0 for one that is longer than a column may be.
func upTo(columns int, text string) int {
	if n := utf8.RuneCountInString(text); n <= columns {
		return n
	}
	return 0
}

// sided writes one side of a comparison: the words, and where they stand. What
// does not fit beside the words moves below them, as far right as it can.
func (t *renderer) sided(head []span, words string, columns int, s style, at report.Position) {
	indent, place := width(head), at.String()
	n := utf8.RuneCountInString(place)
	switch {
	case !at.IsValid():
		t.wrapped(head, words, s)
	case utf8.RuneCountInString(words) > columns || indent+columns+2+n > t.width:
		t.wrapped(head, words, s)
		t.line(span{strings.Repeat(" ", max(indent+2, min(indent+columns+2, t.width-n))), plain}, span{place, accent})
	default:
		t.line(append(head, span{pad(words, columns) + "  ", s}, span{place, accent})...)
	}
}

// width is how many columns a line takes so far.
func width(line []span) int {
	n := 0
	for _, s := range line {
		n += utf8.RuneCountInString(s.text)
	}
	return n
}
