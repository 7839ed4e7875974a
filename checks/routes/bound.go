package routes

import (
	"go/ast"
	"go/constant"
	"go/types"
)

// maxBound bounds how deep functions that captured functions are described.
const maxBound = 4

// boundOf says what a function captured: a literal its free variables, a
// method value its receiver. Only constants, functions and structs with such
// fields are told.
func (m *machine) boundOf(fn value, depth int) []Bound {
	if depth >= maxBound {
		return nil
	}
	switch x := bare(fn).(type) {
	case *closure:
		return m.boundFree(x, depth)
	case *function:
		recv := x.fn.Signature().Recv()
		if !x.bound || recv == nil {
			return nil
		}
		if b, ok := m.boundTo(recv, x.recv, depth); ok {
			return []Bound{b}
		}
	}
	return nil
}

func (m *machine) boundFree(c *closure, depth int) []Bound {
	var out []Bound
	seen := map[types.Object]bool{}
	ast.Inspect(c.lit.Body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj, ok := c.pkg.TypesInfo.Uses[id].(*types.Var)
		if !ok || seen[obj] || obj.Pos() >= c.lit.Pos() && obj.Pos() < c.lit.End() {
			return true
		}
		seen[obj] = true
		if cell := c.env.lookup(obj); cell != nil {
			if b, ok := m.boundTo(obj, cell.v, depth); ok {
				out = append(out, b)
			}
		}
		return true
	})
	return out
}

// boundTo is a variable with its value, where that is one of those told.
func (m *machine) boundTo(v *types.Var, val value, depth int) (Bound, bool) {
	b := Bound{Name: v.Name(), Pos: v.Pos()}
	switch x := bare(val).(type) {
	case str:
		s, ok := x.known()
		b.Const = constant.MakeString(s)
		return b, ok
	case num:
		b.Const = x.v
		return b, x.v != nil
	case *closure, *function:
		h := m.describeBound(x, depth+1)
		b.Handler = &h
		return b, true
	case *structVal:
		b.Fields = m.boundFields(x, depth+1)
		return b, len(b.Fields) > 0
	}
	return b, false
}

// boundFields are the fields of a struct, those at zero included where nothing
// but the source fills it.
func (m *machine) boundFields(s *structVal, depth int) []Bound {
	st, ok := structOf(s.typ)
	if !ok || s.config || depth >= maxBound {
		return nil
	}
	var out []Bound
	for f := range st.Fields() {
		v := value(nil)
		switch c := s.fields[f.Name()]; {
		case c != nil:
			v = c.v
		case !s.open:
			v = m.zeroField(s.typ, f.Name())
		}
		b, known := m.boundTo(f, v, depth)
		if _, b.Nil = bare(v).(null); known || b.Nil {
			out = append(out, b)
		}
	}
	return out
}

// describe says who a function is and what it captured.
func (m *machine) describe(fn value) Handler { return m.describeBound(fn, 0) }

// describeBound is describe for a captured function, one level further down.
func (m *machine) describeBound(fn value, depth int) Handler {
	h := m.identify(fn)
	h.Bound = m.boundOf(fn, depth)
	return h
}
