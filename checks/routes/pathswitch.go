package routes

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Some servers have no router: a function compares the path itself. What it
// compares with becomes rows of their own: connect's generated handlers, bare
// fasthttp, and hand-written ServeHTTP methods.

// pathArm is one path that a handler tells apart.
type pathArm struct {
	path    string
	subtree bool
	methods []arm
	method  string
	// fn is what the request is handed to; nil where the arm does the work.
	fn  value
	pos token.Pos
}

// pathArms reads the paths off a handler's body, or off those of the wrappers
// around it; rest says that other paths are served as well.
func (m *machine) pathArms(s served) (arms []pathArm, outer int, rest bool) {
	for i, fn := range append(slices.Clone(s.wrappers), s.fn) {
		b, ok := m.opened(fn)
		if !ok {
			continue
		}
		r := &pathReader{methodReader: methodReader{machine: m, b: b}}
		m.in(b, func() { r.statements(b.block.List) })
		if len(r.arms) > 0 {
			return r.arms, i, r.rest
		}
	}
	return nil, 0, false
}

type pathReader struct {
	methodReader
	arms []pathArm
	rest bool
}

func (r *pathReader) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.SwitchStmt:
			if s.Init == nil && (s.Tag == nil || r.isPath(s.Tag)) {
				r.switchOver(s)
			}
		case *ast.IfStmt:
			r.ifChain(s)
		}
	}
	r.rest = r.rest || len(list) > 0 && !refuses(r.b.pkg.TypesInfo, list[len(list)-1:])
}

func (r *pathReader) switchOver(s *ast.SwitchStmt) {
	for _, c := range s.Body.List {
		clause := c.(*ast.CaseClause)
		if clause.List == nil {
			r.rest = r.rest || len(clause.Body) > 0 && !refuses(r.b.pkg.TypesInfo, clause.Body)
			continue
		}
		for _, e := range clause.List {
			if s.Tag != nil {
				if path, ok := r.text(e); ok {
					r.add(pathCond{path: path}, clause.Body, e.Pos())
				}
				continue
			}
			for _, cond := range r.conditions(e) {
				r.add(cond, clause.Body, e.Pos())
			}
		}
	}
}

func (r *pathReader) ifChain(s *ast.IfStmt) {
	for _, cond := range r.conditions(s.Cond) {
		if leaves(s.Body) || s.Else != nil {
			r.add(cond, s.Body.List, s.Pos())
		}
	}
	switch e := s.Else.(type) {
	case *ast.IfStmt:
		r.ifChain(e)
	case *ast.BlockStmt:
		r.statements(e.List)
	}
}

// pathCond is a comparison of the path, perhaps together with the method.
type pathCond struct {
	path, method string
	subtree      bool
}

// conditions reads path == "/x", strings.HasPrefix(path, "/x/"), and these
// together with a comparison of the method or as alternatives.
func (r *pathReader) conditions(e ast.Expr) []pathCond {
	switch x := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		switch x.Op {
		case token.EQL:
			a, b := x.X, x.Y
			if r.isPath(b) {
				a, b = b, a
			}
			if path, ok := r.text(b); ok && r.isPath(a) {
				return []pathCond{{path: path}}
			}
		case token.LOR:
			left, right := r.conditions(x.X), r.conditions(x.Y)
			if len(left) > 0 && len(right) > 0 {
				return append(left, right...)
			}
		case token.LAND:
			return r.both(x)
		}
	case *ast.CallExpr:
		sel, ok := x.Fun.(*ast.SelectorExpr)
		if ok && len(x.Args) == 2 && (sel.Sel.Name == "HasPrefix" || sel.Sel.Name == "EqualFold") && r.isPath(x.Args[0]) {
			if path, ok := r.text(x.Args[1]); ok {
				return []pathCond{{path: path, subtree: sel.Sel.Name == "HasPrefix"}}
			}
		}
	}
	return nil
}

