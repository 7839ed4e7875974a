// Package reach follows calls through the module under audit: what a handler or
// a program's main can come to. Families use it to look for a proof (a ping, a
// Shutdown, a limiter) wherever the code has put it.
package reach

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"sort"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
)

// Graph follows calls through the module: static calls, functions handed on as
// values, package variables with their initialisers, and calls through an
// interface to every implementation in the module. It errs towards reaching
// too much, never too little, except for calls of function values that arrive
// as parameters or fields, which it lists.
type Graph struct {
	program *load.Program
	vars    map[types.Object]*initialiser
	// concrete are the module's named types, in order of declaration.
	concrete []*types.Named
	impls    map[*types.Func][]*types.Func
	bodies   map[ast.Node][]mention
	names    map[*types.Func]string
	all      *Reached // see Everything
	mains    map[*packages.Package]*Reached
}

// initialiser is the right side of a package variable's declaration.
type initialiser struct {
	pkg  *packages.Package
	expr ast.Expr
}

// Use is one mention of a function in code that is reached.
type Use struct {
	Func *types.Func
	// Name is the function's, see FullName.
	Name    string
	Package *packages.Package
	Ident   *ast.Ident
	// Call is nil where the function is mentioned as a value.
	Call *ast.CallExpr
}

// Reached is everything that a walk came across, in the order of its steps.
type Reached struct {
	Uses []Use
	// Dynamic are calls of function values that return an error or a bool and
	// could not be followed.
	Dynamic []DynamicCall
}

// DynamicCall is a call of a variable or field that holds a function.
type DynamicCall struct {
	At, Declared token.Pos
}

type graphKey struct{}

// Of is the program's graph. It is made once for all families.
func Of(p *load.Program) *Graph {
	return p.Once(graphKey{}, func() any { return build(p) }).(*Graph)
}

// build indexes the module's types and package variables.
func build(p *load.Program) *Graph {
	g := &Graph{
		program: p, mains: map[*packages.Package]*Reached{}, vars: map[types.Object]*initialiser{}, impls: map[*types.Func][]*types.Func{},
		bodies: map[ast.Node][]mention{}, names: map[*types.Func]string{},
	}
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

func (g *Graph) indexVars(pkg *packages.Package) {
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

// From walks from the given nodes, each with its package.
func (g *Graph) From(roots ...Root) *Reached {
	w := &walk{graph: g, seen: map[ast.Node]bool{}, out: &Reached{}}
	for _, r := range roots {
		w.enqueue(r.Package, r.Node)
	}
	for len(w.queue) > 0 {
		next := w.queue[0]
		w.queue = w.queue[1:]
		w.visit(next)
	}
	return w.out
}

// Everything is what any function of the module mentions, used or not.
func (g *Graph) Everything() *Reached {
	if g.all == nil {
		w := &walk{graph: g, seen: map[ast.Node]bool{}, out: &Reached{}, flat: true}
		for _, pkg := range g.program.Packages {
			for _, f := range pkg.Syntax {
				w.visit(Root{pkg, f})
			}
		}
		g.all = w.out
	}
	return g.all
}

// Root is where a walk begins: a body, an initialiser or a file.
type Root struct {
	Package *packages.Package
	Node    ast.Node
}

type walk struct {
	graph *Graph
	seen  map[ast.Node]bool
	queue []Root
	out   *Reached
	// flat walks look at the roots only.
	flat bool
}

func (w *walk) enqueue(pkg *packages.Package, n ast.Node) {
	if n == nil || w.flat || w.seen[n] {
		return
	}
	w.seen[n] = true
	w.queue = append(w.queue, Root{pkg, n})
}

// visit takes in one body or initialiser; literals inside it count as called.
func (w *walk) visit(r Root) {
	for _, m := range w.graph.mentions(r) {
		switch {
		case m.init != nil:
			w.enqueue(m.init.pkg, m.init.expr)
		case m.use.Func != nil:
			w.use(m.use)
		default:
			w.out.Dynamic = append(w.out.Dynamic, m.dynamic)
		}
	}
}

// mention is one thing that a body mentions: a function, a package variable that
// is initialised, or a function value that is called.
type mention struct {
	use     Use
	init    *initialiser
	dynamic DynamicCall
}

// mentions lists what a body mentions, in the order of the source. Walks come by
// the same bodies again and again.
func (g *Graph) mentions(r Root) []mention {
	if known, ok := g.bodies[r.Node]; ok {
		return known
	}
	info := r.Package.TypesInfo
	var found []mention
	calls := map[*ast.Ident]*ast.CallExpr{}
	ast.Inspect(r.Node, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			if id := calledName(x); id != nil {
				calls[id] = x
			}
		case *ast.Ident:
			switch obj := info.Uses[x].(type) {
			case *types.Func:
				found = append(found, mention{use: g.useOf(obj.Origin(), r.Package, x, calls[x])})
			case *types.Var:
				in := g.vars[obj]
				if in != nil {
					found = append(found, mention{init: in})
				}
				if in == nil && calls[x] != nil && mattersDynamically(obj.Type()) && !localLiteral(r.Node, info, obj) {
					found = append(found, mention{dynamic: DynamicCall{x.Pos(), obj.Pos()}})
				}
			}
		}
		return true
	})
	g.bodies[r.Node] = found
	return found
}

