package behaviour

import (
	"go/types"
	"strconv"

	"golang.org/x/tools/go/ssa"
)

// cell is a variable, field or element in memory.
type cell struct {
	id     int
	typ    types.Type
	whole  *cell // that it is a part of
	stored bool
	v      value
	parts  []*cell
	// index is which field of its whole it is; -1 is any element.
	index int
	// input marks the target of a decoder: whatever is read from it is input.
	input  uint64
	trace  *trace
	absent bool
	// mended: a nil slice and one that was made are stored in turn, and which of
	// them is there in the end is not followed.
	mended bool
	// read: its own content was looked at; scanned: that of its parts was.
	read, scanned bool
	// changed is when its content changed, inner when that of its parts did too.
	changed, inner int
	log            *log
}

type cellKey struct {
	at   ssa.Value
	elem int
}

func (m *machine) cellAt(v ssa.Value, elem int, t types.Type) *cell {
	k := cellKey{v, elem}
	if c := m.cells[k]; c != nil {
		return c
	}
	c := &cell{id: len(m.cells) + 1, typ: t, log: m.x.log}
	m.cells[k] = c
	return c
}

// maxInstances bounds how many sets of variables one function has: a recursion
// could wrap its functions in others for ever.
const maxInstances = 24

// variables numbers the set of variables that an activation works on. A function
// has one for all of its activations, except that what it does with a function
// that it is given has nothing to do with what it does with another:
// Transaction(f) runs f, whatever other transactions there are.
func (m *machine) variables(c *closure, args []value) int {
	b := m.scratch[:0]
	for _, a := range args {
		if a.fn != nil {
			b = strconv.AppendInt(append(b, 'f'), int64(a.fn.id), 10)
		}
	}
	m.scratch = b
	if len(b) == 0 {
		return -1
	}
	of := m.contexts[c.fn]
	if of == nil {
		of = map[string]int{}
		m.contexts[c.fn] = of
	}
	n, ok := of[string(b)]
	if !ok && len(of) < maxInstances {
		n, ok = -2-len(of), true
		of[string(b)] = n
	}
	if !ok {
		return -1
	}
	return n
}

// part is a field or element of a cell.
func (m *machine) part(c *cell, i int, t types.Type) *cell {
	if p := c.at(i); p != nil {
		return p
	}
	p := &cell{id: c.id*1000 + i + 2, typ: t, whole: c, index: i, input: c.input, trace: c.trace.step(stepName(c.typ, i)), absent: c.absent, log: m.x.log}
	c.parts = append(c.parts, p)
	if len(c.parts) == 1 { // what has parts is read part by part
		c.bump()
	}
	return p
}

func (c *cell) at(i int) *cell {
	for _, p := range c.parts {
		if p.index == i {
			return p
		}
	}
	return nil
}

// keep puts a value into a cell whatever it held.
func (c *cell) keep(v value) {
	if !c.stored || !same(c.v, v) {
		c.bump()
	}
	c.stored, c.v = true, v
}

// write stores what a cell may hold. Only what somebody has looked at already
// makes another pass necessary.
func (m *machine) write(c *cell, v value) {
	if c == nil {
		return
	}
	n := v
	if c.stored {
		n = join(c.v, v)
		c.mended = c.mended || c.v.nilSlice != v.nilSlice
	}
	if c.mended {
		n.nilSlice, n.made = false, false
	}
	if !c.stored || !same(c.v, n) {
		c.keep(n)
		m.changed = m.changed || c.wasSeen()
	}
}

// wasSeen reports whether anything was read that a write to the cell changes.
func (c *cell) wasSeen() bool {
	if c.read {
		return true
	}
	for w := c.whole; w != nil; w = w.whole {
		if w.scanned {
			return true
		}
	}
	return false
}

// havoc forgets what a cell holds: code that cannot be looked into got its
// address.
func (m *machine) havoc(v value, depth int) {
	c := v.cell
	if c == nil || depth > 3 {
		return
	}
	c.look()
	c.scan()
	if c.stored {
		m.havoc(c.v, depth+1)
	}
	for _, p := range c.parts {
		if p.stored {
			m.havoc(p.v, depth+1)
		}
		m.write(p, value{})
	}
	m.write(c, value{})
}

