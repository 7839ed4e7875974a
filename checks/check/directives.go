package check

import (
	"io/fs"
	"regexp"
	"strings"
	"sync"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// directives are "conformance:ignore RULE reason" in comments of any kind (//, #
// or --), by file and line; each file is read once.
type directives struct {
	mu    sync.Mutex
	lines map[string]map[int]directive
}

type directive struct{ rule, reason string }

var ignore = regexp.MustCompile(`(?://|#|--)\s*conformance:ignore\s+([a-z0-9-]+)[ \t]+(\S.*)`)

// directiveFileLimit is the largest file that is read for directives, in bytes.
const directiveFileLimit = 10 << 20

// Accepted is the reason why a directive accepts a finding of the rule at the
// position, on its line or the one above; nil where none does. One without a
// reason does not count. The audit asks for every finding; a check needs to only
// where it makes one finding of several sites.
func (r *Repo) Accepted(ru rule.Rule, at report.Position) *string {
	if at.Line == 0 || r.Files == nil {
		return nil
	}
	r.directives.mu.Lock()
	defer r.directives.mu.Unlock()
	lines := r.directives.read(r.Files, at.File)
	for _, n := range []int{at.Line, at.Line - 1} {
		if found, ok := lines[n]; ok && found.rule == ru.ID {
			return &found.reason
		}
	}
	return nil
}

func (d *directives) read(files fs.FS, name string) map[int]directive {
	if lines, ok := d.lines[name]; ok {
		return lines
	}
	if d.lines == nil {
		d.lines = map[string]map[int]directive{}
	}
	lines := map[int]directive{}
	d.lines[name] = lines
	info, err := fs.Stat(files, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > directiveFileLimit {
		return lines
	}
	text, err := fs.ReadFile(files, name)
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
