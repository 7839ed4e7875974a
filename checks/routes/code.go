package routes

import (
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
)

// code is the module's source, indexed for evaluation.
type code struct {
	funcs    map[string]*declared
	order    []*declared // by key
	keys     map[*types.Func]string
	globals  map[types.Object]*initialiser
	packages map[string]*packages.Package
	surface  *surface
	// methods lists the keys of the module's methods by name.
	methods map[string][]string
	lits    map[*ast.FuncLit]bool
	// assigned are the package variables that some function assigns or takes the
	// address of.
	assigned map[types.Object]bool
	// uses are the variables that a package mentions, of the packages asked about.
	uses map[*packages.Package]map[types.Object]bool
	// swagger holds the initHandlerCache methods of go-swagger's API types.
	swagger map[string]*declared
}

// used reports whether anything in its package mentions a variable.
func (c *code) used(pkg *packages.Package, v *types.Var) bool {
	uses := c.uses[pkg]
	if uses == nil {
		uses = map[types.Object]bool{}
		for _, obj := range pkg.TypesInfo.Uses {
			uses[obj] = true
		}
		c.uses[pkg] = uses
	}
	return uses[v]
}

// declared is a function declaration.
type declared struct {
	key  string
	fn   *types.Func
	decl *ast.FuncDecl
	pkg  *packages.Package
	// direct: it makes, receives or uses a router itself; wires: it or something
	// that it mentions does.
	direct, wires bool
	generated     bool
	makes         generatedKind
	mentions      []string
	callers       []string
}

// initialiser is the right side of a package variable's declaration.
type initialiser struct {
	pkg  *packages.Package
	vars []*types.Var
	rhs  ast.Expr
}

func indexCode(p *load.Program, s *surface) *code {
	c := &code{
		funcs: map[string]*declared{}, keys: map[*types.Func]string{}, globals: map[types.Object]*initialiser{},
		packages: map[string]*packages.Package{}, methods: map[string][]string{}, lits: map[*ast.FuncLit]bool{}, surface: s,
		swagger: map[string]*declared{}, assigned: map[types.Object]bool{}, uses: map[*packages.Package]map[types.Object]bool{},
	}
	for _, pkg := range p.Packages {
		c.packages[pkg.PkgPath] = pkg
		c.indexPackage(pkg)
	}
	c.markSwagger()
	for _, d := range c.sorted() {
		c.mentionsOf(d)
	}
	c.spread()
	return c
}

func (c *code) indexPackage(pkg *packages.Package) {
	for _, init := range pkg.TypesInfo.InitOrder {
		in := &initialiser{pkg: pkg, vars: init.Lhs, rhs: init.Rhs}
		for _, v := range init.Lhs {
			c.globals[v] = in
		}
	}
	for _, f := range pkg.Syntax {
		c.indexAssigned(pkg, f)
		for _, node := range f.Decls {
			decl, ok := node.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			fn, ok := pkg.TypesInfo.Defs[decl.Name].(*types.Func)
			if !ok {
				continue
			}
			key := c.key(fn)
			if decl.Recv == nil && (decl.Name.Name == "init" || decl.Name.Name == "_") {
				key = pkg.PkgPath + ".init#" + pkg.Fset.Position(decl.Pos()).String()
			}
			d := &declared{key: key, fn: fn, decl: decl, pkg: pkg}
			c.funcs[key] = d
			c.markGenerated(d, f)
			if decl.Recv != nil {
				c.methods[fn.Name()] = append(c.methods[fn.Name()], key)
			}
		}
	}
}

func (c *code) indexAssigned(pkg *packages.Package, f *ast.File) {
	mark := func(e ast.Expr) {
		for {
			switch x := ast.Unparen(e).(type) {
			case *ast.Ident:
				if v, ok := pkg.TypesInfo.Uses[x].(*types.Var); ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
					c.assigned[v] = true
				}
				return
			case *ast.SelectorExpr:
				if v, ok := pkg.TypesInfo.Uses[x.Sel].(*types.Var); ok && !v.IsField() {
					c.assigned[v] = true
					return
				}
				e = x.X
			default:
				return
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch s := n.(type) {
		case *ast.AssignStmt:
			for _, l := range s.Lhs {
				mark(l)
			}
		case *ast.IncDecStmt:
			mark(s.X)
		case *ast.UnaryExpr:
			if s.Op == token.AND {
				mark(s.X)
			}
		}
		return true
	})
}

// key names a function across packages and instantiations.
func (c *code) key(fn *types.Func) string {
	k, ok := c.keys[fn]
	if !ok {
		k = fn.Origin().FullName()
		c.keys[fn] = k
	}
	return k
}

// own reports whether a package belongs to the module.
func (c *code) own(pkg *types.Package) bool { return pkg != nil && c.packages[pkg.Path()] != nil }

func (c *code) sorted() []*declared {
	if len(c.order) == len(c.funcs) {
		return c.order
	}
	out := make([]*declared, 0, len(c.funcs))
	for _, d := range c.funcs {
		out = append(out, d)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].key < out[j].key })
	c.order = out
	return out
}

