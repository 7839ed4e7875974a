package routes

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
)

// eval evaluates an expression that gives one value.
func (m *machine) eval(e ast.Expr) value {
	v := m.evalMulti(e)
	if t, ok := v.(tuple); ok {
		if len(t) == 0 {
			return m.unknown(e, "a call without result")
		}
		return t[0]
	}
	return v
}

// evalMulti evaluates an expression; a call with several results gives a tuple.
func (m *machine) evalMulti(e ast.Expr) value {
	m.step()
	if tv, ok := m.info().Types[e]; ok && tv.Value != nil {
		return written(fromConstant(tv.Value), e.Pos())
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return m.evalMulti(e.X)
	case *ast.BasicLit:
		return literal(e)
	case *ast.Ident:
		return m.ident(e)
	case *ast.FuncLit:
		return &closure{lit: e, env: m.fr.env, pkg: m.fr.pkg, outer: m.fr.sig}
	case *ast.CompositeLit:
		return m.composite(e, m.typeOf(e))
	case *ast.SelectorExpr:
		return m.selector(e)
	case *ast.IndexExpr:
		return m.index(e)
	case *ast.IndexListExpr:
		return m.eval(e.X)
	case *ast.SliceExpr:
		return m.sliceExpr(e)
	case *ast.TypeAssertExpr:
		return m.asserted(m.eval(e.X), e)
	case *ast.CallExpr:
		return m.call(e)
	case *ast.StarExpr:
		return m.deref(m.eval(e.X), e)
	case *ast.UnaryExpr:
		return m.unary(e)
	case *ast.BinaryExpr:
		return m.binaryExpr(e)
	}
	return m.unknown(e, exprName(e))
}

// written notes where a text stands in the source.
func written(v value, pos token.Pos) value {
	if s, ok := v.(str); ok && len(s.pieces) == 1 {
		s.pieces[0].pos = pos
	}
	return v
}

// literal reads a literal whose type is not known, in code that does not compile.
func literal(e *ast.BasicLit) value {
	switch e.Kind {
	case token.STRING:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return written(text(s), e.Pos())
		}
	case token.INT:
		return num{constant.MakeFromLiteral(e.Value, token.INT, 0)}
	}
	return &unknown{why: e.Value, pos: e.Pos()}
}

func (m *machine) ident(e *ast.Ident) value {
	switch obj := m.object(e).(type) {
	case *types.Nil:
		return null{}
	case *types.Const:
		return fromConstant(obj.Val())
	case *types.Var:
		if c := m.variable(obj); c != nil {
			if c.v == nil {
				c.v = m.symbolic(obj.Type(), obj.Name(), e.Pos())
			}
			return c.v
		}
		return m.symbolic(obj.Type(), obj.Name(), e.Pos())
	case *types.Func:
		return &function{fn: obj}
	}
	return m.unknown(e, e.Name)
}

func (m *machine) object(e *ast.Ident) types.Object {
	if obj := m.info().Uses[e]; obj != nil {
		return obj
	}
	return m.info().Defs[e]
}

// variable is the cell of a local or package variable; nil for those of
// packages outside the module.
func (m *machine) variable(obj *types.Var) *cell {
	if c := m.fr.env.lookup(obj); c != nil {
		return c
	}
	if obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() {
		return m.global(obj)
	}
	if obj.IsField() {
		return nil
	}
	return nil
}

// index reads an element, or instantiates a generic function.
func (m *machine) index(e *ast.IndexExpr) value {
	if tv, ok := m.info().Types[e.Index]; ok && tv.IsType() {
		return m.eval(e.X)
	}
	if _, isMap := m.typeOf(e.X).Underlying().(*types.Map); isMap {
		if v, ok := m.mapLookup(e); ok {
			if v == nil {
				return m.zero(m.elemType(e))
			}
			return v
		}
		return m.symbolic(m.elemType(e), exprName(e), e.Pos())
	}
	if c := m.elementCell(e); c != nil && c.v != nil {
		return c.v
	}
	if s, ok := bare(m.eval(e.X)).(*slice); ok && len(s.cells) > 0 {
		var v value
		for _, c := range s.cells {
			v = join(v, c.v)
		}
		return v
	}
	return m.symbolic(m.typeOf(e), exprName(e), e.Pos())
}

