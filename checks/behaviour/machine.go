package behaviour

import (
	"fmt"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// Budgets of one run. What they cut off is unknown, and the run says so.
const (
	maxDepth  = 24
	maxSteps  = 400_000
	maxPasses = 3
)

// machine runs functions on values of which little is known: every branch whose
// condition is open is taken both ways. With absent set, the request carries no
// credentials, and branches that depend on them are decided. Comparing the two
// runs shows what credentials open.
type machine struct {
	x      *Index
	absent bool
	request
	usedRequest bool
	// closed: all that the context holds is in the store.
	closed bool
	// limitsBody: the body is put under a limit; whole are parts of the request
	// that were handed to foreign code as a whole.
	limitsBody bool
	whole      map[part]bool

	store    map[string]value // context values by key
	cells    map[cellKey]*cell
	memo     map[string]*outcome
	active   map[string]bool
	closures map[string]*closure
	inputs   []*input
	inputAt  map[inputKey]*input
	// instances numbers closures; behind are the functions further down the chain.
	instances map[string]int
	behind    map[token.Pos]bool
	depth     int
	steps     int
	changed   bool
	// over says that a budget ran out.
	over bool
}

type cellKey struct {
	at   ssa.Value
	elem int
}

// outcome is what a call of a function does in one run.
type outcome struct {
	result value
	events []event
	// clean: some path returns without having answered with an error.
	clean bool
	// bad: some path hands an error on.
	bad bool
	// leaky: every path answers with an error, and yet some go on to a success.
	leaky bool
	// passes: some path returns without having stopped the chain.
	passes bool
	// answers: some path answers with an error.
	answers bool
	// status was set by the last statement for a body that the caller writes.
	status []int
}

// eventKind tells events apart.
type eventKind uint8

const (
	eventAnswer eventKind = iota + 1
	eventMade             // an error that carries a status was made
	eventNext
	eventCredential
	eventStop
	eventOpen   // a branch that the run could not decide
	eventEscape // input went where the run could not follow
	eventDoubt  // a function that is named for a guard and could not be followed
)

// event is something that a run came by.
type event struct {
	kind   eventKind
	pos    token.Pos
	fn     *behaviour.Function
	answer *Answer
	// cond is what the open condition depends on; name the credential's.
	cond condition
	name string
	// input are the bits of what escapes; site is where the outermost function
	// called what leads here.
	input uint64
	site  token.Pos
}

// condition is what an open branch depends on.
type condition struct {
	operand, request bool
	input            uint64
}

// eventKey tells events apart: one is kept of several that are alike.
type eventKey struct {
	kind            eventKind
	pos             token.Pos
	status          int
	body            string
	operand, req    bool
	input           uint64
	returned, known bool
}

func (e event) key() eventKey {
	k := eventKey{kind: e.kind, pos: e.pos, operand: e.cond.operand, req: e.cond.request, input: e.input}
	if e.answer != nil {
		k.status, k.returned, k.known = e.answer.Status, e.answer.Returned, e.answer.StatusKnown
		if e.answer.Type != nil {
			k.body = types.TypeString(e.answer.Type, nil) + e.answer.Keys
		}
	}
	return k
}

func newMachine(x *Index, absent bool) *machine {
	return &machine{
		x: x, absent: absent, store: map[string]value{}, cells: map[cellKey]*cell{},
		instances: map[string]int{}, whole: map[part]bool{},
		closures: map[string]*closure{}, inputAt: map[inputKey]*input{},
	}
}

// settle repeats a run until memory and context no longer change.
func (m *machine) settle(run func() *outcome) *outcome {
	var out *outcome
	for range maxPasses {
		m.changed = false
		m.memo, m.active = map[string]*outcome{}, map[string]bool{}
		out = run()
		if !m.changed || m.over {
			break
		}
	}
	return out
}

// closure interns a function with its captured variables.
func (m *machine) closure(fn *behaviour.Function, free []value) *closure {
	key := fmt.Sprintf("%d[%s]", fn.Key, keysOfAll(free))
	if fn.Key == token.NoPos {
		key = fn.Name + key
	}
	if c := m.closures[key]; c != nil {
		return c
	}
	c := &closure{fn: fn, free: free, key: key}
	m.closures[key] = c
	return c
}

// generic is the closure of a generic function for the given type arguments.
func (m *machine) generic(c *closure, args []types.Type) *closure {
	if len(args) == 0 {
		return c
	}
	key := c.key
	for _, t := range args {
		key += "<" + types.TypeString(t, nil) + ">"
	}
	if g := m.closures[key]; g != nil {
		return g
	}
	g := &closure{fn: c.fn, free: c.free, types: args, key: key}
	m.closures[key] = g
	return g
}

func (m *machine) cellAt(v ssa.Value, elem int, t types.Type) *cell {
	k := cellKey{v, elem}
	if c := m.cells[k]; c != nil {
		return c
	}
	c := &cell{id: len(m.cells) + 1, typ: t}
	m.cells[k] = c
	return c
}

// part is a field or element of a cell.
func (m *machine) part(c *cell, i int, t types.Type) *cell {
	if p := c.parts[i]; p != nil {
		return p
	}
	if c.parts == nil {
		c.parts = map[int]*cell{}
	}
	p := &cell{id: c.id*1000 + i + 2, typ: t, whole: c, input: c.input, absent: c.absent}
	c.parts[i] = p
	return p
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
	}
	if !c.stored || !same(c.v, n) {
		c.stored, c.v = true, n
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
	c.read, c.scanned = true, true
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
// rule; what its elements point to may be written (Scan(&a, &b)).
func (m *machine) havocArguments(c *ssa.CallCommon, args []value) {
	skip := len(args) - len(c.Args)
	for i, a := range args {
		if i >= skip && a.cell != nil {
			if _, slice := c.Args[i-skip].Type().Underlying().(*types.Slice); slice {
				for _, p := range a.cell.parts {
					if p.stored {
						m.havoc(p.v, 1)
					}
				}
				continue
			}
		}
		m.havoc(a, 0)
	}
}

// mark makes a cell and its parts input.
func (m *machine) mark(c *cell, bits uint64) {
	if c == nil || c.input&bits == bits {
		return
	}
	c.input |= bits
	m.changed = true
	for _, p := range c.parts {
		m.mark(p, bits)
	}
}

func (c *cell) load() value {
	c.read = true
	for w := c.whole; w != nil && !w.read; w = w.whole {
		w.read = true
	}
	if c.stored {
		v := c.v
		v.input |= c.input
		if c.input != 0 && v.kind == known {
			v.kind, v.c = unknown, nil // a decoder may have overwritten it
		}
		return v.with(c.inside())
	}
	if c.input != 0 {
		return value{input: c.input}
	}
	for w := c.whole; w != nil; w = w.whole { // assigned as a whole
		if w.stored {
			return memberOf(w.v, c.typ)
		}
	}
	if len(c.parts) > 0 {
		return c.inside()
	}
	v := zeroOf(c.typ)
	v.absent = c.absent
	return v
}

// inside is where the parts of a cell come from, all of them together.
func (c *cell) inside() value {
	c.scanned = true
	v := value{input: c.input, absent: c.absent}
	for _, p := range c.parts {
		if p.stored {
			v = v.with(p.v.tainted())
		}
		v = v.with(p.inside())
	}
	return v.tainted()
}

// taint is where a value comes from, what it points to included.
func taint(v value) value {
	t := v.tainted()
	if v.cell != nil {
		v.cell.read = true
		if v.cell.stored {
			t = t.with(v.cell.v.tainted())
		}
		t = t.with(v.cell.inside())
	}
	return t
}

// call runs a function.
func (m *machine) call(c *closure, args []value, status []int) *outcome {
	res := c.fn.SSA.Signature.Results()
	if m.depth >= maxDepth || m.steps > maxSteps || len(c.fn.SSA.Blocks) == 0 {
		m.over = m.over || m.steps > maxSteps
		return m.opaque(res, args)
	}
	key := fmt.Sprintf("%s(%s)%v", c.key, keysOfAll(args), status)
	if out := m.memo[key]; out != nil {
		return out
	}
	if m.active[key] {
		return m.opaque(res, args)
	}
	m.active[key] = true
	m.depth++
	fr := newFrame(m, c, args, status)
	out := fr.run()
	m.depth--
	delete(m.active, key)
	m.memo[key] = out
	return out
}

// opaque is a call that cannot be looked into.
func (m *machine) opaque(res *types.Tuple, args []value) *outcome {
	t := value{}
	for _, a := range args {
		t = t.with(taint(a))
	}
	t.input = 0
	return &outcome{result: m.results(res, t), clean: true, passes: true}
}

// results are unknown values of the given types, made from t. Those that come
// from absent credentials are what a failed look-up gives.
func (m *machine) results(res *types.Tuple, t value) value {
	of := func(typ types.Type) value {
		if t.absent {
			return absentOf(typ).with(t)
		}
		return t.tainted()
	}
	switch res.Len() {
	case 0:
		return t.tainted()
	case 1:
		return of(res.At(0).Type())
	}
	vs := make([]value, res.Len())
	for i := range vs {
		vs[i] = of(res.At(i).Type())
	}
	v := t.tainted()
	v.tuple = &tuple{vs}
	return v
}