// havocArguments forgets what a call's operands point to. A slice is read, as a
// rule; what its elements point to may be written (Scan(&a, &b)). Elements share
// one cell, which loses what several pointers point to: those that are packed at
// the call are looked at one by one.
func (f *frame) havocArguments(c *ssa.CallCommon, args []value) {
	skip := len(args) - len(c.Args)
	for i, a := range args {
		if i < skip || a.cell == nil {
			f.m.havoc(a, 0)
			continue
		}
		if _, slice := c.Args[i-skip].Type().Underlying().(*types.Slice); !slice {
			f.m.havoc(a, 0)
			continue
		}
		a.cell.note(true)
		for _, p := range a.cell.parts {
			if p.stored {
				f.m.havoc(p.v, 1)
			}
		}
		for _, v := range packed(c.Args[i-skip]) {
			f.m.havoc(f.get(v), 1)
		}
	}
}

// packed are the elements of a slice that is made where it is handed over.
func packed(v ssa.Value) []ssa.Value {
	s, ok := v.(*ssa.Slice)
	if !ok {
		return nil
	}
	array, ok := s.X.(*ssa.Alloc)
	if !ok {
		return nil
	}
	return stores(array)
}

// mark makes a cell and its parts input.
func (m *machine) mark(c *cell, bits uint64, t *trace) {
	if c == nil || c.input&bits == bits {
		return
	}
	c.input |= bits
	c.trace = joinTraces(c.trace, t)
	c.bump()
	m.changed = true
	for _, p := range c.parts {
		m.mark(p, bits, t.step(stepName(c.typ, p.index)))
	}
}

func (c *cell) load() value {
	v := c.content()
	v.trace = c.traceOf()
	return v
}

// content is what a cell holds but for the trace.
func (c *cell) content() value {
	c.look()
	for w := c.whole; w != nil && !w.read; w = w.whole {
		w.read = true
	}
	if c.stored {
		v := c.v
		v.input |= c.input
		if c.input != 0 && v.kind == known {
			v.kind, v.c = unknown, nil // a decoder may have overwritten it
		}
		if len(c.parts) > 0 {
			v.copied = c // with what was put into its fields since
		}
		return v.with(c.inside())
	}
	if c.input != 0 {
		return value{input: c.input}
	}
	for w := c.whole; w != nil; w = w.whole { // assigned as a whole
		w.note(false)
		if w.stored && w == c.whole {
			return w.v.field(c.index, c.typ)
		}
		if w.stored {
			return memberOf(w.v, c.typ)
		}
	}
	if len(c.parts) > 0 {
		v := c.inside()
		v.copied = c
		return v
	}
	v := zeroOf(c.typ)
	v.absent = c.absent
	return v
}

// inside is where the parts of a cell come from, all of them together.
func (c *cell) inside() value {
	c.scan()
	v := value{input: c.input, absent: c.absent}
	for _, p := range c.parts {
		if p.stored {
			v = v.with(p.v)
		}
		if len(p.parts) > 0 || p.input != 0 || p.absent {
			v = v.with(p.inside())
		}
	}
	v.trace = v.trace.withTrace(c.traceOf())
	return v
}

// taint is where a value comes from, what it points to included.
func taint(v value) value {
	t := v.tainted()
	if v.cell != nil {
		v.cell.look()
		if v.cell.stored {
			t = t.with(v.cell.v)
		}
		t = t.with(v.cell.inside())
	}
	return t
}

// leave makes what a run put into the context fit for other runs: there it is
// something of the request, no longer an input that the run has numbered.
func (m *machine) leave() {
	for _, c := range m.cells {
		c.leave()
	}
	for key, v := range m.store {
		m.store[key] = v.leaving()
	}
}

func (c *cell) leave() {
	if c.input != 0 && (!c.stored || c.v.kind == known) {
		c.v = value{request: true}
		c.stored = true
	}
	c.v = c.v.leaving()
	c.input, c.trace = 0, nil
	for _, p := range c.parts {
		p.leave()
	}
}

func (v value) leaving() value {
	v.request = v.request || v.input != 0
	v.input, v.trace = 0, nil
	if v.tuple != nil {
		vs := make([]value, len(v.tuple.vs))
		for i, w := range v.tuple.vs {
			vs[i] = w.leaving()
		}
		v.tuple = &tuple{vs}
	}
	return v
}