// both: a path and a method, in either order.
func (r *pathReader) both(x *ast.BinaryExpr) []pathCond {
	path, other := r.conditions(x.X), x.Y
	if len(path) == 0 {
		path, other = r.conditions(x.Y), x.X
	}
	equal, methods := r.compares(other)
	if len(methods) == 0 || !equal {
		return path
	}
	var out []pathCond
	for _, p := range path {
		for _, method := range methods {
			p.method = method
			out = append(out, p)
		}
	}
	return out
}

// add notes an arm unless it refuses.
func (r *pathReader) add(c pathCond, body []ast.Stmt, pos token.Pos) {
	if !strings.HasPrefix(c.path, "/") || refuses(r.b.pkg.TypesInfo, body) && len(body) == 1 {
		return
	}
	a := pathArm{path: c.path, subtree: c.subtree, fn: r.handedTo(body), pos: pos}
	if c.method != "" {
		a.methods = []arm{{method: c.method}}
	} else {
		inner := &methodReader{machine: r.machine, b: r.b}
		if inner.statements(body); !inner.open {
			a.methods = sortedArms(inner.arms)
		}
	}
	r.arms = append(r.arms, a)
}

// isPath recognises r.URL.Path, fasthttp's ctx.Path(), and variables that were
// set to one of them.
func (r *pathReader) isPath(e ast.Expr) bool {
	info := r.b.pkg.TypesInfo
	switch x := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		pkg, name := typeName(info.TypeOf(x.X))
		return x.Sel.Name == "Path" && pkg == "net/url" && name == "URL"
	case *ast.CallExpr:
		if tv, ok := info.Types[x.Fun]; ok && tv.IsType() && len(x.Args) == 1 {
			return r.isPath(x.Args[0])
		}
		sel, ok := x.Fun.(*ast.SelectorExpr)
		if !ok || len(x.Args) != 0 || sel.Sel.Name != "Path" {
			return false
		}
		pkg, name := typeName(info.TypeOf(sel.X))
		return pkg == "github.com/valyala/fasthttp" && (name == "RequestCtx" || name == "URI")
	case *ast.Ident:
		return r.assignedPath(info.Uses[x])
	}
	return false
}

// assignedPath: the variable is declared as path := r.URL.Path.
func (r *pathReader) assignedPath(obj types.Object) bool {
	if obj == nil {
		return false
	}
	found := false
	ast.Inspect(r.b.block, func(n ast.Node) bool {
		s, ok := n.(*ast.AssignStmt)
		if !ok || found {
			return !found
		}
		for i, l := range s.Lhs {
			if id, ok := l.(*ast.Ident); ok && s.Tok == token.DEFINE && i < len(s.Rhs) && r.b.pkg.TypesInfo.Defs[id] == obj {
				found = r.isPath(s.Rhs[i])
			}
		}
		return !found
	})
	return found
}

// splitByPath writes rows for the paths that the handler of a subtree tells
// apart; base was taken off before it sees the path. It reports whether that is
// all that the handler serves.
func (m *machine) splitByPath(row *Route, s served, methods []string, base string) bool {
	arms, outer, rest := m.pathArms(s)
	wrapper := outer < len(s.wrappers)
	n := 0
	for _, a := range arms {
		for _, one := range a.byMethod() {
			inner := m.armServes(one, s, wrapper)
			if inner.fn == nil {
				continue
			}
			m.armRow(*row, one, s, inner, armMethods(one, inner, methods), base, outer)
			n++
		}
	}
	return n > 0 && !rest
}

// byMethod is one arm for each method that a function of its own serves.
func (a pathArm) byMethod() []pathArm {
	var out []pathArm
	for _, arm := range a.methods {
		one := a
		one.methods = nil
		one.method = arm.method
		if arm.fn != nil {
			one.fn = arm.fn
		}
		out = append(out, one)
	}
	if len(out) == 0 {
		out = append(out, a)
	}
	return out
}

