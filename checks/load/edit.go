package load

import (
	"go/ast"
	"go/parser"
	"go/types"
	"maps"

	"golang.org/x/tools/go/packages"
)

// Edit is the program with the text of some files replaced, by absolute name.
// Only the packages of those files and those that import them are parsed and
// type-checked again; nothing is read from disk, and the go command does not
// run. A file that is not part of the program is left out, and imports that the
// package did not have before do not resolve. What does not compile stands in
// the packages' TypeErrors and Errors; analysis starts anew.
//
// It serves those who look at many variants of one module.
func (p *Program) Edit(files map[string][]byte) *Program {
	q := &Program{
		Root: p.Root, Dir: p.Dir, Module: p.Module, Fset: p.Fset, Notes: p.Notes,
		jobs: p.jobs, actionTimeout: p.actionTimeout, selected: map[*packages.Package]bool{},
	}
	again := map[*packages.Package]*packages.Package{}
	for _, pkg := range p.Packages { // imports come first
		edited := p.edited(pkg, files, again)
		if edited != pkg {
			again[pkg] = edited
		}
		q.Packages = append(q.Packages, edited)
		q.selected[edited] = p.selected[pkg]
	}
	return q
}

// edited is the package itself where neither it nor what it imports is touched.
func (p *Program) edited(pkg *packages.Package, files map[string][]byte, again map[*packages.Package]*packages.Package) *packages.Package {
	syntax, touched := make([]*ast.File, len(pkg.Syntax)), false
	var problems []packages.Error
	for i, f := range pkg.Syntax {
		syntax[i] = f
		name := p.Fset.Position(f.FileStart).Filename
		text, ok := files[name]
		if !ok {
			continue
		}
		parsed, err := parser.ParseFile(p.Fset, name, text, parser.ParseComments)
		if err != nil {
			problems = append(problems, packages.Error{Msg: err.Error(), Kind: packages.ParseError})
		}
		if parsed != nil {
			syntax[i] = parsed
		}
		touched = true
	}
	imports := maps.Clone(pkg.Imports)
	for path, imp := range imports {
		if other := again[imp]; other != nil {
			imports[path], touched = other, true
		}
	}
	if !touched {
		return pkg
	}
	out := *pkg
	out.Syntax, out.Imports, out.Errors, out.TypeErrors = syntax, imports, problems, nil
	check(&out)
	return &out
}

// importer finds what a package imports among those that were loaded.
type importer map[string]*packages.Package

func (m importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if pkg := m[path]; pkg != nil && pkg.Types != nil {
		return pkg.Types, nil
	}
	return nil, types.Error{Msg: "package " + path + " was not loaded"}
}

// check computes types; errors are collected, as go/packages does.
func check(pkg *packages.Package) {
	pkg.TypesInfo = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{}, Scopes: map[ast.Node]*types.Scope{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, FileVersions: map[*ast.File]string{},
	}
	pkg.Types = types.NewPackage(pkg.PkgPath, pkg.Name)
	config := types.Config{
		Importer: importer(pkg.Imports), Sizes: pkg.TypesSizes,
		Error: func(err error) {
			if e, ok := err.(types.Error); ok { //nolint:errorlint // the checker hands it over as it is
				pkg.TypeErrors = append(pkg.TypeErrors, e)
			}
			pkg.Errors = append(pkg.Errors, packages.Error{Msg: err.Error(), Kind: packages.TypeError})
		},
	}
	if pkg.Module != nil && pkg.Module.GoVersion != "" {
		config.GoVersion = "go" + pkg.Module.GoVersion
	}
	// The error is the first of those collected.
	_ = types.NewChecker(&config, pkg.Fset, pkg.Types, pkg.TypesInfo).Files(pkg.Syntax)
}
