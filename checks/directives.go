package checks

import (
	"io/fs"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// directives reads "conformance:ignore RULE reason" from comments of any kind
// (//, # or --), each file once.
type directives struct {
	files fs.FS
	lines map[string]map[int]directive
}

type directive struct{ rule, reason string }

var ignore = regexp.MustCompile(`(?://|#|--)\s*conformance:ignore\s+([a-z0-9-]+)[ \t]+(\S.*)`)

// directiveFileLimit is the largest file that is read for directives, in bytes.
const directiveFileLimit = 10 << 20

// reason is why a finding at the position is accepted, on its line or the one
// above; nil where nothing accepts it. A directive without a reason does not count.
func (d directives) reason(ruleID string, at report.Position) *string {
	lines := d.read(at.File)
	for _, n := range []int{at.Line, at.Line - 1} {
		if found, ok := lines[n]; ok && found.rule == ruleID {
			return &found.reason
		}
	}
	return nil
}

func (d directives) read(name string) map[int]directive {
	if lines, ok := d.lines[name]; ok {
		return lines
	}
	lines := map[int]directive{}
	d.lines[name] = lines
	info, err := fs.Stat(d.files, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > directiveFileLimit {
		return lines
	}
	text, err := fs.ReadFile(d.files, name)
	if err != nil || !strings.Contains(string(text), "conformance:ignore") {
		return lines
	}
	for i, line := range strings.Split(string(text), "\n") {
		if g := ignore.FindStringSubmatch(line); g != nil {
			lines[i+1] = directive{g[1], strings.TrimSpace(g[2])}
		}
	}
	return lines
}
