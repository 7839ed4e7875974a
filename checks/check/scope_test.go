package check

import (
	"testing"
	"testing/fstest"
)

func TestScope(t *testing.T) {
	files := fstest.MapFS{"go.mod": {}, "services/api/go.mod": {}}
	alone := fstest.MapFS{"services/api/go.mod": {}, "testdata/api/go.mod": {}}
	for _, tc := range []struct {
		name   string
		files  fstest.MapFS
		module string
		want   string
	}{
		{"at the top", files, ".", "."},
		{"inside another module", files, "services/api", "services/api"},
		{"in a repository of several", alone, "services/api", "."},
		{"among fixtures", alone, "testdata/api", "testdata/api"},
	} {
		if got := Scope(tc.files, tc.module); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
