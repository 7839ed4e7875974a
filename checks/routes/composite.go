package routes

import (
	"go/ast"
	"go/types"
)

// composite evaluates a composite literal.
func (m *machine) composite(e *ast.CompositeLit, t types.Type) value {
	if v, ok := m.zero(t).(*router); ok {
		v.pos = e.Pos()
		return v
	}
	if p, ok := t.Underlying().(*types.Pointer); ok { // &T left out in a slice of pointers
		return &pointer{to: &cell{v: m.composite(e, p.Elem())}}
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		return m.structLit(e, t, u)
	case *types.Slice:
		return m.sliceLit(e, u.Elem(), nil)
	case *types.Array:
		base, _ := m.zero(t).(*slice)
		return m.sliceLit(e, u.Elem(), base)
	case *types.Map:
		return m.mapLit(e, u)
	}
	return m.untypedLit(e)
}

func (m *machine) structLit(e *ast.CompositeLit, t types.Type, st *types.Struct) value {
	out := &structVal{typ: t, fields: map[string]*cell{}}
	for i, el := range e.Elts {
		name, val := "", el
		var ft types.Type
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				name = id.Name
			}
			val = kv.Value
			ft = m.typeOf(kv.Key)
		} else if i < st.NumFields() {
			name, ft = st.Field(i).Name(), st.Field(i).Type()
		}
		out.fields[name] = &cell{v: m.element(val, ft)}
	}
	m.keepCallbacks(out)
	return out
}

// untypedLit keeps the fields of a literal whose type could not be loaded.
func (m *machine) untypedLit(e *ast.CompositeLit) value {
	if _, ok := e.Type.(*ast.ArrayType); ok {
		list := &slice{}
		for _, el := range e.Elts {
			list.cells = append(list.cells, &cell{v: m.eval(el)})
		}
		return list
	}
	out := &unknown{typ: m.typeOf(e), why: exprName(e.Type), pos: e.Pos(), fields: map[string]*cell{}}
	for _, el := range e.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			m.eval(el)
			continue
		}
		v := m.eval(kv.Value)
		if id, ok := kv.Key.(*ast.Ident); ok {
			out.fields[id.Name] = &cell{v: v}
		}
		if m.code.wires(v) {
			m.escapes = append(m.escapes, escape{fn: v, pos: kv.Pos()})
		}
	}
	return out
}

// element evaluates an element, whose own type may be left out.
func (m *machine) element(e ast.Expr, t types.Type) value {
	if lit, ok := e.(*ast.CompositeLit); ok && lit.Type == nil && t != nil {
		return m.composite(lit, t)
	}
	return copied(convertTo(m.eval(e), m.typeOf(e), t))
}

func (m *machine) sliceLit(e *ast.CompositeLit, elem types.Type, base *slice) value {
	out := base
	if out == nil {
		out = &slice{}
	}
	next := 0
	for _, el := range e.Elts {
		val := el
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			val = kv.Value
			if i, known := intOf(m.eval(kv.Key)); known && i < maxUnroll {
				next = i
			}
		}
		for len(out.cells) <= next {
			out.cells = append(out.cells, &cell{v: m.zero(elem)})
		}
		out.cells[next].v = m.element(val, elem)
		next++
	}
	return out
}

func (m *machine) mapLit(e *ast.CompositeLit, t *types.Map) value {
	out := &mapVal{}
	for _, el := range e.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key := m.element(kv.Key, t.Key())
		c := &cell{v: m.element(kv.Value, t.Elem())}
		out.keys, out.cells = append(out.keys, bare(key)), append(out.cells, c)
	}
	return out
}

// keepCallback does the same for a single field that is assigned.
func (m *machine) keepCallback(target ast.Expr, v value) {
	sel, ok := ast.Unparen(target).(*ast.SelectorExpr)
	if !ok || !m.code.wires(v) {
		return
	}
	if n := named(m.typeOf(sel.X)); n != nil && !m.code.own(n.Obj().Pkg()) {
		m.escapes = append(m.escapes, escape{fn: v, pos: target.Pos()})
	}
}

// keepCallbacks remembers functions stored in a struct of another module (a
// command's Run, say): its owner will call them. An http.Server tells what is
// wrapped around the router that it serves.
func (m *machine) keepCallbacks(s *structVal) {
	n := named(s.typ)
	if n == nil || m.code.own(n.Obj().Pkg()) {
		return
	}
	for _, c := range sortedFields(s.fields) {
		if m.code.wires(c.v) {
			m.escapes = append(m.escapes, escape{fn: c.v, pos: n.Obj().Pos()})
		}
	}
	if pkg, name := typeName(s.typ); pkg == "net/http" && name == "Server" {
		if c := s.fields["Handler"]; c != nil {
			m.serve(c.v)
		}
	}
}
