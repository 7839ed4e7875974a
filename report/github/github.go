// Package github renders findings as GitHub Actions workflow commands, which
// the runner turns into annotations of the changed files.
package github

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// perLevel is how many annotations of one level a step may create; the runner
// drops the rest without a word
// (https://docs.github.com/en/actions/reference/limits).
const perLevel = 10

// Write writes at most ten errors and ten warnings, the most severe findings
// first, and one notice with the verdict and the number of findings that have
// no annotation. Blockers are errors; major and minor findings are warnings.
// Suppressed and baselined findings and those of severity info have none.
func Write(w io.Writer, r *report.Report) error {
	out := bufio.NewWriter(w)
	left := map[string]int{"error": perLevel, "warning": perLevel}
	shown := 0
	for _, f := range mostSevereFirst(r.Findings) {
		level := levelOf(f)
		if left[level] == 0 {
			continue
		}
		left[level]--
		shown++
		command(out, level, properties(f), f.Message)
	}
	command(out, "notice", []property{{"title", "conformance: " + string(r.Verdict)}}, summary(r, shown))
	return out.Flush()
}

func mostSevereFirst(fs []report.Finding) []report.Finding {
	return slices.SortedStableFunc(slices.Values(fs), func(a, b report.Finding) int { return int(b.Severity - a.Severity) })
}

// levelOf is empty for findings that get no annotation.
func levelOf(f report.Finding) string {
	switch {
	case !f.Live() || f.Severity == rule.Info:
		return ""
	case f.Severity == rule.Blocker:
		return "error"
	}
	return "warning"
}

type property struct{ name, value string }

func properties(f report.Finding) []property {
	var ps []property
	number := func(name string, n int) {
		if n > 0 {
			ps = append(ps, property{name, fmt.Sprint(n)})
		}
	}
	if f.File != "" {
		ps = append(ps, property{"file", f.File})
		number("line", f.Line)
		number("endLine", f.EndLine)
		number("col", f.Column)
	}
	return append(ps, property{"title", fmt.Sprintf("%s (%s, %s)", f.Rule, f.Section, f.Severity)})
}

// command writes one workflow command on one line.
func command(w io.Writer, name string, ps []property, message string) {
	var list []string
	for _, p := range ps {
		list = append(list, p.name+"="+escapeProperty(p.value))
	}
	fmt.Fprintf(w, "::%s %s::%s\n", name, strings.Join(list, ","), escapeData(message))
}

// escapeData and escapeProperty follow the runner's own toolkit
// (https://github.com/actions/toolkit, packages/core/src/command.ts).
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// summary says how it came out and what has no annotation.
func summary(r *report.Report, shown int) string {
	score := "no section applies"
	if r.Score != nil {
		score = "score " + r.Score.String()
	}
	parts := []string{score + ", " + r.Verdict.Meaning()}
	for _, g := range r.Gates {
		if g.Verdict != report.VerdictPass {
			parts = append(parts, fmt.Sprintf("gate %s: want %s, got %s", g.Name, g.Want, g.Got))
		}
	}
	if cut := len(r.Findings) - shown; cut > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s without annotation here%s; the job summary and the report list all of them",
			cut, report.Plural(len(r.Findings), "finding"), quiet(r.Findings)))
	}
	return strings.Join(parts, "; ")
}

// quiet counts the findings that would have no annotation however few there are.
func quiet(fs []report.Finding) string {
	n := 0
	for _, f := range fs {
		if levelOf(f) == "" {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d suppressed, baselined or of severity info)", n)
}
