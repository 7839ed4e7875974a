package behaviour

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// frame is one activation of a function.
type frame struct {
	m      *machine
	c      *closure
	fn     *ssa.Function
	args   []value
	status []int
	// instance sets the variables of this activation apart, see machine.variables.
	instance int
	// slots hold the values of instructions, by the layout's numbering.
	layout *layout
	slots  []slot
	// below is where the room of the frames below ends.
	below mark
	live  []bool
	// edges has a bit for each way out of a block that can be taken.
	edges []uint64
	moved bool
	// loops: some edge leads back.
	loops bool
	// recording is set in the last round, when values no longer change.
	recording bool
	notes     []*blockNote
	room      []blockNote // that notes point into
	// tests are the branches on input that the recording round came by.
	tests []test
	// reads and calls are what the last round looked at and called.
	reads []reading
	calls []*remembered
	// checks are the conditions on input that the last round came by.
	checks []noted
	// branches are those on input, to be judged when all is known.
	branches []branch
}

// blockNote is what happens in one block.
type blockNote struct {
	happened []happening
	// fails: answers with an error; succeeds: with anything else; stops the chain; calls next.
	fails, succeeds, stops, next bool
	// answers: something is answered, or may be by code that got the answer.
	answers bool
	// status is pending at the end of the block.
	status []int
	// returns the function; bad returns hand an error on.
	returns, bad bool
}

// statusSet: a status was set, known or not.
func (n *blockNote) statusSet() bool { return n.status != nil }

func newFrame(m *machine, c *closure, args []value, status []int) *frame {
	n := len(c.fn.SSA.Blocks)
	l := m.x.layoutOf(c.fn.SSA)
	below := m.x.slots.top
	return &frame{
		m: m, c: c, fn: c.fn.SSA, args: args, status: status, instance: m.variables(c, args), layout: l, below: below, slots: m.x.slots.take(len(l.number)),
		live: make([]bool, n), edges: make([]uint64, n), notes: make([]*blockNote, n), room: make([]blockNote, n),
	}
}

// slot is what is known of one instruction's value.
type slot struct {
	v   value
	set bool
}

// taken reports whether control can go from one block to another.
func (f *frame) taken(from, to *ssa.BasicBlock) bool {
	for i, s := range from.Succs {
		if s == to && f.edges[from.Index]&(1<<min(i, 63)) != 0 {
			return true
		}
	}
	return false
}

func (f *frame) block(b *ssa.BasicBlock) {
	for _, instr := range b.Instrs {
		f.m.steps++
		f.m.acts = f.m.acts || acts(instr)
		f.m.grows = f.m.grows || f.m.x.grows(instr)
		switch instr := instr.(type) {
		case *ssa.If:
			f.branch(b, instr)
		case *ssa.Jump:
			f.take(b, b.Succs[0])
		case *ssa.Return:
			f.doReturn(b, instr)
		case *ssa.Store:
			if _, local := instr.Addr.(*ssa.Alloc); !local {
				f.get(instr.Val).trace.touch()
			}
			f.store(b, instr)
		case *ssa.MapUpdate:
			f.mapUpdate(instr)
		case *ssa.Defer:
			f.invoke(b, instr)
		case *ssa.Go:
			f.invoke(b, instr)
		case *ssa.Call:
			f.set(instr, f.invoke(b, instr))
		case *ssa.Send:
			f.m.spend(f.get(instr.X).input)
		case ssa.Value:
			f.set(instr, f.eval(instr))
		}
	}
}

func (f *frame) set(v ssa.Value, n value) {
	s := &f.slots[f.layout.number[v]]
	if s.set {
		if same(s.v, n) {
			return
		}
		if n = join(s.v, n); same(s.v, n) {
			return
		}
	}
	s.v, s.set, f.moved = n, true, true
}

func (f *frame) take(from, to *ssa.BasicBlock) {
	if !f.taken(from, to) {
		for i, s := range from.Succs {
			if s == to {
				f.edges[from.Index] |= 1 << min(i, 63)
			}
		}
		f.moved = true
		f.loops = f.loops || to.Index <= from.Index
	}
	if !f.live[to.Index] {
		f.live[to.Index] = true
		f.moved = true
	}
}

func (f *frame) branch(b *ssa.BasicBlock, instr *ssa.If) {
	cond := f.get(instr.Cond)
	is, ok := cond.isTrue()
	if !ok || is {
		f.take(b, b.Succs[0])
	}
	if !ok || !is {
		f.take(b, b.Succs[1])
	}
	if !f.recording {
		return
	}
	if !ok && (cond.request || cond.operand || cond.input != 0) {
		f.note(b, event{kind: eventOpen, pos: condPos(instr), cond: condition{cond.operand, cond.request, cond.input}})
	}
	if cmp, ok := instr.Cond.(*ssa.BinOp); ok && !isConst(cmp.X) && !isConst(cmp.Y) {
		f.m.spend(cond.input)
	}
	if cond.input != 0 || cond.trace != nil {
		f.tests = append(f.tests, test{cond, b, instr})
	}
}

// test is a branch on input.
type test struct {
	cond  value
	block *ssa.BasicBlock
	instr *ssa.If
}

