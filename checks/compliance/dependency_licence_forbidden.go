package compliance

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleDependencyLicenceForbidden asks that what is linked may be delivered.
var RuleDependencyLicenceForbidden = rule.Rule{
	ID:       "dependency-licence-forbidden",
	Title:    "a linked module has a licence that is not permitted",
	Section:  rule.Compliant,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Why:      "A copyleft or source-available licence binds whoever delivers the binary, often to terms that the owner of the product cannot meet.",
	Fix:      "Replace the module, or get terms from its owner that fit and exclude the finding with that reason; the key licences of .conformance.yaml names the permitted set.",
	Limits: "Modules that the module's programs import, directly or not, are judged by the licence files nearest to the packages imported; " +
		"what only tests, examples or tools need is not. Permitted are MIT, BSD (2 and 3 clauses), Apache-2.0, ISC, MPL-2.0, 0BSD, Unlicense, CC0-1.0 and Zlib, unless the key licences of " +
		".conformance.yaml names others. " +
		"A text that is not recognised, several texts that disagree, a GNU licence with an exception for linking, no licence file, and a module that is not on this " +
		"machine are inconclusive. A commercial licence that somebody bought is not seen.",
	Example: licenceExample,
}

// dependency is a module that is linked.
type dependency struct {
	module *packages.Module
	// dirs are the folders of its linked packages.
	dirs []string
	// via is the module that imports it first; empty for the module under audit.
	via string
}

func dependencyLicenceForbidden(ctx context.Context, r *check.Repo, permitted []string) report.Criterion {
	linked, absent, err := linkedModules(ctx, r)
	if err != nil {
		return report.CannotTell(RuleDependencyLicenceForbidden, fmt.Sprintf("which modules are linked is not known: %v", err))
	}
	t := report.Examine(RuleDependencyLicenceForbidden)
	for _, p := range absent {
		t.Undecided(fmt.Sprintf("package %s is imported and not on this machine; go mod download fetches it", p))
	}
	lines := requirements(r)
	for _, d := range linked {
		name := strings.TrimSuffix(d.module.Path+" "+d.module.Version, " ")
		at := report.Position{File: path.Join(r.ModuleDir, "go.mod"), Line: lines[d.module.Path]}
		names, why := d.licences(r)
		forbidden := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(permitted, n) })
		switch {
		case len(names) == 0:
			t.Undecided(fmt.Sprintf("%s: %s; see under which terms it may be used", name, why), report.Related{Position: at, Message: why})
		case len(forbidden) == 0:
			t.Pass()
		case len(forbidden) < len(names):
			t.Undecided(fmt.Sprintf("%s: its licence files name %s; see which of them applies", name, strings.Join(names, " and ")))
		default:
			t.Fail(report.Finding{
				Message: fmt.Sprintf("%s%s is linked and under %s (%s), which is not a permitted licence; replace it, or get other terms from its owner",
					name, d.through(), strings.Join(forbidden, " and "), why),
				Position: at, Anchor: d.module.Path,
			})
		}
	}
	return t.Criterion("the module links nothing but the standard library")
}

// through says who brings in a module that the module under audit does not import.
func (d dependency) through() string {
	if d.via == "" {
		return ""
	}
	return " (through " + d.via + ")"
}

// linkedModules are the modules of the packages that the programs of the module
// import, or all of its packages where it has no program. Packages of modules
// that cannot be had here are absent.
func linkedModules(ctx context.Context, r *check.Repo) (linked []dependency, absent []string, err error) {
	patterns := []string{"./..."}
	if mains := reach.Of(r.Program).MainPackages(); len(mains) > 0 {
		patterns = nil
		for _, m := range mains {
			patterns = append(patterns, m.PkgPath)
		}
	}
	cfg := &packages.Config{Context: ctx, Dir: r.Program.Dir, Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedModule}
	roots, err := packages.Load(cfg, patterns...)
	if err != nil {
		return nil, nil, fmt.Errorf("list imports: %w", err)
	}
	for _, pkg := range roots {
		if len(pkg.GoFiles) == 0 && len(pkg.Errors) > 0 {
			return nil, nil, fmt.Errorf("list imports: %s", strings.Join(strings.Fields(pkg.Errors[0].Msg), " "))
		}
	}
	byPath := map[string]*dependency{}
	queue, seen := slices.Clone(roots), map[*packages.Package]bool{}
	importer := map[*packages.Package]*packages.Package{}
	for len(queue) > 0 {
		pkg := queue[0]
		queue = queue[1:]
		if seen[pkg] {
			continue
		}
		seen[pkg] = true
		if m := pkg.Module; m != nil && !m.Main && !ours(r, m) {
			if byPath[m.Path] == nil {
				byPath[m.Path] = &dependency{module: m, via: moduleOf(importer[pkg])}
			}
			if len(pkg.GoFiles) > 0 {
				byPath[m.Path].dirs = append(byPath[m.Path].dirs, filepath.Dir(pkg.GoFiles[0]))
			}
		}
		if pkg.Module == nil && len(pkg.GoFiles) == 0 && len(pkg.Errors) > 0 {
			absent = append(absent, pkg.PkgPath)
		}
		for _, name := range slices.Sorted(maps.Keys(pkg.Imports)) {
			imp := pkg.Imports[name]
			if importer[imp] == nil {
				importer[imp] = pkg
			}
			queue = append(queue, imp)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(byPath)) {
		linked = append(linked, *byPath[p])
	}
	slices.Sort(absent)
	return linked, absent, nil
}

// moduleOf is the path of another module's package; empty for those of this one.
func moduleOf(pkg *packages.Package) string {
	if pkg == nil || pkg.Module == nil || pkg.Module.Main {
		return ""
	}
	return pkg.Module.Path
}

// ours are modules that a replace directive takes from this repository.
func ours(r *check.Repo, m *packages.Module) bool {
	if m.Replace == nil || m.Replace.Version != "" {
		return false
	}
	dir := m.Replace.Path
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Program.Dir, dir)
	}
	_, inside := r.Program.Relative(dir)
	return inside
}

