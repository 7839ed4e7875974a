package docs

import (
	"io/fs"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// suppressions reads "# conformance:ignore RULE reason" (in Go with //) on or
// above the line of a finding. JSON has no comments and so no directives.
type suppressions struct {
	files fs.FS
	lines map[string][]string
}

var directive = regexp.MustCompile(`(?:#|//)\s*conformance:ignore\s+([a-z0-9-]+)[ \t]+(\S.*)`)

func (s *suppressions) apply(r rule.Rule, f report.Finding) report.Finding {
	if f.Line == 0 {
		return f
	}
	lines := s.read(f.File)
	for _, n := range []int{f.Line, f.Line - 1} {
		if n < 1 || n > len(lines) {
			continue
		}
		if m := directive.FindStringSubmatch(lines[n-1]); m != nil && m[1] == r.ID {
			reason := strings.TrimSpace(m[2])
			f.Suppressed = &reason
			return f
		}
	}
	return f
}

func (s *suppressions) read(name string) []string {
	if lines, ok := s.lines[name]; ok {
		return lines
	}
	var lines []string
	if info, err := fs.Stat(s.files, name); err == nil && info.Mode().IsRegular() && info.Size() <= 10<<20 {
		if data, err := fs.ReadFile(s.files, name); err == nil {
			lines = strings.Split(string(data), "\n")
		}
	}
	s.lines[name] = lines
	return lines
}
