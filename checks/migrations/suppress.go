package migrations

import (
	"io/fs"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// directive is "-- conformance:ignore RULE reason", with // in Go; the reason is required.
var directive = regexp.MustCompile(`(?:--|//|#)\s*conformance:ignore\s+([a-z0-9-]+)[ \t]+(\S.*)`)

// suppress marks a finding that the source asks to be let be: on or above its
// line, or among the comments at the top of its file.
func (a *audit) suppress(f report.Finding, r rule.Rule) report.Finding {
	if !f.IsValid() {
		return f
	}
	lines := a.lines(f.File)
	for i, line := range lines {
		m := directive.FindStringSubmatch(line)
		if m == nil || m[1] != r.ID {
			continue
		}
		n := i + 1
		if n == f.Line || n == f.Line-1 || onlyComments(lines[:i]) {
			reason := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(m[2]), "*/"))
			f.Suppressed = &reason
			break
		}
	}
	return f
}

// onlyComments reports whether nothing but comments came before.
func onlyComments(lines []string) bool {
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "--") && !strings.HasPrefix(l, "//") && !strings.HasPrefix(l, "#") {
			return false
		}
	}
	return true
}

// lines are those of a file of the repository; none where it cannot be read.
func (a *audit) lines(name string) []string {
	if cached, ok := a.texts[name]; ok {
		return cached
	}
	var lines []string
	if st, err := fs.Stat(a.Files, name); err == nil && st.Mode().IsRegular() && st.Size() < 8<<20 {
		if data, err := fs.ReadFile(a.Files, name); err == nil {
			lines = strings.Split(string(data), "\n")
		}
	}
	a.texts[name] = lines
	return lines
}