// mapLookup reads a map entry: ok says that it is known to be there or, with
// a nil value, known to be missing.
func (m *machine) mapLookup(e *ast.IndexExpr) (value, bool) {
	of := bare(m.eval(e.X))
	if _, isNil := of.(null); isNil {
		return nil, true
	}
	x, isMap := of.(*mapVal)
	if !isMap {
		return nil, false
	}
	key := bare(m.eval(e.Index))
	if _, isUnknown := key.(*unknown); isUnknown {
		return nil, false
	}
	for i, k := range x.keys {
		if same(k, key) {
			return x.cells[i].v, x.cells[i].v != nil || !x.open
		}
	}
	return nil, !x.open
}

func (m *machine) elemType(e *ast.IndexExpr) types.Type {
	if mt, ok := m.typeOf(e.X).Underlying().(*types.Map); ok {
		return mt.Elem()
	}
	return m.typeOf(e)
}

func (m *machine) sliceExpr(e *ast.SliceExpr) value {
	v := m.eval(e.X)
	lo, hi := 0, -1
	if e.Low != nil {
		n, ok := intOf(m.eval(e.Low))
		if !ok {
			return m.unknown(e, exprName(e))
		}
		lo = n
	}
	if e.High != nil {
		n, ok := intOf(m.eval(e.High))
		if !ok {
			return m.unknown(e, exprName(e))
		}
		hi = n
	}
	switch x := bare(v).(type) {
	case str:
		if s, ok := x.known(); ok {
			if hi < 0 {
				hi = len(s)
			}
			if 0 <= lo && lo <= hi && hi <= len(s) {
				return text(s[lo:hi])
			}
		}
	case *slice:
		if hi < 0 {
			hi = len(x.cells)
		}
		if 0 <= lo && lo <= hi && hi <= len(x.cells) {
			return &slice{cells: x.cells[lo:hi:hi], open: x.open}
		}
	case *pointer:
		if s, ok := bare(x.to.v).(*slice); ok {
			return s
		}
	}
	return m.unknown(e, exprName(e))
}

func (m *machine) deref(v value, e ast.Expr) value {
	switch x := bare(v).(type) {
	case *pointer:
		return m.load(x.to, m.typeOf(e), exprName(e), e.Pos())
	case *router, *unknown:
		return x
	case *alt:
		var out value
		for _, a := range x.vals {
			if _, isNull := bare(a).(null); !isNull {
				out = join(out, m.deref(a, e))
			}
		}
		return out
	}
	return m.symbolic(m.typeOf(e), exprName(e), e.Pos())
}

func (m *machine) unary(e *ast.UnaryExpr) value {
	if e.Op == token.AND {
		return m.addressOf(e)
	}
	v := m.eval(e.X)
	switch x := bare(v).(type) {
	case num:
		if e.Op == token.NOT && x.v.Kind() == constant.Bool || e.Op == token.SUB && x.v.Kind() != constant.Bool {
			return num{constant.UnaryOp(e.Op, x.v, 0)}
		}
	}
	return m.symbolic(m.typeOf(e), exprName(e.X), e.Pos())
}

func (m *machine) addressOf(e *ast.UnaryExpr) value {
	x := ast.Unparen(e.X)
	if lit, ok := x.(*ast.CompositeLit); ok {
		v := m.composite(lit, m.typeOf(lit))
		if r, isRouter := v.(*router); isRouter {
			return r
		}
		return &pointer{to: &cell{v: v}}
	}
	c := m.addr(x)
	if c == nil {
		return &pointer{to: &cell{v: m.eval(x)}}
	}
	if r, ok := m.load(c, m.typeOf(x), exprName(x), x.Pos()).(*router); ok {
		return r
	}
	return &pointer{to: c}
}

