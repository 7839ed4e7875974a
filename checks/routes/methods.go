package routes

import (
	"go/ast"
	"go/token"
	"go/types"
	"net/http"
	"slices"
	"strings"
)

// arm is one method that a handler tells apart, and the function that it hands
// the request to, where there is one.
type arm struct {
	method string
	fn     value
}

// methodArms reads the methods that a handler serves off its body, or off the
// wrappers around it: a switch over r.Method, comparisons that turn others
// away, a map from methods to handlers. Nil: all methods, or not evident.
func (m *machine) methodArms(s served) []arm {
	if f, ok := bare(s.fn).(*function); ok {
		if arms := mapArms(f.recv); len(arms) > 0 {
			return arms
		}
	}
	for _, fn := range append(slices.Clone(s.wrappers), s.fn) {
		if arms := m.armsOf(fn); len(arms) > 0 {
			return arms
		}
	}
	return nil
}

func (m *machine) armsOf(fn value) []arm {
	b, ok := m.opened(fn)
	if !ok {
		return nil
	}
	r := &methodReader{machine: m, b: b}
	m.in(b, func() {
		if r.arms = r.indexed(); len(r.arms) == 0 {
			r.statements(b.block.List)
		}
	})
	if r.open {
		return nil
	}
	return sortedArms(r.arms)
}

func sortedArms(arms []arm) []arm {
	slices.SortStableFunc(arms, func(x, y arm) int { return strings.Compare(x.method, y.method) })
	return slices.CompactFunc(arms, func(x, y arm) bool { return x.method == y.method })
}

// mapArms reads a map from methods to handlers.
func mapArms(v value) []arm {
	x, ok := bare(v).(*mapVal)
	if !ok {
		return nil
	}
	var arms []arm
	for i, k := range x.keys {
		method, ok := strOf(k).known()
		if !ok || !isMethod(method) {
			return nil
		}
		if x.cells[i].v != nil {
			arms = append(arms, arm{method, x.cells[i].v})
		}
	}
	return sortedArms(arms)
}

// indexed finds a map that is indexed by the request's method.
func (r *methodReader) indexed() []arm {
	var arms []arm
	ast.Inspect(r.b.block, func(n ast.Node) bool {
		if x, ok := n.(*ast.IndexExpr); ok && len(arms) == 0 && r.isMethod(x.Index) {
			arms = mapArms(r.base(x.X))
		}
		return true
	})
	return arms
}

// opened is a handler's body, literal or declared.
func (m *machine) opened(fn value) (body, bool) {
	switch x := bare(fn).(type) {
	case *closure:
		return m.bodyOf(x), true
	case *function:
		if d := m.code.funcs[m.code.key(x.fn)]; d != nil {
			return body{
				pkg: d.pkg, env: newEnv(nil), typ: d.decl.Type, block: d.decl.Body,
				sig: x.fn.Type().(*types.Signature), self: x, decl: d.decl, recv: x.recv,
			}, true
		}
	}
	return body{}, false
}

type methodReader struct {
	*machine
	b    body
	arms []arm
	// open: other methods are served as well.
	open bool
	done bool
}

func (r *methodReader) statements(list []ast.Stmt) {
	for i, s := range list {
		switch s := s.(type) {
		case *ast.SwitchStmt:
			if s.Tag != nil && r.isMethod(s.Tag) {
				r.switchOver(s)
				return
			}
		case *ast.IfStmt:
			if r.ifChain(s, list[i+1:]) {
				return
			}
		}
	}
	r.open = r.open || len(r.arms) == 0
}

// isMethod recognises r.Method and its kin.
func (r *methodReader) isMethod(e ast.Expr) bool {
	switch x := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		if x.Sel.Name != "Method" {
			return false
		}
		pkg, name := typeName(r.b.pkg.TypesInfo.TypeOf(x.X))
		return pkg == "net/http" && name == "Request"
	case *ast.CallExpr: // strings.ToUpper(r.Method), ctx.Method()
		if len(x.Args) == 1 {
			return r.isMethod(x.Args[0])
		}
		if sel, ok := x.Fun.(*ast.SelectorExpr); ok && len(x.Args) == 0 && sel.Sel.Name == "Method" {
			pkg, _ := typeName(r.b.pkg.TypesInfo.TypeOf(sel.X))
			return pkg == "github.com/valyala/fasthttp"
		}
	}
	return false
}

func (r *methodReader) switchOver(s *ast.SwitchStmt) {
	for _, c := range s.Body.List {
		clause := c.(*ast.CaseClause)
		if clause.List == nil {
			r.open = r.open || len(clause.Body) > 0 && !refuses(r.b.pkg.TypesInfo, clause.Body)
			continue
		}
		if refuses(r.b.pkg.TypesInfo, clause.Body) {
			continue
		}
		fn := r.handedTo(clause.Body)
		for _, e := range clause.List {
			if method, ok := r.text(e); ok {
				r.arms = append(r.arms, arm{method, fn})
			}
		}
	}
}

