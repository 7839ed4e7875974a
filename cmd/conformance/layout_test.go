package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/backend-conformance/conformance"

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
}

func list(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Imports,Deps", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string]listed{}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p
	}
}

// TestImportsPointOneWay keeps the direction load -> analyzers -> checks ->
// report, with the shared vocabulary at the end.
func TestImportsPointOneWay(t *testing.T) {
	all := list(t)
	below := func(path, dir string) bool {
		return path == module+"/"+dir || strings.HasPrefix(path, module+"/"+dir+"/")
	}
	family := func(path string) string {
		rest, ok := strings.CutPrefix(path, module+"/checks/")
		name, _, _ := strings.Cut(rest, "/")
		if !ok || slices.Contains([]string{"check", "load", "spec", "routes", "matrix", "config", "exec", "behaviour", "database", "reach", "sql"}, name) {
			return ""
		}
		return name
	}
	for _, p := range all {
		if !strings.HasPrefix(p.ImportPath, module) {
			continue
		}
		for _, imp := range p.Imports {
			if wrong := forbidden(p.ImportPath, imp, below, family, all); wrong != "" {
				t.Errorf("%s imports %s: %s", strings.TrimPrefix(p.ImportPath, module+"/"), imp, wrong)
			}
		}
	}
	if !slices.Contains(all[module+"/cmd/conformance"].Deps, module+"/report/rule") {
		t.Error("the list of packages is incomplete: cmd does not reach report/rule")
	}
}

func forbidden(from, imp string, below func(string, string) bool, family func(string) string, all map[string]listed) string {
	renderer := below(from, "report") && from != module+"/report" && !below(from, "report/rule")
	switch {
	case below(imp, "cmd"):
		return "nothing imports cmd"
	case below(from, "report/rule") && !all[imp].Standard:
		return "the vocabulary imports the standard library only"
	case from == module+"/report" && strings.HasPrefix(imp, module) && !below(imp, "report/rule"):
		return "report imports the vocabulary only"
	case renderer && strings.HasPrefix(imp, module) && !below(imp, "report"):
		return "renderers import report only"
	case below(from, "analyzers") && below(imp, "checks"):
		return "analyzers see Go code only"
	case below(from, "analyzers") && (strings.Contains(imp, "kin-openapi") || imp == "os/exec" || imp == "net" || imp == "net/http"):
		return "an analyzer reads no documents, runs nothing and asks nobody"
	case below(from, "checks") && below(imp, "report") && imp != module+"/report" && !below(imp, "report/rule"):
		return "checks do not render"
	case family(from) != "" && imp == module+"/checks":
		return "a family does not import the list of families"
	case family(from) != "" && family(imp) != "" && family(from) != family(imp):
		return "a family does not import another family"
	}
	return ""
}
