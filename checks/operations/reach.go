package operations

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"sort"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
)

// graph follows calls through the module: static calls, functions handed on as
// values, package variables with their initialisers, and calls through an
// interface to every implementation in the module. It errs towards reaching
// too much, never too little, except for calls of function values that arrive
// as parameters or fields, which it lists.
type graph struct {
	program *load.Program
	vars    map[types.Object]*initialiser
	// concrete are the module's named types, in order of declaration.
	concrete []*types.Named
	impls    map[*types.Func][]*types.Func
	all      *reached // see everything
}

// initialiser is the right side of a package variable's declaration.
type initialiser struct {
	pkg  *packages.Package
	expr ast.Expr
}

// use is one mention of a function in code that is reached.
type use struct {
	fn  *types.Func
	pkg *packages.Package
	id  *ast.Ident
	// call is nil where the function is mentioned as a value.
	call *ast.CallExpr
}

// reached is everything that a walk came across, in the order of its steps.
type reached struct {
	uses []use
	// dynamic are calls of function values that return an error or a bool and
	// could not be followed.
	dynamic []dynamicCall
}

// dynamicCall is a call of a variable or field that holds a function.
type dynamicCall struct {
	at, declared token.Pos
}

func newGraph(p *load.Program) *graph {
	g := &graph{program: p, vars: map[types.Object]*initialiser{}, impls: map[*types.Func][]*types.Func{}}
	for _, pkg := range p.Packages {
		g.indexVars(pkg)
		scope := pkg.Types.Scope()
		for _, name := range scope.Names() {
			tn, ok := scope.Lookup(name).(*types.TypeName)
			if !ok || tn.IsAlias() {
				continue
			}
			if named, ok := tn.Type().(*types.Named); ok && !types.IsInterface(named) && named.TypeParams().Len() == 0 {
				g.concrete = append(g.concrete, named)
			}
		}
	}
	return g
}

func (g *graph) indexVars(pkg *packages.Package) {
	for _, f := range pkg.Syntax {
		for _, d := range f.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, s := range gen.Specs {
				spec := s.(*ast.ValueSpec)
				for i, name := range spec.Names {
					if len(spec.Values) == 0 {
						continue
					}
					value := spec.Values[min(i, len(spec.Values)-1)]
					if obj := pkg.TypesInfo.Defs[name]; obj != nil {
						g.vars[obj] = &initialiser{pkg, value}
					}
				}
			}
		}
	}
}

// from walks from the given nodes, each with its package.
func (g *graph) from(roots ...root) *reached {
	w := &walk{graph: g, seen: map[ast.Node]bool{}, out: &reached{}}
	for _, r := range roots {
		w.enqueue(r.pkg, r.node)
	}
	for len(w.queue) > 0 {
		next := w.queue[0]
		w.queue = w.queue[1:]
		w.visit(next)
	}
	return w.out
}

// everything is what any function of the module mentions, used or not.
func (g *graph) everything() *reached {
	if g.all == nil {
		w := &walk{graph: g, seen: map[ast.Node]bool{}, out: &reached{}, flat: true}
		for _, pkg := range g.program.Packages {
			for _, f := range pkg.Syntax {
				w.visit(root{pkg, f})
			}
		}
		g.all = w.out
	}
	return g.all
}

type root struct {
	pkg  *packages.Package
	node ast.Node
}

type walk struct {
	graph *graph
	seen  map[ast.Node]bool
	queue []root
	out   *reached
	// flat walks look at the roots only.
	flat bool
}

func (w *walk) enqueue(pkg *packages.Package, n ast.Node) {
	if n == nil || w.flat || w.seen[n] {
		return
	}
	w.seen[n] = true
	w.queue = append(w.queue, root{pkg, n})
}

