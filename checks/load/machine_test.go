package load

import "testing"

func TestOfMachine(t *testing.T) {
	for message, want := range map[string]bool{
		"no required module provides package example.org/lib; to add it:":             true,
		"a.go:3:8: example.org/lib@v1.0.0: reading https://proxy/lib.zip: 403":        true,
		"pattern dist/*: no matching files found":                                     true,
		"could not import example.org/lib (invalid package name: \"\")":               true,
		"go: go.mod requires go >= 9.9 (running go 1.26)":                             true,
		"cgo: C compiler \"gcc\" not found: exec: \"gcc\": executable file not found": true,
		"undefined: missing":        false,
		"expected ';', found 'EOF'": false,
		"cannot use pattern (variable of type string) as int value in assignment":      false,
		"missing go.sum entry for module providing package example.org/lib; to add it": false,
	} {
		if got := (Problem{Message: message}).OfMachine(); got != want {
			t.Errorf("%q: %t, want %t", message, got, want)
		}
	}
}
