package routes

import (
	"go/ast"
	"go/token"
	"go/types"
)

// element is one round of a range loop.
type element struct{ key, val value }

func (m *machine) rangeStmt(s *ast.RangeStmt) flow {
	saved := m.fr.env
	m.inEnv()
	defer func() { m.fr.env = saved }()
	over := m.eval(s.X)
	elems, open := m.elements(over)
	if sig, isFunc := m.typeOf(s.X).Underlying().(*types.Signature); isFunc {
		elems = yielded(elems, sig)
	}
	if len(elems) > maxUnroll {
		m.notes.add(m.p.Position(s.Pos()), "a loop over %d elements was cut off after %d", len(elems), maxUnroll)
		elems = elems[:maxUnroll]
	}
	ended := flowNext
	var paths []outcome
	for _, e := range elems {
		f := m.iteration(func() flow { m.bindRange(s, e); return m.block(s.Body.List) })
		if f == flowReturn || f == flowPanic {
			ended = f
			break
		}
		if f == flowBreak {
			return flowNext
		}
	}
	if ended != flowNext {
		return ended
	}
	if open {
		return m.merge(append(paths, m.fork(func() flow { return m.rangeUnknown(s, over) }), outcome{})...)
	}
	return flowNext
}

// yielded fits the elements of a slice to what an iterator gives.
func yielded(elems []element, sig *types.Signature) []element {
	if yield, ok := paramType(sig, 0).(*types.Signature); !ok || yield.Params().Len() > 1 {
		return elems
	}
	out := make([]element, len(elems))
	for i, e := range elems {
		out[i] = element{key: e.val}
	}
	return out
}

// rangeUnknown runs the body once for an element of which nothing is known.
func (m *machine) rangeUnknown(s *ast.RangeStmt, over value) flow {
	m.forget(s.Body)
	e := element{key: m.loopUnknown(s.Key), val: m.loopUnknown(s.Value)}
	f := m.iteration(func() flow { m.bindRange(s, e); return m.block(s.Body.List) })
	if f == flowBreak || f == flowContinue {
		return flowNext
	}
	return f
}

func (m *machine) loopUnknown(e ast.Expr) value {
	id, ok := e.(*ast.Ident)
	if !ok {
		return nil
	}
	return m.symbolic(m.typeOf(id), id.Name, id.Pos())
}

func (m *machine) bindRange(s *ast.RangeStmt, e element) {
	m.bindTo(s.Key, s.Tok, e.key)
	m.bindTo(s.Value, s.Tok, e.val)
}

func (m *machine) bindTo(target ast.Expr, tok token.Token, v value) {
	if target == nil || v == nil {
		return
	}
	if id, ok := target.(*ast.Ident); ok && tok == token.DEFINE {
		if obj := m.info().Defs[id]; obj != nil {
			m.fr.env.declare(obj, copied(v))
		}
		return
	}
	if c := m.addr(target); c != nil {
		m.set(c, copied(v))
	}
}

// elements lists what a range loop goes over; open says that there may be more.
func (m *machine) elements(over value) (elems []element, open bool) {
	for _, v := range choices(over) {
		e, o := m.elementsOf(target(v))
		elems, open = append(elems, e...), open || o
	}
	return elems, open
}

func (m *machine) elementsOf(v value) (elems []element, open bool) {
	switch x := v.(type) {
	case null:
		return nil, false
	case *slice:
		for i, c := range x.cells {
			elems = append(elems, element{integer(i), c.v})
		}
		return elems, x.open
	case *mapVal:
		for i, c := range x.cells {
			if c.v != nil {
				elems = append(elems, element{x.keys[i], c.v})
			}
		}
		return elems, x.open
	case num:
		n, ok := intOf(x)
		if !ok || n > maxUnroll {
			return nil, true
		}
		for i := range n {
			elems = append(elems, element{integer(i), nil})
		}
		return elems, false
	case str:
		s, ok := x.known()
		if !ok {
			return nil, true
		}
		for i, r := range s {
			elems = append(elems, element{integer(i), integer(int(r))})
		}
		return elems, false
	}
	return nil, true
}

func (m *machine) assign(s *ast.AssignStmt) {
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		m.assignOp(s)
		return
	}
	vals := m.assigned(s)
	for i, l := range s.Lhs {
		var v value
		if i < len(vals) {
			v = vals[i]
		}
		if v == nil {
			v = m.symbolic(m.typeOf(l), exprName(l), l.Pos())
		}
		m.store(l, s.Tok, v, s)
	}
}

// assigned evaluates the right side, one value for each target.
func (m *machine) assigned(s *ast.AssignStmt) []value {
	if len(s.Rhs) == 1 && len(s.Lhs) > 1 {
		v := m.commaOK(s.Rhs[0])
		if t, ok := v.(tuple); ok {
			return t
		}
		return []value{v}
	}
	var vals []value
	for i, r := range s.Rhs {
		v := m.eval(r)
		if i < len(s.Lhs) {
			v = convertTo(v, m.typeOf(r), m.typeOf(s.Lhs[i]))
		}
		vals = append(vals, v)
	}
	return vals
}

