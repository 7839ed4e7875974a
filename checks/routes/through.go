package routes

import (
	"go/ast"
	"go/types"
	"strings"
)

// through finds the handler that a function passes requests on to, and puts
// the function itself in front. It is a wrapper where it calls, with its own
// parameters, a function value or ServeHTTP of a handler that it was made with.
func (m *machine) through(b body, depth int) (served, bool) {
	var best served
	score := 0
	m.in(b, func() {
		tainted := m.taint(b)
		for _, call := range callsIn(b.block) {
			v, n := m.passedOn(b, call, tainted)
			if n <= score {
				continue
			}
			s := m.resolve(v, depth+1)
			if s.router == nil && s.fn == nil && len(s.strip) == 0 || same(s.fn, b.self) {
				continue
			}
			best, score = s, n
		}
	})
	if score == 0 {
		v := m.dropped(b)
		if v == nil {
			return served{}, false
		}
		best = m.resolve(v, depth+1)
	}
	best.around = append([]Handler{m.describe(b.self)}, best.around...)
	best.wrappers = append([]value{b.self}, best.wrappers...)
	return best, true
}

// dropped is the handler that the function around a literal was given and that
// nothing ever uses: the literal stands in front of it and lets no request pass.
func (m *machine) dropped(b body) value {
	c, ok := b.self.(*closure)
	if !ok || c.outer == nil {
		return nil
	}
	for p := range c.outer.Params().Variables() {
		held := c.env.lookup(p)
		if held != nil && held.v != nil && m.serves(p.Type()) && !m.code.used(c.pkg, p) {
			return held.v
		}
	}
	return nil
}

// serves reports whether values of a type are handlers.
func (m *machine) serves(t types.Type) bool {
	if sig, ok := t.Underlying().(*types.Signature); ok {
		return m.signatureTakesRequest(sig)
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "ServeHTTP")
	_, ok := obj.(*types.Func)
	return ok
}

func callsIn(n ast.Node) []*ast.CallExpr {
	var out []*ast.CallExpr
	ast.Inspect(n, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			out = append(out, c)
		}
		return true
	})
	return out
}

// taint is the set of variables that carry the request: the parameters, and
// what is assigned from them.
func (m *machine) taint(b body) map[types.Object]bool {
	set := map[types.Object]bool{}
	for _, f := range b.typ.Params.List {
		for _, name := range f.Names {
			if obj := b.pkg.TypesInfo.Defs[name]; obj != nil {
				set[obj] = true
			}
		}
	}
	ast.Inspect(b.block, func(n ast.Node) bool {
		switch s := n.(type) {
		case *ast.AssignStmt:
			for _, r := range s.Rhs {
				if !mentions(b.pkg.TypesInfo, r, set) {
					continue
				}
				for _, l := range s.Lhs {
					if id, ok := l.(*ast.Ident); ok {
						if obj := b.pkg.TypesInfo.Defs[id]; obj != nil {
							set[obj] = true
						}
					}
				}
			}
		case *ast.FuncLit:
			for _, f := range s.Type.Params.List { // the inner literal of http.HandlerFunc(func(w, r) {...})
				for _, name := range f.Names {
					if obj := b.pkg.TypesInfo.Defs[name]; obj != nil {
						set[obj] = true
					}
				}
			}
		}
		return true
	})
	return set
}

func mentions(info *types.Info, e ast.Expr, set map[types.Object]bool) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if obj := info.Uses[id]; obj != nil && set[obj] {
				found = true
			}
		}
		return !found
	})
	return found
}

// passedOn is the handler that a call hands the request to, and how sure that
// is: 0 means not at all.
func (m *machine) passedOn(b body, call *ast.CallExpr, tainted map[types.Object]bool) (value, int) {
	info := b.pkg.TypesInfo
	passed := 0
	for _, a := range call.Args {
		if mentions(info, a, tainted) {
			passed++
		}
	}
	if passed == 0 {
		return nil, 0
	}
	fun := ast.Unparen(call.Fun)
	if tv, ok := info.Types[fun]; ok && tv.IsType() {
		return nil, 0
	}
	switch f := fun.(type) {
	case *ast.Ident:
		obj, ok := info.Uses[f].(*types.Var)
		if !ok || tainted[obj] {
			return m.argument(b, call, tainted)
		}
		return m.functionValue(b, f, passed)
	case *ast.SelectorExpr:
		sel := info.Selections[f]
		switch {
		case sel == nil:
			return m.argument(b, call, tainted)
		case sel.Kind() == types.FieldVal:
			return m.functionValue(b, f, passed)
		case f.Sel.Name == "ServeHTTP" && !mentions(info, f.X, tainted):
			return m.base(f.X), 10
		case f.Sel.Name == "ServeHTTP":
			return m.eval(f.X), 9
		}
		return m.argument(b, call, tainted)
	case *ast.CallExpr:
		if mentions(info, f, tainted) || !m.wrapsHandler(b, f) {
			return nil, 0
		}
		return m.functionValue(b, f, passed)
	case *ast.IndexExpr, *ast.TypeAssertExpr:
		return m.functionValue(b, f, passed)
	}
	return nil, 0
}

