package load

import (
	"testing"

	"golang.org/x/tools/go/packages"
)

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

// What a missing module breaks further up is the machine's fault, too.
func TestMissingBelow(t *testing.T) {
	gone := &packages.Package{PkgPath: "example.org/gone", Errors: []packages.Error{{Msg: "module lookup disabled by GOPROXY=off"}}}
	between := &packages.Package{PkgPath: "example.org/between", Imports: map[string]*packages.Package{"example.org/gone": gone}}
	between.Imports["example.org/between"] = between // a cycle must not hang
	app := &packages.Package{PkgPath: "example.com/app", Imports: map[string]*packages.Package{"example.org/between": between}}
	app.Errors = []packages.Error{{Msg: "undefined: between.Thing"}}
	p := &Program{}
	p.collectProblems(app)
	want := "example.com/app: it needs example.org/gone: module lookup disabled by GOPROXY=off"
	if len(p.Problems) != 2 || p.Problems[1].String() != want || !p.Problems[1].OfMachine() {
		t.Errorf("problems = %v, want the second to be %q", p.Problems, want)
	}
}
