package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), FileName)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRead_Errors(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"unknown key", "spec: [a.yaml]\nbase_path: /v1\n", `.conformance.yaml:2: unknown key "base_path"`},
		{"no reason", "exclude:\n- rules: [error-ignored]\n", ".conformance.yaml:2: exclude entry 1 has no reason"},
		{"no rule", "exclude:\n- reason: legacy\n", "exclude entry 1 names no rule"},
		{"bad date", "exclude:\n- {rules: [x], reason: y, expires: soon}\n", `.conformance.yaml:2: exclude entry 1 expires "soon", which is not a date`},
		{"relative route", "routes:\n- {method: GET, path: x}\n", ".conformance.yaml:2: route 1 needs a method and a path"},
		{"bad pattern", "exclude:\n- {rules: [x], paths: [\"a[\"], reason: y}\n", `has a pattern "a[" that is none`},
		{"second document", "spec: [a.yaml]\n---\nspec: [b.yaml]\n", "there is a second document"},
		{"broken", "spec: [\n", ".conformance.yaml:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Read(write(t, tc.text))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestRead_RoutesFile(t *testing.T) {
	file := write(t, "routes-file: routes.json\nroutes:\n- {method: GET, path: /a}\n")
	dump := filepath.Join(filepath.Dir(file), "routes.json")
	if err := os.WriteFile(dump, []byte(`[{"method":"POST","path":"/b","handler":"h"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Routes) != 2 || c.Routes[1] != (Route{"POST", "/b", "h"}) {
		t.Errorf("routes = %+v", c.Routes)
	}
}

func TestExclude(t *testing.T) {
	e := Exclude{Rules: []string{"error-*"}, Paths: []string{"internal/**/gen/*.go"}, Expires: "2026-01-31"}
	for file, want := range map[string]bool{
		"internal/gen/a.go": true, "internal/x/y/gen/a.go": true, "internal/x/a.go": false, "cmd/gen/a.go": false,
	} {
		if got := e.Accepts("error-ignored", file); got != want {
			t.Errorf("Accepts(%s) = %t, want %t", file, got, want)
		}
	}
	if e.Accepts("endpoint-missing", "internal/gen/a.go") {
		t.Error("accepts a rule that it does not name")
	}
	day := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	if e.ExpiredAt(day("2026-01-31")) || !e.ExpiredAt(day("2026-02-01")) {
		t.Error("expiry is off")
	}
}
