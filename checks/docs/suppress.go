package docs

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// suppressions reads "# conformance:ignore RULE reason" (in Go with //) on or
// above the line of a finding. JSON has no comments and so no directives.
type suppressions struct {
	files fs.FS
	// found are the directives of each file that was asked about, by line.
	found map[string]map[int]ignored
}

// ignored is what one directive says.
type ignored struct{ rule, reason string }

var directive = regexp.MustCompile(`(?:#|//)\s*conformance:ignore\s+([a-z0-9-]+)[ \t]+(\S.*)`)

func (s *suppressions) apply(r rule.Rule, f report.Finding) report.Finding {
	if f.Line == 0 {
		return f
	}
	lines := s.read(f.File)
	for _, n := range []int{f.Line, f.Line - 1} {
		if d, ok := lines[n]; ok && d.rule == r.ID {
			f.Suppressed = &d.reason
			return f
		}
	}
	return f
}

// read looks for directives once in each file: a document may be one line of
// megabytes with thousands of findings.
func (s *suppressions) read(name string) map[int]ignored {
	if lines, ok := s.found[name]; ok {
		return lines
	}
	lines := map[int]ignored{}
	s.found[name] = lines
	info, err := fs.Stat(s.files, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 10<<20 || path.Ext(name) == ".json" {
		return lines
	}
	data, err := fs.ReadFile(s.files, name)
	if err != nil {
		return lines
	}
	for i, line := range strings.Split(string(data), "\n") {
		if !strings.Contains(line, "conformance:ignore") {
			continue
		}
		if m := directive.FindStringSubmatch(line); m != nil {
			lines[i+1] = ignored{m[1], strings.TrimSpace(m[2])}
		}
	}
	return lines
}