func (g *Graph) useOf(fn *types.Func, pkg *packages.Package, id *ast.Ident, call *ast.CallExpr) Use {
	name, ok := g.names[fn]
	if !ok {
		name = FullName(fn)
		g.names[fn] = name
	}
	return Use{fn, name, pkg, id, call}
}

func (w *walk) use(u Use) {
	w.out.Uses = append(w.out.Uses, u)
	if w.flat {
		return
	}
	if f := w.graph.program.FuncAt(u.Func.Pos()); f != nil && f.Decl != nil && f.Lit == nil {
		if f.Decl.Body != nil {
			w.enqueue(f.Package, f.Decl.Body)
		}
		return
	}
	for _, impl := range w.graph.Implementations(u.Func) {
		w.use(w.graph.useOf(impl, u.Package, u.Ident, u.Call))
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

// Implementations are the module's methods that a call of an interface method
// may arrive at, in the order of their names; none for other functions.
func (g *Graph) Implementations(m *types.Func) []*types.Func {
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

// FullName is the function's name with its import path, without the major
// version: "(*github.com/labstack/echo.Echo).Start" for echo/v4.
func FullName(fn *types.Func) string { return WithoutVersion(fn.FullName()) }

// PackagePath is the import path of the function's package, without the major version.
func PackagePath(fn *types.Func) string {
	if fn.Pkg() == nil {
		return ""
	}
	return WithoutVersion(fn.Pkg().Path())
}

// Below reports whether an import path is that of prefix or lies below it.
func Below(importPath, prefix string) bool {
	return importPath == prefix || strings.HasPrefix(importPath, strings.TrimSuffix(prefix, "/")+"/")
}

// Find lists the uses whose name satisfies match.
func (r *Reached) Find(match func(name string) bool) []Use {
	var out []Use
	matches := map[*types.Func]bool{}
	for _, u := range r.Uses {
		is, seen := matches[u.Func]
		if !seen {
			is = match(u.Name)
			matches[u.Func] = is
		}
		if is {
			out = append(out, u)
		}
	}
	return out
}

// Matches reports whether a name is one of the patterns; a pattern that ends in
// "*" stands for all names that begin so.
func Matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		prefix, open := strings.CutSuffix(p, "*")
		return name == p || open && strings.HasPrefix(name, prefix)
	})
}

// WithoutVersion drops the major version from an import path.
func WithoutVersion(importPath string) string {
	if !strings.Contains(importPath, "/v") && !strings.Contains(importPath, ".v") {
		return importPath // most have none
	}
	return majorVersion.ReplaceAllString(importPath, "")
}

// VarInit is the initialiser of a package variable of the module, nil where
// there is none.
func (g *Graph) VarInit(obj types.Object) ast.Expr {
	if in := g.vars[obj]; in != nil {
		return in.expr
	}
	return nil
}