// mentionsOf notes which functions a declaration names and whether it deals
// with routers itself.
func (c *code) mentionsOf(d *declared) {
	ast.Inspect(d.decl, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch obj := d.pkg.TypesInfo.Uses[id].(type) {
		case *types.Func:
			if c.isWiring(obj) {
				d.direct = true
				return true
			}
			d.mentions = append(d.mentions, c.targets(obj)...)
		case *types.TypeName:
			d.direct = d.direct || c.isRouterType(obj)
		case *types.Var:
			if obj.IsField() {
				if n := named(obj.Type()); n != nil && c.isRouterType(n.Obj()) {
					d.direct = true
				}
			}
		case nil: // of a router library that could not be loaded
			d.direct = d.direct || c.surface.byPackage[importNamed(d.pkg, id)] != nil
		}
		return true
	})
	d.direct = d.direct || d.makes != notGenerated
	d.wires = d.direct
}

// targets are the keys of what a mentioned function may be: itself, or every
// method of that name for a method of an interface.
func (c *code) targets(fn *types.Func) []string {
	sig, ok := fn.Type().(*types.Signature)
	if ok && sig.Recv() != nil && types.IsInterface(sig.Recv().Type()) && c.own(fn.Pkg()) {
		return c.methods[fn.Name()]
	}
	if c.own(fn.Pkg()) {
		return []string{c.key(fn)}
	}
	return nil
}

// isWiring reports whether a router library's table knows the function.
func (c *code) isWiring(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return false
	}
	_, call := c.surface.call(fn.Pkg().Path(), receiverName(fn), fn.Name())
	if call == nil {
		return !c.own(fn.Pkg()) && resemblesRegistration(fn)
	}
	switch call.Does {
	case Ignore, Wrap, Static, Serve:
		return false
	}
	return true
}

func (c *code) isRouterType(obj *types.TypeName) bool {
	if obj.Pkg() == nil {
		return false
	}
	_, _, ok := c.surface.routerType(obj.Pkg().Path(), obj.Name())
	return ok
}

// importNamed is the path of the import that an identifier seems to name where
// the package could not be loaded, so that its real name is not known; empty
// where there is none.
func importNamed(pkg *packages.Package, id *ast.Ident) string {
	switch obj := pkg.TypesInfo.Uses[id].(type) {
	case *types.PkgName:
		return obj.Imported().Path()
	case nil:
	default:
		return ""
	}
	for _, f := range pkg.Syntax {
		if id.Pos() < f.FileStart || f.FileEnd < id.Pos() {
			continue
		}
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err == nil && spec.Name == nil && likelyName(path) == id.Name {
				return path
			}
		}
	}
	return ""
}

// likelyName is what a package is mostly called: the last element of its path
// that is not a version, without go- before or -go, .v3 after it.
func likelyName(path string) string {
	elems := strings.Split(path, "/")
	last := elems[len(elems)-1]
	if len(elems) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		last = elems[len(elems)-2]
	}
	last, _, _ = strings.Cut(last, ".v")
	return strings.TrimSuffix(strings.TrimPrefix(last, "go-"), "-go")
}

// receiverName is the name of a method's receiver type; empty for functions.
func receiverName(fn *types.Func) string {
	sig, ok := fn.Type().(*types.Signature)
	if !ok || sig.Recv() == nil {
		return ""
	}
	_, name := typeName(sig.Recv().Type())
	return name
}

// spread carries wires from mentioned functions to those that mention them.
func (c *code) spread() {
	var work []*declared
	for _, d := range c.sorted() {
		for _, key := range d.mentions {
			if t := c.funcs[key]; t != nil && t != d {
				t.callers = append(t.callers, d.key)
			}
		}
		if d.wires {
			work = append(work, d)
		}
	}
	for len(work) > 0 {
		d := work[len(work)-1]
		work = work[:len(work)-1]
		for _, key := range d.callers {
			if caller := c.funcs[key]; !caller.wires {
				caller.wires = true
				work = append(work, caller)
			}
		}
	}
}

// wires reports whether calling a function value may lead to a registration.
func (c *code) wires(v value) bool {
	switch f := bare(v).(type) {
	case *function:
		for _, key := range c.targets(f.fn) {
			if d := c.funcs[key]; d != nil && d.wires {
				return true
			}
		}
	case *closure:
		return c.litWires(f.lit, f.pkg)
	case *alt:
		for _, a := range f.vals {
			if c.wires(a) {
				return true
			}
		}
	}
	return false
}

func (c *code) litWires(lit *ast.FuncLit, pkg *packages.Package) bool {
	if w, ok := c.lits[lit]; ok {
		return w
	}
	w := false
	ast.Inspect(lit, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || w {
			return !w
		}
		switch obj := pkg.TypesInfo.Uses[id].(type) {
		case *types.Func:
			w = c.isWiring(obj)
			for _, key := range c.targets(obj) {
				w = w || c.funcs[key] != nil && c.funcs[key].wires
			}
		case *types.TypeName:
			w = c.isRouterType(obj)
		}
		return !w
	})
	c.lits[lit] = w
	return w
}

// linked are the packages that a main package consists of, imports first.
func (c *code) linked(main *packages.Package, all []*packages.Package) []*packages.Package {
	in := map[string]bool{}
	var visit func(*types.Package)
	visit = func(pkg *types.Package) {
		if in[pkg.Path()] || !c.own(pkg) {
			return
		}
		in[pkg.Path()] = true
		for _, imp := range pkg.Imports() {
			visit(imp)
		}
	}
	visit(main.Types)
	var out []*packages.Package
	for _, pkg := range all {
		if in[pkg.PkgPath] {
			out = append(out, pkg)
		}
	}
	return out
}