// wrapsHandler: mw(next)(w, r), as opposed to a check made on the spot.
func (m *machine) wrapsHandler(b body, call *ast.CallExpr) bool {
	for _, a := range call.Args {
		if t := b.pkg.TypesInfo.TypeOf(a); t != nil && isHandlerType(t, b.sig) {
			return true
		}
	}
	return false
}

// functionValue scores a function value that is called with the request.
func (m *machine) functionValue(b body, e ast.Expr, passed int) (value, int) {
	sig, ok := b.pkg.TypesInfo.TypeOf(e).Underlying().(*types.Signature)
	if !ok || b.sig == nil || !answers(sig) {
		return nil, 0
	}
	if types.Identical(sig, b.sig) || sameParams(sig, b.sig) {
		return m.eval(e), 10
	}
	if shared := sharedParams(sig, b.sig); shared > 0 {
		return m.eval(e), min(shared+1, 9)
	}
	if generic(b.outer) && takesContext(sig) {
		return m.eval(e), min(passed, 2)
	}
	if ownContext(sig) && passed == 1 {
		return m.eval(e), 1
	}
	return nil, 0
}

// ownContext: the one parameter is a context of the program's own, which an
// adapter makes of the request.
func ownContext(sig *types.Signature) bool {
	if sig.Params().Len() != 1 {
		return false
	}
	_, name := typeName(sig.Params().At(0).Type())
	return strings.HasSuffix(name, "Ctx") || strings.HasSuffix(name, "Context")
}

// generic reports whether a function is an adapter for any types.
func generic(sig *types.Signature) bool {
	return sig != nil && (sig.TypeParams().Len() > 0 || sig.RecvTypeParams().Len() > 0)
}

// takesContext: the first parameter is a context.
func takesContext(sig *types.Signature) bool {
	if sig.Params().Len() == 0 {
		return false
	}
	pkg, name := typeName(sig.Params().At(0).Type())
	return pkg == "context" && name == "Context"
}

// answers: a predicate or a getter of text is not a handler.
func answers(sig *types.Signature) bool {
	for v := range sig.Results().Variables() {
		if b, ok := v.Type().(*types.Basic); ok && b.Info()&(types.IsBoolean|types.IsString) != 0 {
			return false
		}
	}
	return true
}

func sameParams(a, b *types.Signature) bool {
	return a.Params().Len() > 0 && types.Identical(a.Params(), b.Params())
}

func sharedParams(a, b *types.Signature) int {
	n := 0
	for p := range b.Params().Variables() {
		for q := range a.Params().Variables() {
			if types.Identical(p.Type(), q.Type()) {
				n++
				break
			}
		}
	}
	return n
}

// argument is a handler that is passed beside the request to a function.
func (m *machine) argument(b body, call *ast.CallExpr, tainted map[types.Object]bool) (value, int) {
	for _, a := range call.Args {
		if mentions(b.pkg.TypesInfo, a, tainted) {
			continue
		}
		t := b.pkg.TypesInfo.TypeOf(a)
		if t == nil || !isHandlerType(t, b.sig) {
			continue
		}
		if v := m.eval(a); m.handlerLike(v) {
			return v, 5
		}
	}
	return nil, 0
}

// isHandlerType: an http.Handler, or a function that takes what b takes.
func isHandlerType(t types.Type, sig *types.Signature) bool {
	if obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "ServeHTTP"); obj != nil {
		return true
	}
	f, ok := t.Underlying().(*types.Signature)
	return ok && sig != nil && sharedParams(f, sig) > 0 && answers(f)
}