func (m *machine) binaryExpr(e *ast.BinaryExpr) value {
	l := m.eval(e.X)
	if e.Op == token.LAND || e.Op == token.LOR {
		if b, ok := truth(l); ok && b == (e.Op == token.LOR) {
			return l
		} else if ok {
			return m.eval(e.Y)
		}
		r := m.eval(e.Y)
		if b, ok := truth(r); ok && b == (e.Op == token.LOR) {
			return r
		}
		return m.unknown(e, "a condition")
	}
	return m.binary(e.Op, l, m.eval(e.Y), e)
}

func (m *machine) binary(op token.Token, l, r value, at ast.Expr) value {
	if op == token.EQL || op == token.NEQ {
		if eq, known := m.equal(l, r); known {
			return boolean(eq == (op == token.EQL))
		}
		return m.unknown(at, "a comparison")
	}
	if la, ra := choices(l), choices(r); len(la)*len(ra) > 1 {
		var v value
		for _, a := range la {
			for _, b := range ra {
				v = join(v, m.binary(op, a, b, at))
			}
		}
		return v
	}
	l, r = bare(l), bare(r)
	if op == token.ADD && (isStr(l) || isStr(r) || isString(m.typeOf(at))) {
		return concat(strOf(l), strOf(r))
	}
	x, xNum := l.(num)
	y, yNum := r.(num)
	if xNum && yNum {
		return arithmetic(op, x, y, m.typeOf(at))
	}
	if a, ok := l.(str); ok {
		if b, ok := r.(str); ok {
			s, sKnown := a.known()
			t, tKnown := b.known()
			if sKnown && tKnown {
				return boolean(constant.Compare(constant.MakeString(s), op, constant.MakeString(t)))
			}
		}
	}
	return m.unknown(at, exprName(at))
}

func isStr(v value) bool { _, ok := v.(str); return ok }

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

func arithmetic(op token.Token, x, y num, t types.Type) (v value) {
	defer func() {
		if recover() != nil { // kinds that do not go together, in code that does not compile
			v = &unknown{why: "arithmetic"}
		}
	}()
	switch op {
	case token.LSS, token.GTR, token.LEQ, token.GEQ:
		return boolean(constant.Compare(x.v, op, y.v))
	case token.SHL, token.SHR:
		n, _ := constant.Uint64Val(y.v)
		if n > 128 {
			return &unknown{why: "a shift"}
		}
		return num{constant.Shift(x.v, op, uint(n))}
	case token.QUO, token.REM:
		if constant.Sign(y.v) == 0 {
			return &unknown{why: "a division"}
		}
		if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsInteger != 0 && op == token.QUO {
			op = token.QUO_ASSIGN // constant's spelling of integer division
		}
	}
	return num{constant.BinaryOp(x.v, op, y.v)}
}

// equal compares; known is false where that cannot be told.
func (m *machine) equal(a, b value) (eq, known bool) {
	a, b = bare(a), bare(b)
	_, aNull := a.(null)
	_, bNull := b.(null)
	if aNull || bNull {
		return m.equalNil(a, b, aNull, bNull)
	}
	switch x := a.(type) {
	case str:
		if y, ok := b.(str); ok {
			s, sKnown := x.known()
			t, tKnown := y.known()
			return s == t, sKnown && tKnown
		}
	case num:
		if y, ok := b.(num); ok && x.v.Kind() == y.v.Kind() {
			return constant.Compare(x.v, token.EQL, y.v), true
		}
	case *router:
		if y, ok := b.(*router); ok {
			return x == y, true
		}
	case *pointer:
		if y, ok := b.(*pointer); ok {
			return x.to == y.to, true
		}
	}
	return false, false
}

func (m *machine) equalNil(a, b value, aNull, bNull bool) (eq, known bool) {
	if aNull && bNull {
		return true, true
	}
	if aNull {
		a = b
	}
	switch a.(type) {
	case *unknown, *alt:
		return false, false
	}
	return false, true
}

// exprName is how an expression reads, shortened, for reasons.
func exprName(e ast.Expr) string {
	s := types.ExprString(e)
	if len(s) > 60 {
		s = s[:57] + "..."
	}
	return s
}
