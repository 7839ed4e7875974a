package behaviour

import (
	"go/constant"
	"go/types"
	"strconv"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// appendKey tells values apart when calls are remembered. Closures are told
// apart by their number in this machine, or by what they are where the key is
// to hold in others too.
func (x *Index) appendKey(b []byte, v value, anywhere bool) []byte {
	b = append(b, '0'+byte(v.kind))
	if v.kind == known {
		b = appendConstant(b, v.c)
	}
	b = appendFlags(b, v)
	if v.input != 0 {
		b = strconv.AppendUint(append(b, 'i'), v.input, 16)
	}
	if v.part != 0 {
		b = append(b, 'p', byte(v.part))
	}
	if v.status != 0 {
		b = strconv.AppendInt(append(b, 's'), int64(v.status), 10)
	}
	if v.nums != "" {
		b = append(append(b, 'u'), v.nums...)
	}
	if v.keys != "" {
		b = appendText(append(b, 'k'), v.keys)
	}
	if v.fn != nil {
		b = x.appendClosure(append(b, 'f'), v.fn, anywhere)
	}
	if v.cell != nil {
		b = strconv.AppendInt(append(b, 'c'), int64(v.cell.id), 10)
	}
	if v.copied != nil {
		b = strconv.AppendInt(append(b, 'y'), int64(v.copied.id), 10)
	}
	if v.trace != nil {
		b = appendText(append(b, 't'), v.trace.key)
	}
	if v.dyn != nil {
		b = strconv.AppendInt(append(b, 'd'), int64(x.typeID(v.dyn)), 10)
	}
	if v.tuple != nil {
		b = append(x.appendKeys(append(b, '('), v.tuple.vs, anywhere), ')')
	}
	return b
}

func (x *Index) appendKeys(b []byte, vs []value, anywhere bool) []byte {
	for _, v := range vs {
		b = append(x.appendKey(b, v, anywhere), ',')
	}
	return b
}

func (x *Index) appendClosure(b []byte, c *closure, anywhere bool) []byte {
	if !anywhere {
		return strconv.AppendInt(b, int64(c.id), 10)
	}
	b = strconv.AppendInt(b, int64(c.fn.Key), 10)
	if !c.fn.Key.IsValid() {
		b = append(b, c.fn.Name...)
	}
	for _, t := range c.types {
		b = strconv.AppendInt(append(b, '<'), int64(x.typeID(t)), 10)
	}
	return append(x.appendKeys(append(b, '['), c.free, true), ']')
}

// flags of a value, and the letters that stand for them.
func appendFlags(b []byte, v value) []byte {
	for _, flag := range [...]struct {
		set    bool
		letter byte
	}{
		{v.absent, 'a'}, {v.request, 'r'}, {v.next, 'n'}, {v.operand, 'o'}, {v.limited, 'l'},
		{v.made, 'm'}, {v.zero, 'z'}, {v.nilSlice, '0'},
	} {
		if flag.set {
			b = append(b, flag.letter)
		}
	}
	return b
}

func appendConstant(b []byte, c constant.Value) []byte {
	switch c.Kind() {
	case constant.String:
		return appendText(b, constant.StringVal(c))
	case constant.Int:
		if n, ok := constant.Int64Val(c); ok {
			return strconv.AppendInt(b, n, 10)
		}
	}
	return append(b, c.ExactString()...)
}

// appendText puts its length before a text, so that it cannot be taken for
// anything else.
func appendText(b []byte, s string) []byte {
	return append(append(strconv.AppendInt(b, int64(len(s)), 10), '"'), s...)
}

// typeID numbers types by how they are written.
func (x *Index) typeID(t types.Type) int {
	id, ok := x.typeIDs[t]
	if !ok {
		name := types.TypeString(t, nil)
		if id, ok = x.typeNames[name]; !ok {
			id = len(x.typeNames) + 1
			x.typeNames[name] = id
		}
		x.typeIDs[t] = id
	}
	return id
}

// closureKey tells the closures of one machine apart.
type closureKey struct {
	fn *behaviour.Function
	// rest are what it captured and its type arguments.
	rest string
}

// closure interns a function with its captured variables.
func (m *machine) closure(fn *behaviour.Function, free []value) *closure {
	b := m.x.appendKeys(m.scratch[:0], free, false)
	m.scratch = b
	if c := m.closures[closureKey{fn, string(b)}]; c != nil {
		return c
	}
	return m.intern(closureKey{fn, string(b)}, &closure{fn: fn, free: free})
}

// generic is the closure of a generic function for the given type arguments.
func (m *machine) generic(c *closure, args []types.Type) *closure {
	if len(args) == 0 {
		return c
	}
	b := m.x.appendKeys(m.scratch[:0], c.free, false)
	for _, t := range args {
		b = strconv.AppendInt(append(b, '<'), int64(m.x.typeID(t)), 10)
	}
	m.scratch = b
	if g := m.closures[closureKey{c.fn, string(b)}]; g != nil {
		return g
	}
	return m.intern(closureKey{c.fn, string(b)}, &closure{fn: c.fn, free: c.free, types: args})
}

func (m *machine) intern(key closureKey, c *closure) *closure {
	m.x.closures++
	c.id = m.x.closures
	m.closures[key] = c
	return c
}
