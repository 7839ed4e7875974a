package text

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/report"
)

const noMigrations = "no migrations were found; name their folder with --migrations"

// Migrations renders every version: its scripts, whether it comes back and, for
// a round trip that failed, the difference of schemas.
func Migrations(w io.Writer, r *report.Report, opts Options) error {
	t := newRenderer(w, r, opts)
	if len(r.Migrations) == 0 {
		t.line(span{noMigrations, faint})
		return t.flush()
	}
	rows := r.SortedMigrations()
	width := utf8.RuneCountInString("VERSION")
	for _, m := range rows {
		width = max(width, utf8.RuneCountInString(versionName(m)))
	}
	width = min(width, t.width-factColumns-4)
	place := ""
	for i, m := range rows {
		if p := migrationPlace(m); i == 0 || p != place {
			place = p
			t.heading(p, "")
			t.line(span{"  " + pad("VERSION", width+2) + pad("PAIRED", 8) + pad("REVERSIBLE", 12) + "EXECUTED", faint})
		}
		t.version(m, width)
	}
	t.blank()
	t.line(span{migrationCounts(rows), bold})
	return t.flush()
}

// factColumns is the room for paired, reversible and executed.
const factColumns = 8 + 12 + 8

// version is one row, what stands below it where it is not plainly fine.
func (t *renderer) version(m report.Migration, width int) {
	symbol, st := "✓", good
	switch {
	case m.Reversible == "no" || !m.Paired || m.Roundtrip == "failed":
		symbol, st = "✗", bad
	case !m.Fine():
		symbol, st = "?", accent
	}
	paired := "yes"
	if !m.Paired {
		paired = "no"
	}
	name := versionName(m)
	if utf8.RuneCountInString(name) > width {
		name = cut(name, width)
	}
	t.line(span{symbol + " ", st}, span{pad(name, width+2), bold}, span{pad(paired, 8), plain}, span{pad(m.Reversible, 12), plain}, span{m.Executed(), plain})
	if m.Fine() && !t.verbose {
		return
	}
	indent := span{"    ", plain}
	t.wrapped([]span{indent, {"up   ", faint}}, cmp.Or(m.Up, "none"), faint)
	if m.Down != m.Up {
		t.wrapped([]span{indent, {"down ", faint}}, cmp.Or(m.Down, "none"), faint)
	}
	if m.Reason != "" && len(m.Differences) == 0 {
		t.wrapped([]span{indent}, m.Reason, plain)
	}
	if len(m.Differences) == 0 {
		return
	}
	t.line(indent, span{"after the down, against before the up:", plain})
	for _, d := range m.Differences {
		t.wrapped([]span{indent, {"  " + d.Symbol() + " ", differenceStyle(d)}}, d.Object+": "+d.Words(), plain)
	}
}

func differenceStyle(d report.SchemaDifference) style {
	return map[string]style{"-": bad, "+": good, "~": warn}[d.Symbol()]
}

func versionName(m report.Migration) string { return strings.TrimSpace(m.Version + " " + m.Name) }

// migrationPlace is the tool with its folder.
func migrationPlace(m report.Migration) string {
	return cmp.Or(m.Tool, "?") + " · " + path.Dir(cmp.Or(m.Up, m.Down))
}

// migrationCounts is the line that sums up.
func migrationCounts(rows []report.Migration) string {
	paired, fine, failed, ran := 0, 0, 0, 0
	for _, m := range rows {
		paired += one(m.Paired)
		fine += one(m.Reversible == "yes")
		failed += one(m.Roundtrip == "failed")
		ran += one(m.Roundtrip != "not_run")
	}
	return fmt.Sprintf("%s, %d paired, %d reversible, %d executed, %d failed", report.Plural(len(rows), "version"), paired, fine, ran, failed)
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