// requirements are the lines of go.mod on which modules are required.
func requirements(r *check.Repo) map[string]int {
	lines := map[string]int{}
	name := path.Join(r.ModuleDir, "go.mod")
	data, err := fs.ReadFile(r.Files, name)
	if err != nil {
		return lines
	}
	mod, err := modfile.ParseLax(name, data, nil)
	if err != nil {
		return lines
	}
	for _, req := range mod.Require {
		lines[req.Mod.Path] = req.Syntax.Start.Line
	}
	return lines
}

var (
	// mainLicence speaks for all; others (LICENSE-MIT) offer a choice, or speak for
	// a part. The lesser GPL stands beside the GPL that it changes.
	mainLicence = regexp.MustCompile(`(?i)^(?:un)?(?:licen[cs]e|copying)(?:\.(?:txt|md|markdown|rst|lesser))?$`)
	anyLicence  = regexp.MustCompile(`(?i)^(?:un)?(?:licen[cs]e|copying)|[-_.]licen[cs]e(?:\.\w+)?$`)
)

// licences names the licences of the linked packages. Where there are none, why
// says so; else why is where they stand.
func (d dependency) licences(r *check.Repo) (names []string, why string) {
	root := d.module.Dir
	if d.module.Replace != nil && d.module.Replace.Dir != "" {
		root = d.module.Replace.Dir
	}
	if root == "" { // vendored modules have no folder of their own
		root = filepath.Join(r.Program.Dir, "vendor", filepath.FromSlash(d.module.Path))
	}
	if len(d.dirs) == 0 {
		return nil, "it is not on this machine"
	}
	var files []string
	for _, dir := range d.dirs {
		here := nearest(dir, root)
		if len(here) == 0 {
			return nil, "it has no licence file"
		}
		for _, f := range here {
			if !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
	}
	var where []string
	for _, f := range files {
		text, err := readLicence(f)
		if err != nil {
			return nil, "its licence file cannot be read"
		}
		known := recognise(text)
		rel, _ := filepath.Rel(root, f)
		if len(known) == 0 {
			return nil, "the text of its " + filepath.ToSlash(rel) + " is not recognised"
		}
		where = append(where, filepath.ToSlash(rel))
		names = append(names, known...)
	}
	slices.Sort(names)
	return withoutImplied(slices.Compact(names)), strings.Join(where, ", ")
}

// licenceLimit is as much as is read of a licence file, in bytes; the longest
// licences have some 50 KB.
const licenceLimit = 1 << 20

func readLicence(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("read licence: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, licenceLimit))
	if err != nil {
		return "", fmt.Errorf("read licence %s: %w", filepath.Base(name), err)
	}
	return string(text), nil
}

// nearest are the licence files of the folder, or of the closest one above it
// within root that has any.
func nearest(dir, root string) []string {
	for {
		if files := licenceFiles(dir); len(files) > 0 {
			return files
		}
		up := filepath.Dir(dir)
		if rel, err := filepath.Rel(root, up); err != nil || strings.HasPrefix(rel, "..") || up == dir {
			return nil
		}
		dir = up
	}
}

// licenceFiles are those that speak for all, or else all there are.
func licenceFiles(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var main, all []string
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasSuffix(e.Name(), ".go") || !anyLicence.MatchString(e.Name()) {
			continue
		}
		all = append(all, filepath.Join(dir, e.Name()))
		if mainLicence.MatchString(e.Name()) {
			main = append(main, filepath.Join(dir, e.Name()))
		}
	}
	if len(main) > 0 {
		return main
	}
	return all
}

const licenceExample = `
-- bad/go.mod --
module example.com/shop

go 1.26

require example.org/tax v1.2.0
-- bad/main.go --
package main

import "example.org/tax"

func main() { tax.Load() }
-- bad/vendor/modules.txt --
# example.org/tax v1.2.0
## explicit; go 1.26
example.org/tax
-- bad/vendor/example.org/tax/LICENSE --
                    GNU AFFERO GENERAL PUBLIC LICENSE
                       Version 3, 19 November 2007
-- bad/vendor/example.org/tax/tax.go --
package tax

func Load() {}
-- good/go.mod --
module example.com/shop

go 1.26

require example.org/tax v1.2.0
-- good/main.go --
package main

import "example.org/tax"

func main() { tax.Load() }
-- good/vendor/modules.txt --
# example.org/tax v1.2.0
## explicit; go 1.26
example.org/tax
-- good/vendor/example.org/tax/LICENSE --
Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in the
Software without restriction.
-- good/vendor/example.org/tax/tax.go --
package tax

func Load() {}
`
