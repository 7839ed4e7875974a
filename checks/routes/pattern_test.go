package routes

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	var (
		std   = netHTTP().Pattern
		chi   = chi().Pattern
		gin   = gin().Pattern
		fiber = fiber().Pattern
	)
	for _, tt := range []struct {
		name   string
		syntax Syntax
		in     string
		want   []pattern
	}{
		{"method and host", std, "GET example.com/a/{id}", []pattern{{method: "GET", host: "example.com", path: "/a/{id}"}}},
		{"tab after the method", std, "POST\t/a", []pattern{{method: "POST", path: "/a"}}},
		{"subtree", std, "/files/", []pattern{{path: "/files/{any...}"}}},
		{"exact slash", std, "/files/{$}", []pattern{{path: "/files/"}}},
		{"named tail", std, "/files/{rest...}", []pattern{{path: "/files/{rest...}"}}},
		{"regexp with a slash and braces", chi, "/x/{p:[a-z]{2}/[0-9]+}/y", []pattern{{path: "/x/{p:[a-z]{2}/[0-9]+}/y"}}},
		{"regexp for everything", chi, "/x/{p:.*}", []pattern{{path: "/x/{p...}"}}},
		{"star", chi, "/x/*", []pattern{{path: "/x/{any...}"}}},
		{"several in a segment", chi, "/{a}-{b}", []pattern{{path: "/{a}-{b}"}}},
		{"colon", gin, "/a/:id/b", []pattern{{path: "/a/{id}/b"}}},
		{"named star", gin, "/a/*path", []pattern{{path: "/a/{path...}"}}},
		{"lone colon", gin, "/a/:", []pattern{{path: "/a/:"}}},
		{"escaped colon", gin, `/a\:undo`, []pattern{{path: "/a:undo"}}},
		{"optional", fiber, "/a/:id?", []pattern{{path: "/a/{id}"}, {path: "/a"}}},
		{"constraint", fiber, "/a/:id<int;min(1)>", []pattern{{path: "/a/{id}"}}},
		{"from and to", fiber, "/:from-:to", []pattern{{path: "/{from}-{to}"}}},
		{"plus", fiber, "/a/+", []pattern{{path: "/a/{any...}"}}},
		{"unclosed", chi, "/a/{id", []pattern{{path: "/a/{id"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.syntax.parse(tt.in), cmp.AllowUnexported(pattern{})); diff != "" {
				t.Errorf("parse(%q) (-want +got)\n%s", tt.in, diff)
			}
		})
	}
}

// TestLocalName: a parameter of the document is what the router calls it, the
// rest of a path included.
func TestLocalName(t *testing.T) {
	for _, tt := range []struct {
		syntax       Syntax
		pattern, doc string
		want         string
		ok           bool
	}{
		{gin().Pattern, "/a/:key", "/a/{id}", "key", true},
		{gin().Pattern, "/a/*path", "/a/{id}", "path", true},
		{gin().Pattern, "/a/*any", "/a/{id}", "any", true},
		{fiber().Pattern, "/many/*", "/many/{id}", "*", true},
		{fiber().Pattern, "/a/+", "/a/{id}", "*", true},
		{chi().Pattern, "/a/*", "/a/{id}", "*", true},
		{chi().Pattern, "/a/b", "/a/{id}", "", false},
	} {
		r := Route{Path: tt.syntax.path(tt.pattern), Pattern: tt.pattern}
		if got, ok := r.LocalName(tt.doc, "id"); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %q, %v; want %q, %v", tt.pattern, got, ok, tt.want, tt.ok)
		}
	}
}

func TestFillHoles(t *testing.T) {
	const hole = holeOpen + "u.Base" + holeClose
	for _, tt := range []struct {
		in                   string
		prefix               int
		want                 string
		prefixUnknown, known bool
	}{
		{in: "/a/" + hole + "/b", want: "/a/{Base}/b", known: true},
		{in: hole + "/b", want: "/b", prefixUnknown: true, known: true},
		{in: hole + "b", want: "/b", prefixUnknown: true, known: true},
		{in: "/" + hole, want: "/{Base}"},
		{in: "/" + hole + "/b", prefix: len(hole) + 1, want: "/b", prefixUnknown: true, known: true},
		{in: "/a/x-" + hole, want: "/a/{Base}", known: true},
	} {
		got, unknown, known := fillHoles(tt.in, tt.prefix)
		if got != tt.want || unknown != tt.prefixUnknown || known != tt.known {
			t.Errorf("fillHoles(%q, %d) = %q, %v, %v; want %q, %v, %v", tt.in, tt.prefix, got, unknown, known, tt.want, tt.prefixUnknown, tt.known)
		}
	}
}

// FuzzParse: whatever a program registers, parsing ends, loses no slash
// between parameters and is stable on its own result.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"GET /a/{id}", "/a/:id<int>?", "/x/{p:[a-z]{2}}/*", "*", "{", "}{", "/a/\x01hole\x02b", "host/{$}", "::", "\\:"} {
		f.Add(seed)
	}
	libs := Routers()
	f.Fuzz(func(t *testing.T, in string) {
		for _, lib := range libs {
			for _, p := range lib.Pattern.parse(in) {
				filled, _, _ := fillHoles(p.path, 0)
				if !strings.HasPrefix(filled, "/") {
					t.Errorf("%s: %q gives %q", lib.Name, in, filled)
				}
				if strings.Contains(in, holeOpen) || !lib.Pattern.Brace {
					continue
				}
				again := Syntax{Brace: true}.path(p.path)
				if third := (Syntax{Brace: true}).path(again); third != again {
					t.Errorf("%s: %q gives %q, then %q", lib.Name, in, again, third)
				}
			}
		}
	})
}