// visit takes in one body or initialiser; literals inside it count as called.
func (w *walk) visit(r root) {
	info := r.pkg.TypesInfo
	calls := map[*ast.Ident]*ast.CallExpr{}
	ast.Inspect(r.node, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			if id := calledName(x); id != nil {
				calls[id] = x
			}
		case *ast.Ident:
			switch obj := info.Uses[x].(type) {
			case *types.Func:
				w.use(use{obj.Origin(), r.pkg, x, calls[x]})
			case *types.Var:
				if in := w.graph.vars[obj]; in != nil {
					w.enqueue(in.pkg, in.expr)
				}
				if calls[x] != nil && mattersDynamically(obj.Type()) && w.graph.vars[obj] == nil && !localLiteral(r.node, info, obj) {
					w.out.dynamic = append(w.out.dynamic, dynamicCall{x.Pos(), obj.Pos()})
				}
			}
		}
		return true
	})
}

func (w *walk) use(u use) {
	w.out.uses = append(w.out.uses, u)
	if w.flat {
		return
	}
	if f := w.graph.program.FuncAt(u.fn.Pos()); f != nil && f.Decl != nil && f.Lit == nil {
		if f.Decl.Body != nil {
			w.enqueue(f.Package, f.Decl.Body)
		}
		return
	}
	for _, impl := range w.graph.implementations(u.fn) {
		w.use(use{impl, u.pkg, u.id, u.call})
	}
}

// calledName is the identifier that names the callee: f in f(), m in x.m(),
// also with type arguments.
func calledName(call *ast.CallExpr) *ast.Ident {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	switch x := fun.(type) {
	case *ast.Ident:
		return x
	case *ast.SelectorExpr:
		return x.Sel
	}
	return nil
}

// mattersDynamically reports whether a function value answers a question:
// it returns an error or a bool.
func mattersDynamically(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok {
		return false
	}
	for v := range sig.Results().Variables() {
		if s := v.Type().String(); s == "error" || s == "bool" {
			return true
		}
	}
	return false
}

// localLiteral reports whether obj is a local variable that is set to a function
// literal in the same body, which the walk sees anyway.
func localLiteral(body ast.Node, info *types.Info, obj types.Object) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		as, ok := n.(*ast.AssignStmt)
		if !ok {
			return !found
		}
		for i, l := range as.Lhs {
			id, ok := l.(*ast.Ident)
			if !ok || i >= len(as.Rhs) || info.Defs[id] != obj && info.Uses[id] != obj {
				continue
			}
			if _, ok := ast.Unparen(as.Rhs[i]).(*ast.FuncLit); ok {
				found = true
			}
		}
		return !found
	})
	return found
}

// implementations are the module's methods that a call of an interface method
// may arrive at, in the order of their names.
func (g *graph) implementations(m *types.Func) []*types.Func {
	if known, ok := g.impls[m]; ok {
		return known
	}
	g.impls[m] = nil
	recv := m.Signature().Recv()
	if recv == nil || !types.IsInterface(recv.Type()) {
		return nil
	}
	iface, ok := recv.Type().Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var out []*types.Func
	for _, named := range g.concrete {
		ptr := types.NewPointer(named)
		if !types.Implements(ptr, iface) {
			continue
		}
		obj, _, _ := types.LookupFieldOrMethod(ptr, true, m.Pkg(), m.Name())
		if fn, ok := obj.(*types.Func); ok && fn != m {
			out = append(out, fn.Origin())
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].FullName() < out[j].FullName() })
	g.impls[m] = out
	return out
}

var majorVersion = regexp.MustCompile(`/v\d+\b|\.v\d+\b`)

// fullName is the function's name with its import path, without the major
// version: "(*github.com/labstack/echo.Echo).Start" for echo/v4.
func fullName(fn *types.Func) string {
	return majorVersion.ReplaceAllString(fn.FullName(), "")
}

// packagePath is the import path of the function's package, without the major version.
func packagePath(fn *types.Func) string {
	if fn.Pkg() == nil {
		return ""
	}
	return majorVersion.ReplaceAllString(fn.Pkg().Path(), "")
}

// below reports whether an import path is that of prefix or lies below it.
func below(importPath, prefix string) bool {
	return importPath == prefix || strings.HasPrefix(importPath, strings.TrimSuffix(prefix, "/")+"/")
}

// find lists the uses whose name satisfies match.
func (r *reached) find(match func(name string) bool) []use {
	var out []use
	for _, u := range r.uses {
		if match(fullName(u.fn)) {
			out = append(out, u)
		}
	}
	return out
}
