package reach

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// asideDir are folders whose programs are not the product.
var asideDir = regexp.MustCompile(`(?i)/(_?examples?|samples?|demos?|hack|tools?|scripts?|test[a-z0-9]*|suites?|e2e|integration[-_]?tests?|mocks?|benchmarks?|dev|docs)/`)

// MainPackages are the programs of the module, by import path. Examples, tools
// and test programs are left out, unless there is nothing else.
func (g *Graph) MainPackages() []*packages.Package {
	var own, aside []*packages.Package
	for _, pkg := range g.program.Packages {
		if pkg.Name != "main" {
			continue
		}
		if asideDir.MatchString("/" + strings.TrimPrefix(pkg.PkgPath, g.program.Module) + "/") {
			aside = append(aside, pkg)
		} else {
			own = append(own, pkg)
		}
	}
	if len(own) == 0 {
		own = aside
	}
	slices.SortFunc(own, func(a, b *packages.Package) int { return strings.Compare(a.PkgPath, b.PkgPath) })
	return own
}

// FromMain walks from a program's main and from the init functions of the
// packages that it imports.
func (g *Graph) FromMain(pkg *packages.Package) *Reached {
	if known := g.mains[pkg]; known != nil {
		return known
	}
	var roots []Root
	seen := map[*packages.Package]bool{}
	var add func(*packages.Package)
	add = func(p *packages.Package) {
		if seen[p] {
			return
		}
		seen[p] = true
		for _, f := range p.Syntax {
			for _, d := range f.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if ok && decl.Recv == nil && decl.Body != nil && (decl.Name.Name == "init" || p == pkg && decl.Name.Name == "main") {
					roots = append(roots, Root{p, decl.Body})
				}
			}
		}
		for _, q := range g.program.Packages { // in a fixed order, unlike the map of imports
			if p.Imports[q.PkgPath] == q {
				add(q)
			}
		}
	}
	add(pkg)
	g.mains[pkg] = g.From(roots...)
	return g.mains[pkg]
}

// ProgramName is how a message calls a main package: its path below the module.
func (g *Graph) ProgramName(pkg *packages.Package) string {
	if rest := strings.TrimPrefix(strings.TrimPrefix(pkg.PkgPath, g.program.Module), "/"); rest != "" {
		return rest
	}
	return path.Base(pkg.PkgPath)
}