// commaOK evaluates expressions that give two values where two are asked for.
func (m *machine) commaOK(e ast.Expr) value {
	switch x := ast.Unparen(e).(type) {
	case *ast.IndexExpr:
		v := m.eval(x)
		if v, ok := m.mapLookup(x); ok {
			if v == nil {
				return tuple{m.zero(m.elemType(x)), boolean(false)}
			}
			return tuple{v, boolean(true)}
		}
		return tuple{v, m.unknown(e, "a map lookup")}
	case *ast.TypeAssertExpr:
		v := m.eval(x.X)
		switch m.hasType(v, m.typeOf(x.Type)) {
		case yes:
			return tuple{m.asserted(v, x), boolean(true)}
		case no:
			return tuple{m.zero(m.typeOf(x.Type)), boolean(false)}
		}
		return tuple{m.asserted(v, x), &unknown{typ: types.Typ[types.Bool], why: "a type assertion", pos: e.Pos()}}
	}
	return m.evalMulti(e)
}

func (m *machine) store(target ast.Expr, tok token.Token, v value, s *ast.AssignStmt) {
	v = copied(v)
	id, isIdent := target.(*ast.Ident)
	if isIdent && id.Name == "_" {
		return
	}
	if isIdent && tok == token.DEFINE {
		if obj := m.info().Defs[id]; obj != nil {
			m.fr.env.declare(obj, v)
			return
		}
	}
	m.keepCallback(target, v)
	c := m.addr(target)
	if c == nil {
		return
	}
	if m.isConfigured(target, c, v) {
		v = join(c.v, v)
	}
	m.set(c, v)
}

// isConfigured recognises a package variable whose text the program replaces
// by something unknown, from its configuration: what the source gives it stays
// the best guess.
func (m *machine) isConfigured(target ast.Expr, c *cell, v value) bool {
	id, ok := target.(*ast.Ident)
	if sel, isSel := target.(*ast.SelectorExpr); isSel {
		id, ok = sel.Sel, true
	}
	if !ok {
		return false
	}
	obj, ok := m.info().Uses[id].(*types.Var)
	if !ok || obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope() || !isStr(bare(c.v)) {
		return false
	}
	old, known := strOf(c.v).known()
	return known && old != "" && vagueness(v) == 2
}

func (m *machine) assignOp(s *ast.AssignStmt) {
	op, ok := assignOps[s.Tok]
	if !ok || len(s.Lhs) != 1 || len(s.Rhs) != 1 {
		return
	}
	v := m.binary(op, m.eval(s.Lhs[0]), m.eval(s.Rhs[0]), s.Lhs[0])
	if c := m.addr(s.Lhs[0]); c != nil {
		m.set(c, v)
	}
}

var assignOps = map[token.Token]token.Token{
	token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL,
	token.QUO_ASSIGN: token.QUO, token.REM_ASSIGN: token.REM, token.AND_ASSIGN: token.AND,
	token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR, token.SHL_ASSIGN: token.SHL,
	token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT,
}

func (m *machine) incDec(s *ast.IncDecStmt) {
	op := token.ADD
	if s.Tok == token.DEC {
		op = token.SUB
	}
	v := m.binary(op, m.eval(s.X), integer(1), s.X)
	if c := m.addr(s.X); c != nil {
		m.set(c, v)
	}
}

func (m *machine) declStmt(s *ast.DeclStmt) {
	gen, ok := s.Decl.(*ast.GenDecl)
	if !ok || gen.Tok != token.VAR {
		return
	}
	for _, spec := range gen.Specs {
		if vs, ok := spec.(*ast.ValueSpec); ok {
			m.varSpec(vs)
		}
	}
}

func (m *machine) varSpec(vs *ast.ValueSpec) {
	var vals []value
	if len(vs.Values) == 1 && len(vs.Names) > 1 {
		if t, ok := m.commaOK(vs.Values[0]).(tuple); ok {
			vals = t
		}
	} else {
		for _, e := range vs.Values {
			vals = append(vals, m.eval(e))
		}
	}
	for i, name := range vs.Names {
		obj := m.info().Defs[name]
		if obj == nil {
			continue
		}
		var v value
		switch {
		case i < len(vals):
			v = vals[i]
			if len(vs.Values) == len(vs.Names) {
				v = convertTo(v, m.typeOf(vs.Values[i]), obj.Type())
			}
		case len(vs.Values) == 0:
			v = m.zero(obj.Type())
		default:
			v = m.symbolic(obj.Type(), name.Name, name.Pos())
		}
		m.fr.env.declare(obj, copied(v))
	}
}
