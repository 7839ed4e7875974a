package check

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

func TestDirectives(t *testing.T) {
	r := &Repo{Files: fstest.MapFS{
		"a.go":   {Data: []byte("package a\n//conformance:ignore endpoint-missing planned for May\nvar X = 1\n")},
		"a.yaml": {Data: []byte("a: 1 # conformance:ignore spec-invalid an old tool wants it\n")},
		"a.sql":  {Data: []byte("-- conformance:ignore down-empty\nDROP TABLE x;\n")},
	}}
	for _, tc := range []struct {
		rule, file string
		line       int
		want       string
	}{
		{"endpoint-missing", "a.go", 3, "planned for May"},
		{"endpoint-missing", "a.go", 4, ""},
		{"endpoint-stub", "a.go", 3, ""},
		{"spec-invalid", "a.yaml", 1, "an old tool wants it"},
		{"down-empty", "a.sql", 2, ""},
		{"down-empty", "gone.sql", 2, ""},
	} {
		got := ""
		if reason := r.Accepted(rule.Rule{ID: tc.rule}, report.Position{File: tc.file, Line: tc.line}); reason != nil {
			got = *reason
		}
		if got != tc.want {
			t.Errorf("%s at %s:%d: %q, want %q", tc.rule, tc.file, tc.line, got, tc.want)
		}
	}
}

// counting counts how often a file is read.
type counting struct {
	fstest.MapFS
	read int
}

func (c *counting) ReadFile(name string) ([]byte, error) {
	c.read++
	return fs.ReadFile(c.MapFS, name)
}

// TestDirectivesAreReadOncePerFile: a document of one long line with thousands of
// findings is searched once.
func TestDirectivesAreReadOncePerFile(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	files := &counting{MapFS: fstest.MapFS{"a.yaml": {Data: []byte(long + "\n# conformance:ignore spec-invalid known\n" + long)}}}
	r := &Repo{Files: files}
	for range 10_000 {
		if reason := r.Accepted(rule.Rule{ID: "spec-invalid"}, report.Position{File: "a.yaml", Line: 3}); reason == nil || *reason != "known" {
			t.Fatalf("accepted for %v, want known", reason)
		}
	}
	if files.read != 1 {
		t.Errorf("read %d times, want once", files.read)
	}
}