// judgeTests looks what the branches on input lead to. That is done last, when
// the values further down are known.
func (f *frame) judgeTests() {
	for _, t := range f.tests {
		f.m.guarded(f, t.cond, t.block, t.instr)
	}
}

func isConst(v ssa.Value) bool {
	_, ok := v.(*ssa.Const)
	return ok
}

func condPos(instr *ssa.If) token.Pos {
	if p := instr.Cond.Pos(); p.IsValid() {
		return p
	}
	return instr.Pos()
}

func (f *frame) note(b *ssa.BasicBlock, e event) {
	if !f.recording {
		return
	}
	e.fn = f.c.fn
	n := f.notes[b.Index]
	n.happened = append(n.happened, happening{event: &e})
}

func (f *frame) doReturn(b *ssa.BasicBlock, instr *ssa.Return) {
	if !f.recording {
		return
	}
	n := f.notes[b.Index]
	n.returns = true
	if len(instr.Results) == 0 {
		return
	}
	last := stored(instr.Results[len(instr.Results)-1])
	v := f.get(last)
	if !f.m.x.isErrorLike(last.Type()) || v.kind != notNull && !notNilIn(last, b) {
		return
	}
	n.bad = true
	if v.status != 0 {
		f.note(b, event{kind: eventMade, pos: returnPos(instr, f), answer: &Answer{Status: v.status, Returned: true}})
	}
}

// stored is the value that a return statement gave: where a function defers
// calls, its results go through variables that all of its returns share. What a
// deferred function may change stays that variable.
func stored(result ssa.Value) ssa.Value {
	load, ok := result.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return result
	}
	variable, ok := load.X.(*ssa.Alloc)
	if !ok {
		return result
	}
	for _, r := range *variable.Referrers() {
		if _, captured := r.(*ssa.MakeClosure); captured {
			return result
		}
	}
	instrs := load.Block().Instrs
	for i := slices.Index(instrs, ssa.Instruction(load)) - 1; i >= 0; i-- {
		if s, ok := instrs[i].(*ssa.Store); ok && s.Addr == variable {
			return s.Val
		}
	}
	return result
}

// notNilIn reports whether a value was found not to be nil, or not to be empty,
// on the way to a block.
func notNilIn(v ssa.Value, b *ssa.BasicBlock) bool {
	for d := b; d != nil && d.Idom() != nil; d = d.Idom() {
		if len(d.Preds) == 1 && testedNotNil(v, d.Preds[0], d) {
			return true
		}
	}
	return false
}

// notNilOn does so for the way from one block to the next: "if list == nil {
// list = []T{} }".
func notNilOn(v ssa.Value, from, to *ssa.BasicBlock) bool {
	return testedNotNil(v, from, to) || notNilIn(v, from)
}

// testedNotNil reports whether a block ends in a test for nil, or for the
// length, and the next one is where it goes with a value that is there.
func testedNotNil(v ssa.Value, from, to *ssa.BasicBlock) bool {
	test, ok := from.Instrs[len(from.Instrs)-1].(*ssa.If)
	if !ok || from.Succs[0] == from.Succs[1] {
		return false
	}
	cmp, ok := test.Cond.(*ssa.BinOp)
	if !ok || !(sameRead(cmp.X, v) && isNil(cmp.Y) || isLenOf(cmp.X, v) && isNought(cmp.Y)) {
		return false
	}
	return (cmp.Op == token.NEQ || cmp.Op == token.GTR) && from.Succs[0] == to || cmp.Op == token.EQL && from.Succs[1] == to
}

// sameRead: the same value, or the same field read once more, as in "if r.Err !=
// nil { return r.Err }".
func sameRead(a, b ssa.Value) bool {
	if a == b {
		return true
	}
	x, ok := a.(*ssa.UnOp)
	y, both := b.(*ssa.UnOp)
	if !ok || !both || x.Op != token.MUL || y.Op != token.MUL {
		return false
	}
	f, ok := x.X.(*ssa.FieldAddr)
	g, both := y.X.(*ssa.FieldAddr)
	return ok && both && f.Field == g.Field && (f.X == g.X || sameRead(f.X, g.X))
}

// there is what is known of a value in a block: tests on the way there tell
// that it is no nil slice.
func (f *frame) there(v ssa.Value, b *ssa.BasicBlock) value {
	x := f.get(v)
	if x.nilSlice && notNilIn(v, b) {
		x.kind, x.nilSlice, x.made = notNull, false, true
	}
	return x
}

func isLenOf(x, v ssa.Value) bool {
	call, ok := x.(*ssa.Call)
	if !ok {
		return false
	}
	b, ok := call.Call.Value.(*ssa.Builtin)
	return ok && b.Name() == "len" && call.Call.Args[0] == v
}

func isNought(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil && constant.Sign(c.Value) == 0
}

func returnPos(instr *ssa.Return, f *frame) token.Pos {
	if p := instr.Pos(); p.IsValid() {
		return p
	}
	return f.c.fn.Key
}

