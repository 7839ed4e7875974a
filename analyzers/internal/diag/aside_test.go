package diag

import "testing"

func TestIsAside(t *testing.T) {
	for folder, want := range map[string]bool{
		"testutil": true, "testec2": true, "tests": true, "mocks": true, "fixtures": true, "suites": true, "_examples": true, "store_test": true, "apitest": true,
		"store": false, "latest": false, "contests": false, "testimonials": false, "attestation": false, "integration": false, "": false,
	} {
		if got := isAside(folder); got != want {
			t.Errorf("%q is aside: %v, want %v", folder, got, want)
		}
	}
}
