package docs

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backend-conformance/conformance/report"
)

// counting counts how often a file is read.
type counting struct {
	fstest.MapFS
	opened int
}

func (c *counting) ReadFile(name string) ([]byte, error) {
	c.opened++
	return fs.ReadFile(c.MapFS, name)
}

// A document of one long line with thousands of findings is searched once.
func TestSuppressionsAreReadOncePerFile(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	files := &counting{MapFS: fstest.MapFS{"a.yaml": {Data: []byte(long + "\n# conformance:ignore spec-invalid known\n" + long)}}}
	s := &suppressions{files: files, found: map[string]map[int]ignored{}}
	for range 10_000 {
		f := s.apply(RuleSpecInvalid, report.Finding{Position: report.Position{File: "a.yaml", Line: 3}})
		if f.Suppressed == nil || *f.Suppressed != "known" {
			t.Fatalf("not suppressed: %+v", f)
		}
	}
	if files.opened != 1 {
		t.Errorf("read %d times, want once", files.opened)
	}
}