// outcome folds the notes of all live blocks.
func (f *frame) outcome() *outcome {
	f.judgeBranches()
	out := &outcome{reflects: f.layout.reflects}
	var good, bad []value
	for _, b := range f.fn.Blocks {
		n := f.notes[b.Index]
		if n == nil || !f.live[b.Index] {
			continue
		}
		out.add(n.happened)
		out.answers = out.answers || n.fails
		if !n.returns {
			continue
		}
		out.bad = out.bad || n.bad
		ret := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if n.bad {
			bad = append(bad, f.returned(ret))
		} else {
			good = append(good, f.returned(ret))
		}
		if !slices.Equal(n.status, f.status) {
			out.status = n.status
		}
	}
	out.result = foldReturns(good, bad)
	out.any = foldReturns(append(slices.Clone(good), bad...), nil)
	if f.m.absent && out.kinds.has(eventCredential) {
		out.result = withoutCredentials(out.result, f.fn.Signature.Results())
	}
	out.clean = f.reaches(func(n *blockNote, b *ssa.BasicBlock) bool { return n.fails && !f.succeedsAfter(b) },
		func(n *blockNote) bool { return n.returns && !n.bad })
	out.leaky = out.clean && out.answers && !f.reaches(func(n *blockNote, _ *ssa.BasicBlock) bool { return n.fails },
		func(n *blockNote) bool { return n.returns && !n.bad })
	out.silent = f.reaches(func(n *blockNote, _ *ssa.BasicBlock) bool { return n.answers || n.next },
		func(n *blockNote) bool { return n.returns && !n.bad })
	out.passes = f.reaches(func(n *blockNote, _ *ssa.BasicBlock) bool { return n.stops },
		func(n *blockNote) bool { return n.returns })
	return out
}

// withoutCredentials marks what a function gives that looked for credentials
// and found none: "return empty" stands for what is absent.
func withoutCredentials(v value, results *types.Tuple) value {
	if v.tuple == nil {
		if results.Len() == 1 && !isErrorLike(results.At(0).Type()) && isZero(v) {
			v.absent = true
		}
		return v
	}
	vs := append([]value(nil), v.tuple.vs...)
	for i := range vs {
		if !isErrorLike(results.At(i).Type()) && isZero(vs[i]) {
			vs[i].absent = true
		}
	}
	v.tuple = &tuple{vs}
	return v
}

func isZero(v value) bool {
	if s, ok := v.text(); ok {
		return s == ""
	}
	return v.kind == null
}

// foldReturns joins what a function returns. What comes along with an error is
// not used, as long as there is a return without one.
func foldReturns(good, bad []value) value {
	var out value
	for i, v := range good {
		if i == 0 {
			out = v
		} else {
			out = join(out, v)
		}
	}
	for i, v := range bad {
		switch {
		case i == 0 && len(good) == 0:
			out = v
		case len(good) > 0 && out.tuple != nil && v.tuple != nil:
			vs := append([]value(nil), out.tuple.vs...)
			last := len(vs) - 1
			vs[last] = join(vs[last], v.tuple.vs[last])
			out = out.with(v.tainted())
			out.tuple = &tuple{vs}
		default:
			out = join(out, v)
		}
	}
	return out
}

func (f *frame) returned(ret *ssa.Return) value {
	switch len(ret.Results) {
	case 0:
		return value{}
	case 1:
		return f.get(stored(ret.Results[0]))
	}
	vs := make([]value, len(ret.Results))
	all := value{}
	for i, r := range ret.Results {
		vs[i] = f.get(stored(r))
		all = all.with(vs[i].tainted())
	}
	all.tuple = &tuple{vs}
	return all
}

// reaches reports whether a path along live edges leads from the entry to a
// goal without passing a block that is cut.
func (f *frame) reaches(cut func(*blockNote, *ssa.BasicBlock) bool, goal func(*blockNote) bool) bool {
	seen := make([]bool, len(f.fn.Blocks))
	var visit func(b *ssa.BasicBlock) bool
	visit = func(b *ssa.BasicBlock) bool {
		n := f.notes[b.Index]
		if seen[b.Index] || n == nil || !f.live[b.Index] {
			return false
		}
		seen[b.Index] = true
		if cut(n, b) {
			return false
		}
		if goal(n) {
			return true
		}
		for _, s := range b.Succs {
			if f.taken(b, s) && visit(s) {
				return true
			}
		}
		return false
	}
	return visit(f.fn.Blocks[0])
}

// succeedsAfter reports whether a success is answered, or the next handler
// called, after the block: the refusal in it then does not stop anything.
func (f *frame) succeedsAfter(from *ssa.BasicBlock) bool {
	seen := make([]bool, len(f.fn.Blocks))
	var visit func(b *ssa.BasicBlock) bool
	visit = func(b *ssa.BasicBlock) bool {
		if seen[b.Index] || f.notes[b.Index] == nil || !f.live[b.Index] {
			return false
		}
		seen[b.Index] = true
		if n := f.notes[b.Index]; b != from && (n.succeeds || n.next) {
			return true
		}
		for _, s := range b.Succs {
			if f.taken(b, s) && visit(s) {
				return true
			}
		}
		return false
	}
	return visit(from)
}
