// Package requests finds the functions of a package that run while a request is
// handled: handlers, what takes their request, and what those call in the
// same package.
package requests

import (
	"go/ast"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Analyzer finds them. It has no rule; its result is a *Result.
var Analyzer = &analysis.Analyzer{
	Name: "requests", Doc: "find the functions that run while a request is handled", Run: run, RunDespiteErrors: true,
	ResultType: reflect.TypeFor[*Result](),
}

// Result says which functions run while a request is handled.
type Result struct {
	// Handlers are the functions that get a request and can answer it.
	Handlers []source.Func
	// reached maps the bodies of functions to the handler that leads there.
	reached map[*ast.BlockStmt]string
}

// Reached is the handler from which a function is called, by name.
func (r *Result) Reached(f source.Func) (handler string, ok bool) {
	handler, ok = r.reached[f.Body]
	return handler, ok
}

func run(pass *analysis.Pass) (any, error) {
	r := &Result{reached: map[*ast.BlockStmt]string{}}
	bodies := map[*types.Func]source.Func{}
	var all []source.Func
	for f := range source.Functions(pass) {
		all = append(all, f)
		if f.Decl != nil {
			if fn, ok := pass.TypesInfo.Defs[f.Decl.Name].(*types.Func); ok {
				bodies[fn] = f
			}
		}
	}
	var visit func(f source.Func, from string)
	visit = func(f source.Func, from string) {
		if _, seen := r.reached[f.Body]; seen {
			return
		}
		r.reached[f.Body] = from
		for call := range source.Calls(f.Body) {
			if callee, ok := bodies[web.Callee(pass.TypesInfo, call)]; ok {
				visit(callee, from)
			}
		}
	}
	for _, f := range all {
		if _, ok := web.IsHandler(f.Sig); ok {
			r.Handlers = append(r.Handlers, f)
			visit(f, f.Name())
		}
	}
	// Literals inside what is reached run then too.
	for changed := true; changed; {
		changed = false
		for _, f := range all {
			if f.Lit == nil {
				continue
			}
			if _, seen := r.reached[f.Body]; seen {
				continue
			}
			if from, ok := around(r.reached, all, f); ok {
				visit(f, from)
				changed = true
			}
		}
	}
	return r, nil
}

// around finds the innermost function around a literal and whether it is
// reached. A function that only builds a handler (middleware, a method that
// returns one) is not reached itself.
func around(reached map[*ast.BlockStmt]string, all []source.Func, f source.Func) (string, bool) {
	var inner *source.Func
	for i := range all {
		g := &all[i]
		if g.Body != f.Body && g.Body.Pos() <= f.Body.Pos() && f.Body.End() <= g.Body.End() && (inner == nil || inner.Body.Pos() < g.Body.Pos()) {
			inner = g
		}
	}
	if inner == nil {
		return "", false
	}
	from, ok := reached[inner.Body]
	return from, ok
}
