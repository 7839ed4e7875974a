package markdown

import (
	"fmt"
	"io"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

const (
	endpointHeader = "| Method | Path | Status | P | B | R | A | V | T | Handler | Place |\n|---|---|---|:-:|:-:|:-:|:-:|:-:|:-:|---|---|\n"
	endpointLegend = "**P**arameters, **B**ody, **R**esponses, **A**uth, **V**alidation, **T**ested: ✓ ok, ✗ mismatch, ○ absent, – not applicable, ? inconclusive"
)

// WriteEndpoints writes the matrix as a table, in the order of the document,
// undocumented routes below.
func WriteEndpoints(w io.Writer, r *report.Report) error {
	d := &document{budget: SummaryBudget}
	var counts []string
	for _, c := range r.StatusCounts() {
		counts = append(counts, fmt.Sprintf("%s %d %s", c.Status.Symbol(), c.Count, c.Status))
	}
	d.text(strings.Join(counts, " · ") + "\n\n")
	endpointTable(d, r)
	d.text("\n" + endpointLegend + "\n")
	_, err := io.WriteString(w, d.String())
	return err
}

func endpointTable(d *document, r *report.Report) {
	l := &list{open: endpointHeader, noun: "endpoints"}
	for _, e := range r.MatrixOrder() {
		d.entry(l, rankEndpoint, endpointRow(e))
	}
}

func endpointRow(e report.Endpoint) string {
	cells := []string{code(e.Method), code(e.Path), e.Status.Symbol() + " " + string(e.Status)}
	for _, f := range e.Facets() {
		cells = append(cells, f.Symbol())
	}
	return "| " + strings.Join(append(cells, code(e.Handler), code(e.Place().String())), " | ") + " |\n"
}

// WriteEndpoint writes one operation of r in full.
func WriteEndpoint(w io.Writer, r *report.Report, e report.Endpoint) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s %s %s\n\n", code(e.Method+" "+e.Path), e.Status.Symbol(), e.Status)
	if e.Reason != "" {
		fmt.Fprintf(&b, "%s\n\n", escape(e.Reason))
	}
	sides(&b, e)
	if len(e.Chain) > 0 {
		b.WriteString("\n**How it is reached**\n\n")
		for i, c := range e.Chain {
			fmt.Fprintf(&b, "%d. %s %s\n", i+1, code(c.Position.String()), escape(c.Message))
		}
	}
	b.WriteString("\n| | Facet | Document | | Code | |\n|:-:|---|---|---|---|---|\n")
	aspects, found := r.Aspects(e)
	for _, a := range aspects {
		fmt.Fprintf(&b, "| %s | **%s** | | | | %s |\n", a.State.Symbol(), a.Name, a.Words)
		for _, c := range a.Compared {
			compared(&b, c)
		}
		found = append(found, a.Findings...)
	}
	if len(found) > 0 {
		b.WriteString("\n")
	}
	for _, f := range found {
		b.WriteString(finding(f))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// compared is what the document says of one thing, beside what the code does.
func compared(b *strings.Builder, c report.Comparison) {
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", c.State.Symbol(), code(c.Place), code(c.Text), code(c.Spec.String()), code(c.Code.String()), escape(c.Words))
}

// sides puts the document beside the code.
func sides(b *strings.Builder, e report.Endpoint) {
	row := func(name, value string) { fmt.Fprintf(b, "- %s: %s\n", name, value) }
	if e.Spec != nil {
		row("document", strings.TrimSpace(code(e.Spec.String())+" "+escape(e.OperationID)))
	} else {
		row("document", "not described")
	}
	if e.Route != nil {
		row("route", code(e.Route.String())+" "+code(e.Route.Pattern))
	} else {
		row("route", "none")
	}
	if e.Handler != "" {
		row("handler", code(e.Handler))
	}
	if len(e.Middleware) > 0 {
		var names []string
		for _, m := range e.Middleware {
			names = append(names, code(m))
		}
		row("middleware", strings.Join(names, ", "))
	}
	for _, n := range e.Nearest {
		row("nearest", escape(n))
	}
}
