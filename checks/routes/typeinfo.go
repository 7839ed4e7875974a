package routes

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

type answer int

const (
	no answer = iota
	yes
	maybe
)

// named is the named type behind t and its pointer, nil for others.
func named(t types.Type) *types.Named {
	if t == nil {
		return nil
	}
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}

// typeName is the package path and name of a named type.
func typeName(t types.Type) (pkg, name string) {
	n := named(t)
	if n == nil || n.Obj().Pkg() == nil {
		return "", ""
	}
	return n.Obj().Pkg().Path(), n.Obj().Name()
}

// zero is a type's zero value.
func (m *machine) zero(t types.Type) value {
	if t == nil {
		return null{}
	}
	if pkg, name := typeName(t); pkg != "" {
		if _, isPtr := types.Unalias(t).(*types.Pointer); !isPtr {
			if lib, rt, ok := m.surface.routerType(pkg, name); ok && !types.IsInterface(t) {
				return m.newRouter(lib, rt.Name, token.NoPos)
			}
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0:
			return text("")
		case u.Info()&types.IsBoolean != 0:
			return boolean(false)
		case u.Info()&types.IsInteger != 0:
			return integer(0)
		case u.Info()&types.IsFloat != 0:
			return num{constant.MakeFloat64(0)}
		}
	case *types.Struct:
		return &structVal{typ: t, fields: map[string]*cell{}}
	case *types.Array:
		s := &slice{}
		for range min(u.Len(), 256) {
			s.cells = append(s.cells, &cell{v: m.zero(u.Elem())})
		}
		return s
	case *types.Interface:
		if _, isParam := types.Unalias(t).(*types.TypeParam); isParam {
			return &unknown{typ: t, why: "a type parameter's zero value"}
		}
		return null{}
	case *types.Pointer, *types.Slice, *types.Map, *types.Signature, *types.Chan:
		return null{}
	}
	return &unknown{typ: t, why: "a zero value"}
}

// symbolic is some value of a type: an object whose fields are unknown, a
// router that comes from elsewhere, or just unknown.
func (m *machine) symbolic(t types.Type, why string, pos token.Pos) value {
	if t == nil {
		return &unknown{why: why, pos: pos}
	}
	if pkg, name := typeName(t); pkg != "" {
		if lib, rt, ok := m.surface.routerType(pkg, name); ok {
			r := m.foreignRouter(lib, rt, why, pos)
			r.unseen = !lib.HandsOut
			return r
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		if _, ok := u.Elem().Underlying().(*types.Struct); ok && named(t) != nil && m.code.own(named(t).Obj().Pkg()) {
			return &pointer{to: &cell{v: &structVal{typ: u.Elem(), fields: map[string]*cell{}, open: true}}}
		}
	case *types.Struct:
		return &structVal{typ: t, fields: map[string]*cell{}, open: true}
	case *types.Tuple:
		var out tuple
		for v := range u.Variables() {
			out = append(out, m.symbolic(v.Type(), why, pos))
		}
		return out
	}
	return &unknown{typ: t, why: why, pos: pos}
}

// dynamicType is the type of what a value holds; nil where that is not known.
func dynamicType(v value) types.Type {
	switch x := v.(type) {
	case *typed:
		if t := dynamicType(x.v); t != nil && types.IsInterface(x.typ) {
			return t
		}
		return x.typ
	case *structVal:
		return x.typ
	case *pointer:
		if _, twice := bare(x.to.v).(*pointer); twice {
			return nil
		}
		if t := dynamicType(x.to.v); t != nil {
			return types.NewPointer(t)
		}
	case *unknown:
		if x.typ != nil && !types.IsInterface(x.typ) {
			return x.typ
		}
	case *closure:
		if t, ok := x.pkg.TypesInfo.TypeOf(x.lit).(*types.Signature); ok {
			return t
		}
	case *function:
		return x.fn.Type()
	}
	return nil
}

// hasType answers a type assertion.
func (m *machine) hasType(v value, t types.Type) answer {
	if a, ok := bare(v).(*alt); ok {
		return m.anyHasType(a, t)
	}
	if _, isNull := bare(v).(null); isNull {
		return no
	}
	if r, ok := bare(v).(*router); ok {
		return r.hasType(t)
	}
	dyn := dynamicType(v)
	if dyn == nil || t == types.Typ[types.Invalid] {
		return maybe
	}
	if iface, ok := t.Underlying().(*types.Interface); ok {
		if types.Implements(dyn, iface) {
			return yes
		}
		return no
	}
	if types.Identical(dyn, t) {
		return yes
	}
	switch bare(v).(type) {
	case str, num:
		return maybe // the type was lost on the way
	}
	return no
}

func (m *machine) anyHasType(a *alt, t types.Type) answer {
	out := m.hasType(a.vals[0], t)
	for _, v := range a.vals[1:] {
		if m.hasType(v, t) != out {
			return maybe
		}
	}
	return out
}

func (m *machine) asserted(v value, e *ast.TypeAssertExpr) value {
	if e.Type == nil {
		return v
	}
	t := m.typeOf(e.Type)
	if _, isUnknown := bare(v).(*unknown); isUnknown {
		return m.symbolic(t, exprName(e), e.Pos())
	}
	if types.IsInterface(t) {
		return v
	}
	return convertTo(bare(v), t, t)
}

// convertTo keeps the static type of a value that does not carry its own when
// an interface or a type parameter takes it.
func convertTo(v value, from, to types.Type) value {
	if v == nil || from == nil || to == nil || !types.IsInterface(to) || types.IsInterface(from) {
		return v
	}
	if named(from) == nil {
		return v
	}
	switch x := v.(type) {
	case str, num, *closure, *function, *slice, *mapVal:
		return &typed{typ: from, v: x}
	case *alt:
		out := &alt{}
		for _, a := range x.vals {
			out.vals = append(out.vals, convertTo(a, from, to))
		}
		return out
	}
	return v
}