// armRow writes the rows of one arm.
func (m *machine) armRow(r Route, a pathArm, s, inner served, methods []string, base string, outer int) {
	r.Path, r.Pattern, r.Pos, r.Opaque = joinPaths(base, a.path, false), a.path, m.p.Position(a.pos), false
	if a.subtree {
		r.Path = strings.TrimSuffix(r.Path, "/") + "/" + anyRest
	}
	before := r.Middleware[:len(r.Middleware)-len(s.around)]
	if outer < len(s.wrappers) { // what the wrapper hands others to is not before this
		r.Middleware = slices.Concat(before, s.around[:min(outer+1, len(s.around))], inner.around)
	} else {
		r.Middleware = slices.Concat(r.Middleware, inner.around)
	}
	r.Handler, r.Unimplemented = m.describe(inner.fn), m.isStandIn(inner.fn)
	if a.fn == nil {
		inner = served{} // the methods that the whole body compares are not the arm's
	}
	m.rows(&r, methods, inner)
}

// armServes is what an arm hands the request to, or the function with the arm
// itself. A wrapper's arm that hands it on to the next handler is no route.
func (m *machine) armServes(a pathArm, s served, wrapper bool) served {
	if a.fn != nil {
		inner := m.resolve(a.fn, 0)
		if inner.fn != nil || inner.router != nil {
			return inner
		}
	}
	if wrapper {
		return served{}
	}
	return served{fn: s.fn}
}

// armMethods are the methods of a row: the one that the arm compares with,
// those that the inner handler answers, or that the outer row is limited to.
func armMethods(a pathArm, inner served, outer []string) []string {
	switch {
	case a.method != "":
		return []string{a.method}
	case len(inner.methods) > 0:
		return inner.methods
	}
	return outer
}

// placeFronts puts the routers among which a function in front chooses, by the
// path or by anything else, where they are seen from outside: below what is
// stripped on the way. It reports whether the router that s comes down to is
// among them.
func (m *machine) placeFronts(s served) bool {
	for i, fn := range append(slices.Clone(s.wrappers), s.fn) {
		b, ok := m.opened(fn)
		if !ok {
			continue
		}
		if chosen := m.chosen(b); len(chosen) > 1 {
			own := false
			for _, inner := range chosen {
				m.placeBehind(inner, s.around[:min(i+1, len(s.around))])
				own = own || inner.router == s.router
			}
			return own
		}
	}
	return false
}

// chosen are the routers to which a body hands the request.
func (m *machine) chosen(b body) []served {
	var out []served
	m.in(b, func() {
		tainted := m.taint(b)
		for _, call := range callsIn(b.block) {
			v, _ := m.passedOn(b, call, tainted)
			if v == nil {
				continue
			}
			s := m.resolve(v, 0)
			same := func(o served) bool { return o.router == s.router && m.textOf(m.stripped(o)) == m.textOf(m.stripped(s)) }
			if s.router != nil && !slices.ContainsFunc(out, same) {
				out = append(out, s)
			}
		}
	})
	return out
}

// placeBehind makes a router the child of a function, once for each prefix.
func (m *machine) placeBehind(s served, before []Handler) {
	e := edge{front: true, absolute: true, prefix: m.stripped(s), around: slices.Concat(before, s.around)}
	known := func(o edge) bool { return o.front && m.textOf(o.prefix) == m.textOf(e.prefix) }
	if !slices.ContainsFunc(s.router.parents, known) {
		s.router.parents = append(s.router.parents, e)
	}
}

// servedAlone looks at a function that is served without any router.
func (m *machine) servedAlone(s served) {
	if s.fn == nil {
		return
	}
	lib := "net/http"
	if sig, ok := dynamicType(s.fn).(*types.Signature); ok && sig.Params().Len() == 1 {
		lib = "fasthttp"
	}
	row := &Route{Path: "/" + anyRest, Pattern: "/", Router: lib, Reached: m.reached, Middleware: s.around}
	m.splitByPath(row, s, nil, "")
}

// takenOff is the part of the URL that a handler does not see.
func (m *machine) takenOff(p place, s served) string {
	base := p.base
	for _, v := range s.strip {
		base += strings.TrimSuffix(m.textOf(v), "/")
	}
	return base
}
