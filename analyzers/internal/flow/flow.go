// Package flow says how control runs through the functions of a package: their
// control-flow graphs, and which of them never return. The analyzer of the same
// purpose in x/tools asks for facts about the standard library, which some
// drivers have and others do not; this one asks the module's own packages and a
// table for the rest, so that the answer is the same in every driver.
package flow

import (
	"go/ast"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/cfg"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/backend-conformance/conformance/analyzers/internal/source"
)

// NeverReturns is the fact that calls of a function do not come back: it ends
// the process or the goroutine, or panics, on every path.
type NeverReturns struct{}

// AFact marks the type as a fact.
func (*NeverReturns) AFact() {}

func (*NeverReturns) String() string { return "never returns" }

// Analyzer computes *Graphs. It reports nothing.
var Analyzer = &analysis.Analyzer{
	Name: "flow", Doc: "build control-flow graphs, with functions that never return", Run: run,
	ResultType: reflect.TypeFor[*Graphs](), FactTypes: []analysis.Fact{new(NeverReturns)},
}

// Graphs are the control-flow graphs of one package.
type Graphs struct {
	pass   *analysis.Pass
	bodies map[*types.Func]*ast.BlockStmt
	graphs map[*ast.BlockStmt]*cfg.CFG
	begun  map[*types.Func]bool // breaks cycles of calls
	never  map[*types.Func]bool
}

// Of is the graph of a function of this package.
func (g *Graphs) Of(f source.Func) *cfg.CFG { return g.Body(f.Body) }

// Body is the graph of the function with that body; nil where it has none.
func (g *Graphs) Body(body *ast.BlockStmt) *cfg.CFG { return g.graphs[body] }

// NeverReturns reports whether a call of fn does not come back. It knows the
// functions of this package and those that it calls.
func (g *Graphs) NeverReturns(fn *types.Func) bool { return g.never[fn] }

func run(pass *analysis.Pass) (any, error) {
	g := &Graphs{
		pass: pass, bodies: map[*types.Func]*ast.BlockStmt{}, graphs: map[*ast.BlockStmt]*cfg.CFG{},
		begun: map[*types.Func]bool{}, never: map[*types.Func]bool{},
	}
	var order []*types.Func
	for _, file := range pass.Files {
		for _, d := range file.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			if fn, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
				g.bodies[fn] = decl.Body
				order = append(order, fn)
			}
		}
	}
	for _, fn := range order {
		g.build(fn)
	}
	for _, file := range pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.FuncLit); ok {
				g.graphs[lit.Body] = cfg.New(lit.Body, g.comesBack)
			}
			return true
		})
	}
	g.pass, g.bodies, g.begun = nil, nil, nil
	return g, nil
}

// build makes the graph of fn, and first those of the functions it calls.
func (g *Graphs) build(fn *types.Func) {
	if g.begun[fn] {
		return
	}
	g.begun[fn] = true
	graph := cfg.New(g.bodies[fn], g.comesBack)
	g.graphs[g.bodies[fn]] = graph
	if graph.NoReturn() {
		g.never[fn] = true
		g.pass.ExportObjectFact(fn, new(NeverReturns))
	}
}

// comesBack reports whether a call may return; what cannot be told may.
func (g *Graphs) comesBack(call *ast.CallExpr) bool {
	switch callee := typeutil.Callee(g.pass.TypesInfo, call).(type) {
	case *types.Builtin:
		return callee.Name() != "panic"
	case *types.Func:
		return !g.isNever(callee.Origin())
	}
	return true
}

func (g *Graphs) isNever(fn *types.Func) bool {
	if g.never[fn] {
		return true
	}
	switch {
	case g.bodies[fn] != nil:
		g.build(fn)
	case endsByName(fn), source.SameModule(g.pass, fn.Pkg()) && g.pass.ImportObjectFact(fn, new(NeverReturns)):
		g.never[fn] = true
	}
	return g.never[fn]
}
