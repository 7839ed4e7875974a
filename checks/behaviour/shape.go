package behaviour

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// Shape is what is known of a slice, or of what an object is made of.
type Shape struct {
	// Type is the type behind interfaces.
	Type types.Type
	// Nil: on some path it is a slice that is nil. Made: on every path it is one
	// that was made. Neither where that is not known.
	Nil, Made bool
	// Zero: on every path it is the zero value of its type.
	Zero bool
	// Fields are the members of a struct, those of embedded structs included; Keys
	// those of a map that was made on the spot. Members that nothing is known of
	// are left out.
	Fields map[*types.Var]*Shape
	Keys   map[string]*Shape
}

// shaped is a value whose shape is told when the run is over.
type shaped struct {
	m *machine
	v value
	t types.Type
}

// Shape is what is known of the body's members; nil where nothing is.
func (a Answer) Shape() *Shape {
	if a.shape == nil || a.shape.t == nil {
		return nil
	}
	return a.shape.m.shapeOf(a.shape.v, a.shape.t, 0)
}

// maxShapeDepth bounds objects in objects.
const maxShapeDepth = 4

func (m *machine) shapeOf(v value, t types.Type, depth int) *Shape {
	if v.dyn != nil {
		t = v.dyn
	}
	s := &Shape{Type: t, Zero: isZeroOf(v, t)}
	switch u := t.Underlying().(type) {
	case *types.Slice:
		s.Nil, s.Made = v.nilSlice, v.made
	case *types.Pointer:
		if st, ok := u.Elem().Underlying().(*types.Struct); ok && v.content() != nil {
			m.addFields(s, v.content(), st, depth)
		}
	case *types.Struct:
		if c := v.content(); c != nil {
			m.addFields(s, c, u, depth)
		} else if v.zero {
			m.addFields(s, &cell{typ: t, log: m.x.log}, u, depth)
		}
	case *types.Map:
		if c := v.content(); c != nil && depth < maxShapeDepth {
			s.Keys = map[string]*Shape{}
			for key, i := range m.mapKeys {
				if p := c.at(i); p != nil && p.stored {
					s.Keys[key] = m.shapeOf(p.load(), u.Elem(), depth+1)
				}
			}
		}
	}
	return s
}

// isZeroOf: the value is known to be the zero value of the type.
func isZeroOf(v value, t types.Type) bool {
	return v.zero || v.kind == null || sameConstant(v, zeroOf(t))
}

func (m *machine) addFields(s *Shape, c *cell, st *types.Struct, depth int) {
	if depth >= maxShapeDepth {
		return
	}
	s.Fields = map[*types.Var]*Shape{}
	for i := range st.NumFields() {
		field := st.Field(i)
		inner := m.shapeOf(c.member(i, field.Type()), field.Type(), depth+1)
		s.Fields[field] = inner
		if field.Embedded() {
			for v, promoted := range inner.Fields {
				s.Fields[v] = promoted
			}
		}
	}
}

// content is the cell that holds a value's members: the struct behind a pointer
// or that it is a copy of, the map's, those of the value that a text encodes.
func (v value) content() *cell {
	if v.copied != nil {
		return v.copied
	}
	return v.cell
}

// field is member i of a struct.
func (v value) field(i int, t types.Type) value {
	if v.copied == nil {
		return memberOf(v, t)
	}
	return v.copied.member(i, t).with(v)
}

// member is what part i of a cell holds; nothing was put into it where it is
// the zero value.
func (c *cell) member(i int, t types.Type) value {
	c.look()
	if p := c.at(i); p != nil {
		return p.load()
	}
	switch {
	case c.input != 0:
		return value{input: c.input}
	case c.stored:
		return c.v.field(i, t)
	case c.absent:
		return absentOf(t)
	}
	return zeroOf(t)
}

// mapKey numbers the constant keys of maps, apart from fields and elements.
func (m *machine) mapKey(key string) int {
	i, ok := m.mapKeys[key]
	if !ok {
		i = -2 - len(m.mapKeys)
		m.mapKeys[key] = i
	}
	return i
}

// store writes to memory. What is appended to a variable that holds nil on some
// path, in a loop or a callback, leaves it nil where that does not run; what is
// put there on some path only leaves it undecided.
func (f *frame) store(b *ssa.BasicBlock, instr *ssa.Store) {
	c, v := f.get(instr.Addr).cell, f.there(instr.Val, b)
	if c == nil {
		f.m.spend(v.input)
		return
	}
	if before, ok := f.appendedTo(instr, c); ok {
		if before.nilSlice && perhaps(b, instr.Addr) {
			v = join(before, v)
		}
	} else if v.made && !c.stored && c.isNil() && perhaps(b, instr.Addr) {
		c.mended = true
		c.bump()
	}
	f.m.write(c, v)
}

// isNil reports a slice that nothing was put into so far.
func (c *cell) isNil() bool {
	if c.whole == nil {
		return c.input == 0
	}
	return c.whole.member(c.index, c.typ).nilSlice
}

// appendedTo is what a variable held before "x = append(x, ...)".
func (f *frame) appendedTo(instr *ssa.Store, c *cell) (value, bool) {
	call, ok := instr.Val.(*ssa.Call)
	if !ok || c == nil {
		return value{}, false
	}
	if fn, ok := call.Call.Value.(*ssa.Builtin); !ok || fn.Name() != "append" {
		return value{}, false
	}
	load, ok := call.Call.Args[0].(*ssa.UnOp)
	if !ok || load.Op != token.MUL || f.get(load.X).cell != c {
		return value{}, false
	}
	return f.get(load), true
}

// perhaps: the variable can be used without the block having been run, or it
// belongs to the function around this one.
func perhaps(b *ssa.BasicBlock, variable ssa.Value) bool {
	if field, ok := variable.(*ssa.FieldAddr); ok {
		variable = field.X
	}
	if _, captured := variable.(*ssa.FreeVar); captured {
		return true
	}
	own, ok := variable.(*ssa.Alloc)
	if !ok {
		return false
	}
	for _, use := range *own.Referrers() {
		switch use := use.(type) {
		case *ssa.FieldAddr, *ssa.DebugRef:
			continue
		case *ssa.Store:
			if use.Addr == own {
				continue
			}
		}
		if !b.Dominates(use.Block()) {
			return true
		}
	}
	return false
}
