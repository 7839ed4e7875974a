package routes

import (
	"go/ast"
	"go/types"
)

// builtin evaluates the language's own functions.
func (m *machine) builtin(name string, e *ast.CallExpr) value {
	switch name {
	case "append":
		return m.appendTo(e)
	case "len", "cap":
		return m.length(e)
	case "make":
		return m.makeValue(e)
	case "new":
		return m.newValue(e)
	case "panic":
		m.evalAll(e.Args)
		m.ended = true
		return tuple{}
	case "copy":
		m.evalAll(e.Args)
	case "delete":
		if c := m.elementCell(&ast.IndexExpr{X: e.Args[0], Index: e.Args[1]}); c != nil {
			m.set(c, nil)
		}
	case "min", "max", "recover", "close", "clear", "print", "println":
		m.evalAll(e.Args)
	}
	return m.symbolic(m.typeOf(e), name, e.Pos())
}

func (m *machine) evalAll(es []ast.Expr) {
	for _, e := range es {
		m.eval(e)
	}
}

func (m *machine) appendTo(e *ast.CallExpr) value {
	args := m.args(e)
	if len(args) == 0 {
		return m.unknown(e, "append")
	}
	out := &slice{}
	switch base := bare(args[0]).(type) {
	case *slice:
		out.cells = append(out.cells, base.cells...)
		out.open = base.open
	case null:
	case *alt:
		for _, c := range base.vals {
			if s, ok := bare(c).(*slice); ok {
				out.cells = append(out.cells, s.cells...)
			}
		}
		out.open = true
	default:
		out.open = true
	}
	elem := m.typeOf(e)
	if s, ok := elem.Underlying().(*types.Slice); ok {
		elem = s.Elem()
	}
	for i, a := range args[1:] {
		if _, isRest := a.(*rest); isRest {
			out.open = true
			continue
		}
		if i+1 < len(e.Args) && !e.Ellipsis.IsValid() {
			a = convertTo(a, m.typeOf(e.Args[i+1]), elem)
		}
		out.cells = append(out.cells, &cell{v: copied(a)})
	}
	return out
}

func (m *machine) length(e *ast.CallExpr) value {
	if len(e.Args) != 1 {
		return m.unknown(e, exprName(e))
	}
	v := bare(m.eval(e.Args[0]))
	if p, ok := v.(*pointer); ok {
		v = bare(p.to.v)
	}
	switch x := v.(type) {
	case null:
		return integer(0)
	case str:
		if s, ok := x.known(); ok {
			return integer(len(s))
		}
	case *slice:
		if !x.open {
			return integer(len(x.cells))
		}
	case *mapVal:
		n := 0
		for _, c := range x.cells {
			if c.v != nil {
				n++
			}
		}
		if !x.open {
			return integer(n)
		}
	}
	return m.unknown(e, exprName(e))
}

func (m *machine) makeValue(e *ast.CallExpr) value {
	if len(e.Args) == 0 {
		return m.unknown(e, "make")
	}
	switch t := m.typeOf(e.Args[0]).Underlying().(type) {
	case *types.Map:
		return &mapVal{}
	case *types.Slice:
		s := &slice{}
		if len(e.Args) > 1 {
			n, ok := intOf(m.eval(e.Args[1]))
			s.open = !ok || n > maxUnroll
			for range n {
				if s.open {
					break
				}
				s.cells = append(s.cells, &cell{v: m.zero(t.Elem())})
			}
		}
		return s
	}
	return m.unknown(e, "make")
}

func (m *machine) newValue(e *ast.CallExpr) value {
	if len(e.Args) != 1 {
		return m.unknown(e, "new")
	}
	tv := m.info().Types[e.Args[0]]
	v := value(nil)
	if tv.IsType() {
		v = m.zero(tv.Type)
	} else {
		v = copied(m.eval(e.Args[0])) // new(expr), Go 1.26
	}
	if r, ok := v.(*router); ok {
		r.pos = e.Pos()
		return r
	}
	return &pointer{to: &cell{v: v}}
}
