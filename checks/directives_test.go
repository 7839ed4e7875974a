package checks

import (
	"testing"
	"testing/fstest"

	"github.com/backend-conformance/conformance/report"
)

func TestDirectives(t *testing.T) {
	d := directives{lines: map[string]map[int]directive{}, files: fstest.MapFS{
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
		if r := d.reason(tc.rule, report.Position{File: tc.file, Line: tc.line}); r != nil {
			got = *r
		}
		if got != tc.want {
			t.Errorf("%s at %s:%d: %q, want %q", tc.rule, tc.file, tc.line, got, tc.want)
		}
	}
}
