package text

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/report"
)

const (
	methodColumns = 8
	statusColumns = 16 // "+ undocumented", "? inconclusive"
)

// facetColumns is the room for the six facets, a blank between them.
var facetColumns = 2*len(report.FacetNames()) - 1

// Endpoints renders the matrix: one row for each operation in the order of the
// document, undocumented routes below. Where a row with handler and place does
// not fit into the width, these two stand on a line of their own.
func Endpoints(w io.Writer, r *report.Report, opts Options) error {
	t := newRenderer(w, r, opts)
	if len(r.Endpoints) == 0 {
		t.line(span{"no operation and no route was found", faint})
		return t.flush()
	}
	t.matrixHead()
	columns := t.matrixColumns()
	undocumented := false
	for _, e := range r.MatrixOrder() {
		if e.Status == report.Undocumented && !undocumented {
			undocumented = true
			t.blank()
		}
		t.matrixRow(e, columns)
	}
	t.blank()
	t.legend()
	return t.flush()
}

func newRenderer(w io.Writer, r *report.Report, opts Options) *renderer {
	return &renderer{newPage(w, max(minWidth, cmp.Or(opts.Width, defaultWidth)), opts.Color), r, opts.Verbose}
}

// matrixHead counts the rows and names the document.
func (t *renderer) matrixHead() {
	var spans []span
	for i, c := range t.r.StatusCounts() {
		if i > 0 {
			spans = append(spans, span{"  ", plain})
		}
		spans = append(spans, span{fmt.Sprintf("%s %d %s", c.Status.Symbol(), c.Count, c.Status), statusStyle(c.Status)})
	}
	for _, s := range t.r.Specs {
		if s.Used {
			t.line(span{s.Path, bold}, span{"  " + specFacts(s), faint})
		}
	}
	t.line(spans...)
	t.blank()
}

// columns are the widths of a row.
type columns struct {
	path, handler, place int
	oneLine              bool
}

func (t *renderer) matrixColumns() columns {
	var c columns
	for _, e := range t.r.Endpoints {
		c.path = max(c.path, utf8.RuneCountInString(e.Path))
		c.handler = max(c.handler, utf8.RuneCountInString(e.Handler))
		c.place = max(c.place, utf8.RuneCountInString(e.Place().String()))
	}
	fixed := methodColumns + 2 + statusColumns + facetColumns
	c.oneLine = fixed+c.path+2+c.handler+2+c.place <= t.width
	c.path = min(c.path, t.width-fixed)
	head := []span{{pad("METHOD", methodColumns), faint}, {pad("PATH", c.path+2), faint}, {pad("STATUS", statusColumns), faint}, {initials(), faint}}
	if c.oneLine {
		head = append(head, span{"  " + pad("HANDLER", c.handler+2), faint}, span{"PLACE", faint})
	}
	t.line(head...)
	return c
}

// initials heads the facets: "P B R A V T".
func initials() string {
	var list []string
	for _, name := range report.FacetNames() {
		list = append(list, strings.ToUpper(name[:1]))
	}
	return strings.Join(list, " ")
}

func (t *renderer) matrixRow(e report.Endpoint, c columns) {
	head := []span{{pad(e.Method, methodColumns), bold}, {pad(e.Path, c.path+2), plain}}
	if utf8.RuneCountInString(e.Path) > c.path { // the path stays whole, on its own line
		t.line(head...)
		head = []span{{strings.Repeat(" ", methodColumns+c.path+2), plain}}
	}
	row := append(head, span{pad(e.Status.Symbol()+" "+string(e.Status), statusColumns), statusStyle(e.Status)})
	for i, f := range e.Facets() {
		if i > 0 {
			row = append(row, span{" ", plain})
		}
		row = append(row, span{f.Symbol(), facetStyle(f)})
	}
	if c.oneLine {
		row = append(row, span{"  " + pad(e.Handler, c.handler+2), plain}, span{e.Place().String(), faint})
	}
	t.line(row...)
	indent := span{strings.Repeat(" ", methodColumns), plain}
	if !c.oneLine {
		where := []span{indent}
		if e.Handler != "" {
			where = append(where, span{e.Handler + "  ", faint})
		}
		t.line(append(where, span{e.Place().String(), accent})...)
	}
	if e.Reason != "" {
		t.wrapped([]span{indent}, e.Reason+nearest(e), plain)
	}
}

