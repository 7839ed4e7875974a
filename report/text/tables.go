package text

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// packagesShown bounds the coverage table; the least covered come first.
const packagesShown = 15

// coverage is the package table, least covered first, and the total.
func (t *renderer) coverage() {
	c := t.r.Coverage
	if c == nil {
		return
	}
	t.heading("Coverage", c.Source)
	shown, cut := c.LeastCovered(), 0
	if !t.verbose && len(shown) > packagesShown {
		cut = len(shown) - packagesShown
		shown = shown[:packagesShown]
	}
	t.coverageLine("total", report.PackageCoverage{Statements: c.Statements, Covered: c.Covered}, bold, fmt.Sprintf("more than %d%% demanded", c.Threshold))
	for _, p := range shown {
		t.coverageLine(shortPackage(p.Path, t.r.Module), p, plain, "")
	}
	if cut > 0 {
		t.line(span{fmt.Sprintf("  … and %s more; --verbose lists them all", report.Plural(cut, "package")), faint})
	}
}

func (t *renderer) coverageLine(name string, p report.PackageCoverage, st style, remark string) {
	percent := p.Percent()
	full, _ := report.Interval{Low: percent, High: percent}.Cells(barCells)
	t.line(span{"  ", plain}, span{strings.Repeat("█", full), coverageStyle(p, t.r.Coverage.Threshold)}, span{strings.Repeat("░", barCells-full), faint},
		span{padLeft(report.Decimal(percent)+"%", 8), bold}, span{padLeft(fmt.Sprintf("%d/%d", p.Covered, p.Statements), 14), faint},
		span{"  " + name, st}, span{"  " + remark, faint})
}

func coverageStyle(p report.PackageCoverage, threshold int) style {
	switch {
	case 100*p.Covered > threshold*p.Statements:
		return good
	case p.Covered == 0:
		return bad
	}
	return warn
}

// shortPackage drops the module's path, which every package shares.
func shortPackage(path, module string) string {
	if rest, ok := strings.CutPrefix(path, module); ok && module != "" {
		return "." + rest
	}
	return path
}

// migrations lists the versions that are not plainly fine; --verbose lists all.
func (t *renderer) migrations() {
	if len(t.r.Migrations) == 0 {
		return
	}
	var shown []report.Migration
	for _, m := range t.r.SortedMigrations() {
		if t.verbose || !m.Paired || m.Reversible != "yes" || m.Roundtrip == "failed" {
			shown = append(shown, m)
		}
	}
	remark := report.Plural(len(t.r.Migrations), "version")
	if fine := len(t.r.Migrations) - len(shown); fine > 0 {
		remark += fmt.Sprintf(", %d paired and reversible", fine)
	}
	t.heading("Migrations", remark)
	all := len(shown)
	shown = few(t, shown)
	width := 0
	for _, m := range shown {
		width = max(width, len(m.Version)+1+len(m.Name))
	}
	for _, m := range shown {
		facts := []string{"reversible " + m.Reversible, "round trip " + strings.ReplaceAll(m.Roundtrip, "_", " ")}
		if !m.Paired {
			facts = append([]string{"no down"}, facts...)
		}
		if m.Reason != "" {
			facts = append(facts, m.Reason)
		}
		t.wrapped([]span{{"  " + pad(m.Version+" "+m.Name, width+2), bold}, {cmp.Or(m.Tool, "?") + "  ", faint}}, strings.Join(facts, " · "), plain)
	}
	t.more(all-len(shown), "version")
}
