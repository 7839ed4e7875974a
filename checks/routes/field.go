package routes

import (
	"go/ast"
	"go/token"
	"go/types"
)

func (m *machine) selector(e *ast.SelectorExpr) value {
	if sel := m.info().Selections[e]; sel != nil {
		switch sel.Kind() {
		case types.FieldVal:
			if c := m.fieldCell(m.eval(e.X), sel.Index(), sel.Recv()); c != nil {
				return m.load(c, sel.Type(), exprName(e), e.Pos())
			}
			return m.fieldOfChoices(m.eval(e.X), sel, e)
		case types.MethodVal:
			fn := sel.Obj().(*types.Func)
			return &function{fn: fn, recv: m.receiver(e, sel), bound: true}
		case types.MethodExpr:
			return &function{fn: sel.Obj().(*types.Func)}
		}
	}
	if id, ok := e.X.(*ast.Ident); ok {
		if _, isPkg := m.info().Uses[id].(*types.PkgName); isPkg {
			return m.qualified(e, id)
		}
	}
	v := m.eval(e.X)
	if c := m.namedField(v, e.Sel.Name); c != nil && c.v != nil {
		return c.v
	}
	return m.unknown(e, exprName(e))
}

// load reads a cell; one that was never written holds something symbolic.
func (m *machine) load(c *cell, t types.Type, name string, pos token.Pos) value {
	if c.v == nil {
		c.v = m.symbolic(t, name, pos)
	}
	return c.v
}

// qualified is pkg.Name.
func (m *machine) qualified(e *ast.SelectorExpr, pkg *ast.Ident) value {
	switch obj := m.info().Uses[e.Sel].(type) {
	case *types.Const:
		return fromConstant(obj.Val())
	case *types.Var:
		if c := m.global(obj); c != nil {
			return m.load(c, obj.Type(), exprName(e), e.Pos())
		}
		if r := m.defaultRouter(obj.Pkg().Path(), obj.Name()); r != nil {
			return r
		}
		return m.symbolic(obj.Type(), exprName(e), e.Pos())
	case *types.Func:
		return &function{fn: obj}
	}
	return m.unknown(e, exprName(e))
}

// fieldOfChoices reads a field of each alternative.
func (m *machine) fieldOfChoices(base value, sel *types.Selection, e *ast.SelectorExpr) value {
	var v value
	for _, b := range choices(base) {
		if c := m.fieldCell(b, sel.Index(), sel.Recv()); c != nil {
			v = join(v, m.load(c, sel.Type(), exprName(e), e.Pos()))
		}
	}
	if v == nil {
		return m.symbolic(sel.Type(), exprName(e), e.Pos())
	}
	return v
}

// fieldCell walks embedded fields down to the one that index names; nil where
// the base is nil or several things.
func (m *machine) fieldCell(base value, index []int, t types.Type) *cell {
	var c *cell
	for i, n := range index {
		st, ok := structOf(t)
		if !ok || n >= st.NumFields() {
			return nil
		}
		f := st.Field(n)
		if c = m.namedField(base, f.Name()); c == nil {
			return nil
		}
		t = f.Type()
		if i < len(index)-1 {
			base = m.load(c, t, f.Name(), f.Pos())
		}
	}
	return c
}

// namedField is the cell of a field, made on demand.
func (m *machine) namedField(base value, name string) *cell {
	switch x := target(base).(type) {
	case *structVal:
		c := x.fields[name]
		if c == nil {
			c = &cell{}
			switch {
			case x.config:
				c.v = m.configField(x.typ, name)
			case !x.open:
				c.v = m.zeroField(x.typ, name)
			}
			x.fields[name] = c
		}
		return c
	case *router:
		if x.fields == nil {
			x.fields = map[string]*cell{}
		}
		return cellIn(x.fields, name)
	case *unknown:
		if x.fields == nil {
			x.fields = map[string]*cell{}
		}
		return cellIn(x.fields, name)
	case *alt:
		for _, v := range x.vals {
			if len(x.vals) == 2 {
				if _, isNull := bare(x.vals[1]).(null); isNull {
					return m.namedField(v, name)
				}
			}
		}
	}
	return nil
}