func (r *methodReader) text(e ast.Expr) (string, bool) {
	s, ok := bare(r.eval(e)).(str)
	if !ok {
		return "", false
	}
	return s.known()
}

func fromTyped(info *types.Info, e ast.Expr) value {
	if tv, ok := info.Types[e]; ok && tv.Value != nil {
		return fromConstant(tv.Value)
	}
	return nil
}

// ifChain reads an if statement on the method; it reports whether that settles
// which methods are served.
func (r *methodReader) ifChain(s *ast.IfStmt, after []ast.Stmt) bool {
	equal, methods := r.compares(s.Cond)
	switch {
	case len(methods) == 0:
		return false
	case !equal: // if r.Method != GET { refuse }
		if !leaves(s.Body) {
			return false
		}
		for _, method := range methods {
			r.arms = append(r.arms, arm{method: method})
		}
		return true
	}
	if refuses(r.b.pkg.TypesInfo, s.Body.List) {
		return false
	}
	fn := r.handedTo(s.Body.List)
	for _, method := range methods {
		r.arms = append(r.arms, arm{method, fn})
	}
	switch e := s.Else.(type) {
	case *ast.IfStmt:
		return r.ifChain(e, after)
	case *ast.BlockStmt:
		r.open = !refuses(r.b.pkg.TypesInfo, e.List)
		return true
	}
	if len(after) == 0 || refuses(r.b.pkg.TypesInfo, after) && !r.moreMethods(after) {
		return true
	}
	if !leaves(s.Body) || !r.moreMethods(after) {
		r.open = true // what follows serves the others
		return true
	}
	return false
}

// moreMethods: the statements compare the method again.
func (r *methodReader) moreMethods(list []ast.Stmt) bool {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.IfStmt:
			if _, ms := r.compares(s.Cond); len(ms) > 0 {
				return true
			}
		case *ast.SwitchStmt:
			if s.Tag != nil && r.isMethod(s.Tag) {
				return true
			}
		}
	}
	return false
}

// compares reads r.Method == A || r.Method == B, or != joined by &&.
func (r *methodReader) compares(e ast.Expr) (equal bool, methods []string) {
	b, ok := ast.Unparen(e).(*ast.BinaryExpr)
	if !ok {
		return false, nil
	}
	switch b.Op {
	case token.EQL, token.NEQ:
		x, y := b.X, b.Y
		if r.isMethod(y) {
			x, y = y, x
		}
		if !r.isMethod(x) {
			return false, nil
		}
		if s, ok := r.text(y); ok {
			return b.Op == token.EQL, []string{s}
		}
	case token.LOR, token.LAND:
		e1, m1 := r.compares(b.X)
		e2, m2 := r.compares(b.Y)
		if len(m1) > 0 && len(m2) > 0 && e1 == e2 && e1 == (b.Op == token.LOR) {
			return e1, append(m1, m2...)
		}
	}
	return false, nil
}

// handedTo is the one function that an arm passes the request to.
func (r *methodReader) handedTo(list []ast.Stmt) value {
	if len(list) == 0 || len(list) > 2 {
		return nil
	}
	es, ok := list[0].(*ast.ExprStmt)
	if !ok {
		if ret, isRet := list[0].(*ast.ReturnStmt); isRet && len(ret.Results) == 1 {
			return r.called(ret.Results[0])
		}
		return nil
	}
	return r.called(es.X)
}

func (r *methodReader) called(e ast.Expr) value {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || r.b.sig == nil || len(call.Args) < r.b.sig.Params().Len() {
		return nil
	}
	sig, ok := r.b.pkg.TypesInfo.TypeOf(call.Fun).(*types.Signature)
	if !ok || sharedParams(sig, r.b.sig) < r.b.sig.Params().Len() {
		return nil
	}
	fun := ast.Unparen(call.Fun)
	if sel, ok := fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "ServeHTTP" {
		return r.eval(sel.X)
	}
	v := r.eval(fun)
	switch f := bare(v).(type) {
	case *closure:
		return v
	case *function:
		if r.code.funcs[r.code.key(f.fn)] != nil {
			return v
		}
	}
	return nil
}

// leaves: the block ends by returning.
func leaves(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	_, ok := b.List[len(b.List)-1].(*ast.ReturnStmt)
	return ok
}

// refuses: the statements answer "method not allowed" or "not found".
func refuses(info *types.Info, list []ast.Stmt) bool {
	found := false
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok || found {
				return !found
			}
			if id, isIdent := e.(*ast.Ident); isIdent && (id.Name == "NotFound" || strings.Contains(id.Name, "MethodNotAllowed") || id.Name == "StatusNotFound") {
				found = true
			}
			if n, ok := intOf(fromTyped(info, e)); ok && (n == http.StatusMethodNotAllowed || n == http.StatusNotImplemented) {
				found = true
			}
			return !found
		})
	}
	return found
}
