// Package golden compares a renderer's output with a file under
// testdata/golden. Run the tests with -update to rewrite the files.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Compare fails the test where got differs from testdata/golden/name.
func Compare(t *testing.T, name string, got []byte) {
	t.Helper()
	path := Path(t, name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update to write it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got), rewrite with -update if intended:\n%s", name, diff)
	}
}

// Path is the golden file's place on this machine.
func Path(t *testing.T, name string) string {
	t.Helper()
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("cannot find the golden files: no caller information")
	}
	return filepath.Join(filepath.Dir(here), "..", "..", "..", "testdata", "golden", name)
}