func cellIn(fields map[string]*cell, name string) *cell {
	c := fields[name]
	if c == nil {
		c = &cell{}
		fields[name] = c
	}
	return c
}

func structOf(t types.Type) (*types.Struct, bool) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := t.Underlying().(*types.Struct)
	return st, ok
}

func (m *machine) zeroField(t types.Type, name string) value {
	if f := fieldOf(t, name); f != nil {
		return m.zero(f.Type())
	}
	return nil
}

func fieldOf(t types.Type, name string) *types.Var {
	if st, ok := structOf(t); ok {
		for f := range st.Fields() {
			if f.Name() == name {
				return f
			}
		}
	}
	return nil
}

// configField is a field that the source leaves at zero and that something may
// fill at run time: an empty text stays the best guess.
func (m *machine) configField(t types.Type, name string) value {
	f := fieldOf(t, name)
	if f == nil {
		return nil
	}
	switch v := m.zero(f.Type()).(type) {
	case str:
		return &alt{vals: []value{v, &unknown{typ: f.Type(), why: name, pos: f.Pos()}}}
	case num:
		return &unknown{typ: f.Type(), why: name, pos: f.Pos()}
	case *structVal:
		v.config = true
		return v
	case null:
		switch f.Type().Underlying().(type) {
		case *types.Slice:
			return &slice{open: true}
		case *types.Map:
			return &mapVal{open: true}
		case *types.Signature:
			return v
		}
		return nil // something symbolic, when it is read
	default:
		return v
	}
}

// addr is the cell that an expression names; nil where there is none.
func (m *machine) addr(e ast.Expr) *cell {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return m.addr(e.X)
	case *ast.Ident:
		if obj, ok := m.object(e).(*types.Var); ok {
			return m.variable(obj)
		}
	case *ast.SelectorExpr:
		if sel := m.info().Selections[e]; sel != nil && sel.Kind() == types.FieldVal {
			return m.fieldCell(m.base(e.X), sel.Index(), sel.Recv())
		}
		if obj, ok := m.info().Uses[e.Sel].(*types.Var); ok {
			return m.global(obj)
		}
	case *ast.StarExpr:
		if p, ok := bare(m.eval(e.X)).(*pointer); ok {
			return p.to
		}
	case *ast.IndexExpr:
		return m.elementCell(e)
	}
	return nil
}

// base evaluates what a field is selected from, without copying a struct.
func (m *machine) base(e ast.Expr) value {
	if c := m.addr(e); c != nil {
		return m.load(c, m.typeOf(e), exprName(e), e.Pos())
	}
	return m.eval(e)
}

func (m *machine) elementCell(e *ast.IndexExpr) *cell {
	base, key := m.base(e.X), m.eval(e.Index)
	if a, ok := bare(base).(*alt); ok {
		base = a.vals[0]
	}
	switch x := bare(base).(type) {
	case *slice:
		if i, ok := intOf(key); ok && i >= 0 && i < len(x.cells) {
			return x.cells[i]
		}
	case *pointer:
		if s, ok := bare(x.to.v).(*slice); ok {
			if i, known := intOf(key); known && i >= 0 && i < len(s.cells) {
				return s.cells[i]
			}
		}
	case *mapVal:
		return x.cell(key)
	}
	return nil
}

// cell finds or makes the entry for a key; a new one is absent until written.
func (x *mapVal) cell(key value) *cell {
	key = bare(key)
	for i, k := range x.keys {
		if same(k, key) {
			return x.cells[i]
		}
	}
	c := &cell{}
	x.keys, x.cells = append(x.keys, key), append(x.cells, c)
	return c
}
