package text

import (
	"strings"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/report"
)

// inputColumns and constraintColumns bound the columns of the list of
// constraints; what is longer moves the rest of its line.
const (
	inputColumns      = 26
	constraintColumns = 22
)

// constraints lists what the document demands of the input, and the line that
// enforces it; where there is none, the document's.
func (t *renderer) constraints(list []report.Constraint) {
	place, text := 0, 0
	for _, c := range list {
		place = max(place, min(inputColumns, utf8.RuneCountInString(c.Place)))
		text = max(text, min(constraintColumns, utf8.RuneCountInString(c.Text)))
	}
	last := ""
	for _, c := range list {
		name := c.Place
		if name == last {
			name = ""
		}
		last = c.Place
		where := c.Code
		if !where.IsValid() || c.State == report.FacetAbsent {
			where = c.Spec
		}
		t.wrapped([]span{
			{strings.Repeat(" ", 6), plain}, {c.State.Symbol() + " ", facetStyle(c.State)},
			{pad(name, place) + "  ", plain}, {pad(c.Text, text) + "  ", bold}, {where.String() + "  ", accent},
		}, c.Words, faint)
	}
}