func nearest(e report.Endpoint) string {
	if len(e.Nearest) == 0 {
		return ""
	}
	return "; nearest: " + strings.Join(e.Nearest, ", ")
}

func statusStyle(s report.EndpointStatus) style {
	return map[report.EndpointStatus]style{
		report.Implemented: good, report.Stub: bad, report.Missing: bad, report.Undocumented: warn, report.EndpointUnclear: accent,
	}[s]
}

func facetStyle(f report.Facet) style {
	return map[report.Facet]style{
		report.FacetOK: good, report.FacetMismatch: bad, report.FacetAbsent: bad, report.FacetNotApplicable: faint, report.FacetInconclusive: accent,
	}[f]
}

// legend explains initials and symbols.
func (t *renderer) legend() {
	var initials, symbols []span
	for _, name := range report.FacetNames() {
		initials = append(initials, span{strings.ToUpper(name[:1]), bold}, span{" " + name + "  ", faint})
	}
	for _, f := range []report.Facet{report.FacetOK, report.FacetMismatch, report.FacetAbsent, report.FacetNotApplicable, report.FacetInconclusive} {
		symbols = append(symbols, span{f.Symbol(), facetStyle(f)}, span{" " + f.Words() + "  ", faint})
	}
	t.line(initials...)
	t.line(symbols...)
}

// Endpoint renders one operation in full: both sides, how its registration is
// reached, and facet by facet what was found. e is one of r's endpoints.
func Endpoint(w io.Writer, r *report.Report, e report.Endpoint, opts Options) error {
	t := newRenderer(w, r, opts)
	t.line(span{e.Method + " " + e.Path, bold}, span{"  " + e.Status.Symbol() + " " + string(e.Status), statusStyle(e.Status)})
	if e.Reason != "" {
		t.wrapped([]span{{"  ", plain}}, e.Reason, statusStyle(e.Status))
	}
	t.blank()
	t.sides(e)
	t.chain(e)
	t.aspects(e)
	return t.flush()
}

// sides puts the document beside the code.
func (t *renderer) sides(e report.Endpoint) {
	spec, operation := "not described", ""
	if e.Spec != nil {
		spec, operation = e.Spec.String(), e.OperationID
	}
	t.field("document", spec, operation)
	route, pattern := "no route", ""
	if e.Route != nil {
		route, pattern = e.Route.String(), e.Method+" "+e.Route.Pattern
		if e.Declared {
			pattern += " (declared in the configuration)"
		}
	}
	t.field("route", route, pattern)
	if e.Handler != "" {
		t.field("handler", e.Handler, "")
	}
	for i, m := range e.Middleware {
		name := ""
		if i == 0 {
			name = "middleware"
		}
		t.field(name, m, "")
	}
	for i, n := range e.Nearest {
		name := ""
		if i == 0 {
			name = "nearest"
		}
		t.field(name, n, "")
	}
}

// chain is how the registration is reached from main.
func (t *renderer) chain(e report.Endpoint) {
	if len(e.Chain) == 0 {
		return
	}
	t.heading("How it is reached", "")
	for i, c := range e.Chain {
		lead := strings.Repeat("  ", i+1)
		t.wrapped([]span{{lead + "↳ ", faint}, {c.Position.String() + "  ", accent}}, c.Message, plain)
	}
}

func (t *renderer) aspects(e report.Endpoint) {
	t.heading("Document against code", "")
	aspects, rest := t.r.Aspects(e)
	for _, a := range aspects {
		t.line(span{"  " + a.State.Symbol() + " ", facetStyle(a.State)}, span{pad(a.Name, 13), bold}, span{a.Words, facetStyle(a.State)})
		t.compared(a.Compared)
		t.defects(a.Findings)
	}
	if len(rest) > 0 {
		t.blank()
		t.defects(rest)
	}
}

// defects lists findings under a facet.
func (t *renderer) defects(fs []report.Finding) {
	for _, f := range fs {
		message := f.Message + " [" + f.Rule + "]"
		if state := f.State(); state != "" {
			message += " (" + state + ")"
		}
		t.wrapped([]span{{"      ", plain}, {f.Position.String() + "  ", accent}}, message, plain)
		t.related(f.Related, 8)
	}
}
