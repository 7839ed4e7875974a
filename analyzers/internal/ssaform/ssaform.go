// Package ssaform builds the SSA form of a package, as x/tools' buildssa does,
// but with what package flow knows of functions that never return, which is the
// same in every driver.
package ssaform

import (
	"go/ast"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/flow"
)

// Analyzer computes *buildssa.SSA. It reports nothing.
var Analyzer = &analysis.Analyzer{
	Name: "ssaform", Doc: "build SSA-form IR for later passes", Run: run,
	Requires: []*analysis.Analyzer{flow.Analyzer}, ResultType: reflect.TypeFor[*buildssa.SSA](),
}

func run(pass *analysis.Pass) (any, error) {
	prog := ssa.NewProgram(pass.Fset, ssa.BuilderMode(0))
	prog.SetNoReturn(pass.ResultOf[flow.Analyzer].(*flow.Graphs).NeverReturns)
	for _, imported := range pass.Pkg.Imports() {
		prog.CreatePackage(imported, nil, nil, true)
	}
	pkg := prog.CreatePackage(pass.Pkg, pass.Files, pass.TypesInfo, false)
	pkg.Build()
	built := &buildssa.SSA{Pkg: pkg}
	for _, file := range pass.Files {
		for _, d := range file.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if fn, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
				built.SrcFuncs = append(built.SrcFuncs, withLiterals(prog.FuncValue(fn))...)
			}
		}
	}
	return built, nil
}

// withLiterals is a function and the literals in it, the outer ones first.
func withLiterals(fn *ssa.Function) []*ssa.Function {
	all := []*ssa.Function{fn}
	for _, lit := range fn.AnonFuncs {
		all = append(all, withLiterals(lit)...)
	}
	return all
}
