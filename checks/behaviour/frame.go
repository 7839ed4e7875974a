package behaviour

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// frame is one activation of a function.
type frame struct {
	m      *machine
	c      *closure
	fn     *ssa.Function
	args   []value
	status []int
	vals   map[ssa.Value]value
	live   []bool
	edges  map[[2]int]bool
	moved  bool
	// recording is set in the last round, when values no longer change.
	recording bool
	notes     []*blockNote
}

// blockNote is what happens in one block.
type blockNote struct {
	events []event
	// fails: answers with an error; succeeds: with anything else; stops the chain; calls next.
	fails, succeeds, stops, next bool
	// status is pending at the end of the block.
	status []int
	// returns the function; bad returns hand an error on.
	returns, bad bool
}

// statusSet: a status was set, known or not.
func (n *blockNote) statusSet() bool { return n.status != nil }

func newFrame(m *machine, c *closure, args []value, status []int) *frame {
	n := len(c.fn.SSA.Blocks)
	return &frame{
		m: m, c: c, fn: c.fn.SSA, args: args, status: status, vals: map[ssa.Value]value{},
		live: make([]bool, n), edges: map[[2]int]bool{}, notes: make([]*blockNote, n),
	}
}

// run brings the values to rest along the edges that can be taken, then notes
// what happens in each live block.
func (f *frame) run() *outcome {
	f.live[0] = true
	for range 8 {
		f.moved = false
		for _, b := range f.fn.Blocks {
			if f.live[b.Index] {
				f.block(b)
			}
		}
		if !f.moved || f.m.over {
			break
		}
	}
	f.recording = true
	f.walk(f.fn.Blocks[0], f.status)
	return f.outcome()
}

// walk notes the blocks in dominator order, so that a status set on the way in
// is known where the body is written.
func (f *frame) walk(b *ssa.BasicBlock, status []int) {
	note := &blockNote{status: status}
	f.notes[b.Index] = note
	if f.live[b.Index] {
		f.block(b)
	}
	for _, d := range b.Dominees() {
		f.walk(d, note.status)
	}
}

func (f *frame) block(b *ssa.BasicBlock) {
	for _, instr := range b.Instrs {
		f.m.steps++
		switch instr := instr.(type) {
		case *ssa.If:
			f.branch(b, instr)
		case *ssa.Jump:
			f.take(b, b.Succs[0])
		case *ssa.Return:
			f.doReturn(b, instr)
		case *ssa.Store:
			f.m.write(f.get(instr.Addr).cell, f.get(instr.Val))
		case *ssa.MapUpdate:
			f.mapUpdate(instr)
		case *ssa.Defer:
			f.invoke(b, instr)
		case *ssa.Go:
			f.invoke(b, instr)
		case *ssa.Call:
			f.set(instr, f.invoke(b, instr))
		case ssa.Value:
			f.set(instr, f.eval(instr))
		}
	}
}

func (f *frame) set(v ssa.Value, n value) {
	old, ok := f.vals[v]
	if ok {
		n = join(old, n)
	}
	if !ok || !same(old, n) {
		f.vals[v] = n
		f.moved = true
	}
}

func (f *frame) take(from, to *ssa.BasicBlock) {
	e := [2]int{from.Index, to.Index}
	if !f.edges[e] {
		f.edges[e] = true
		f.moved = true
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
		f.note(b, event{kind: eventOpen, pos: condPos(instr), cond: cond})
	}
	if cond.input != 0 {
		f.m.guarded(f, cond.input, b, instr)
	}
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
	n.events = append(n.events, e)
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
	last := instr.Results[len(instr.Results)-1]
	v := f.get(last)
	if !isErrorLike(last.Type()) || v.kind != notNull && !notNilIn(last, b) {
		return
	}
	n.bad = true
	if v.status != 0 {
		f.note(b, event{kind: eventMade, pos: returnPos(instr, f), answer: &Answer{Status: v.status, Returned: true}})
	}
}

// notNilIn reports whether a value was found not to be nil on the way to a block.
func notNilIn(v ssa.Value, b *ssa.BasicBlock) bool {
	for d := b; d != nil && d.Idom() != nil; d = d.Idom() {
		if len(d.Preds) != 1 {
			continue
		}
		p := d.Preds[0]
		test, ok := p.Instrs[len(p.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		cmp, ok := test.Cond.(*ssa.BinOp)
		if !ok || cmp.X != v || !isNil(cmp.Y) {
			continue
		}
		if cmp.Op == token.NEQ && p.Succs[0] == d || cmp.Op == token.EQL && p.Succs[1] == d {
			return true
		}
	}
	return false
}

func returnPos(instr *ssa.Return, f *frame) token.Pos {
	if p := instr.Pos(); p.IsValid() {
		return p
	}
	return f.c.fn.Key
}

// outcome folds the notes of all live blocks.
func (f *frame) outcome() *outcome {
	out := &outcome{}
	seen := map[eventKey]bool{}
	var good, bad []value
	for _, b := range f.fn.Blocks {
		n := f.notes[b.Index]
		if n == nil || !f.live[b.Index] {
			continue
		}
		for _, e := range n.events {
			if k := e.key(); !seen[k] {
				seen[k] = true
				out.events = append(out.events, e)
			}
		}
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
	if f.m.absent && credentialOf(out) != "" {
		out.result = withoutCredentials(out.result, f.fn.Signature.Results())
	}
	out.clean = f.reaches(func(n *blockNote, b *ssa.BasicBlock) bool { return n.fails && !f.succeedsAfter(b) },
		func(n *blockNote) bool { return n.returns && !n.bad })
	out.leaky = out.clean && out.answers && !f.reaches(func(n *blockNote, _ *ssa.BasicBlock) bool { return n.fails },
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
		return f.get(ret.Results[0])
	}
	vs := make([]value, len(ret.Results))
	all := value{}
	for i, r := range ret.Results {
		vs[i] = f.get(r)
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
			if f.edges[[2]int{b.Index, s.Index}] && visit(s) {
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
			if f.edges[[2]int{b.Index, s.Index}] && visit(s) {
				return true
			}
		}
		return false
	}
	return visit(from)
}

// get is what is known of an operand.
func (f *frame) get(v ssa.Value) value {
	switch v := v.(type) {
	case nil:
		return value{}
	case *ssa.Const:
		if v.Value == nil {
			return zeroOf(v.Type())
		}
		return constant_(v.Value)
	case *ssa.Function:
		return f.m.function(v)
	case *ssa.Global:
		return f.m.global(v)
	case *ssa.Parameter:
		for i, p := range f.fn.Params {
			if p == v && i < len(f.args) {
				return f.args[i]
			}
		}
	case *ssa.FreeVar:
		for i, p := range f.fn.FreeVars {
			if p == v && i < len(f.c.free) {
				return f.c.free[i]
			}
		}
	default:
		return f.vals[v]
	}
	return value{}
}

// function is a declared function as a value; those of other packages are
// looked up by name, wrappers stand for what they wrap.
func (m *machine) function(fn *ssa.Function) value {
	if own := m.x.byKey[fn.Pos()]; own != nil && own.SSA == fn {
		return value{kind: notNull, fn: m.closure(own, nil)}
	}
	if obj, ok := originOf(fn).Object().(*types.Func); ok {
		if own := m.x.byName[obj.FullName()]; own != nil {
			return value{kind: notNull, fn: m.generic(m.closure(own, nil), fn.TypeArgs())}
		}
	}
	return value{kind: notNull}
}

func originOf(fn *ssa.Function) *ssa.Function {
	if o := fn.Origin(); o != nil {
		return o
	}
	return fn
}

// subst is what a type parameter stands for in this activation.
func (f *frame) subst(t types.Type) types.Type {
	if p, ok := t.(*types.TypeParam); ok && p.Index() < len(f.c.types) {
		return f.c.types[p.Index()]
	}
	return t
}

// global is the address of a package variable. What it holds is not followed,
// except that an error carries the status that its name tells.
func (m *machine) global(g *ssa.Global) value {
	t := g.Type().Underlying().(*types.Pointer).Elem()
	c := m.cellAt(g, -1, t)
	if !c.stored {
		c.stored = true
		c.v = value{}
		if isErrorLike(t) {
			c.v = value{kind: notNull, status: statusOfText(g.Name())}
			if s := m.x.errorStatus[globalName(g)]; s != 0 {
				c.v.status = s
			}
		}
		if fn := m.x.globalFuncs[globalName(g)]; fn != nil {
			c.v = value{kind: notNull, fn: m.closure(fn, nil)}
		}
	}
	return value{kind: notNull, cell: c}
}

func globalName(g *ssa.Global) string {
	if g.Pkg == nil || g.Pkg.Pkg == nil {
		return g.Name()
	}
	return g.Pkg.Pkg.Path() + "." + g.Name()
}

// eval is what an instruction other than a call yields.
func (f *frame) eval(instr ssa.Value) value {
	switch v := instr.(type) {
	case *ssa.Phi:
		return f.phi(v)
	case *ssa.Alloc:
		c := f.m.cellAt(v, -1, f.subst(v.Type().Underlying().(*types.Pointer).Elem()))
		return value{kind: notNull, cell: c}
	case *ssa.MakeClosure:
		return f.makeClosure(v)
	case *ssa.MakeInterface:
		x := f.get(v.X)
		if x.dyn == nil {
			x.dyn = f.subst(v.X.Type())
		}
		if behaviour.IsAnswer(v.X.Type()) {
			x.part = answerBody
		}
		if x.kind != known {
			x.kind = notNull
		}
		if isErrorLike(v.X.Type()) && x.status == 0 && x.cell != nil {
			x.status = x.cell.statusField()
		}
		return x
	case *ssa.ChangeInterface:
		x := f.get(v.X)
		if behaviour.IsAnswer(v.X.Type()) {
			x.part = answerBody
		}
		return x
	case *ssa.ChangeType:
		return f.get(v.X)
	case *ssa.Convert:
		return f.convert(v)
	case *ssa.MultiConvert:
		return taint(f.get(v.X))
	case *ssa.BinOp:
		return f.binary(v)
	case *ssa.UnOp:
		return f.unary(v)
	case *ssa.FieldAddr:
		return f.fieldAddr(v)
	case *ssa.Field:
		x := f.get(v.X)
		return f.member(x, v.Type())
	case *ssa.IndexAddr:
		return f.indexAddr(v)
	case *ssa.Index:
		x := f.get(v.X)
		y := taint(x)
		y.zero = x.zero
		return f.member(y, v.Type())
	case *ssa.Lookup:
		return f.lookup(v)
	case *ssa.Slice:
		x := f.get(v.X)
		if s, ok := x.text(); ok && s == "" {
			return x
		}
		y := taint(x)
		y.part, y.cell, y.limited = x.part, x.cell, x.limited
		if _, literal := v.X.Type().Underlying().(*types.Pointer); literal || x.made {
			y.kind, y.made = notNull, true
		}
		if x.absent {
			y = absentOf(v.Type()).with(y)
		}
		return y
	case *ssa.MakeMap:
		return value{kind: notNull, keys: keysOf(v)}
	case *ssa.MakeSlice:
		return value{kind: notNull, made: true}
	case *ssa.MakeChan, *ssa.SliceToArrayPointer:
		return value{kind: notNull}
	case *ssa.TypeAssert:
		return f.typeAssert(v)
	case *ssa.Extract:
		return f.get(v.Tuple).result(v.Index)
	case *ssa.Range:
		return taint(f.get(v.X))
	case *ssa.Next:
		return taint(f.get(v.Iter))
	case *ssa.Select:
		return value{}
	}
	return value{}
}

func (f *frame) phi(v *ssa.Phi) value {
	out, first := value{}, true
	for i, pred := range v.Block().Preds {
		if !f.edges[[2]int{pred.Index, v.Block().Index}] {
			continue
		}
		edge := v.Edges[i]
		if _, done := f.vals[edge]; !done && isInstruction(edge) {
			continue // not computed yet on this loop's first round
		}
		e := f.get(edge)
		if first {
			out, first = e, false
		} else {
			out = join(out, e)
		}
	}
	return out
}

func isInstruction(v ssa.Value) bool {
	_, ok := v.(ssa.Instruction)
	return ok
}

func (f *frame) makeClosure(v *ssa.MakeClosure) value {
	fn := v.Fn.(*ssa.Function)
	free := make([]value, len(v.Bindings))
	for i, b := range v.Bindings {
		free[i] = f.get(b)
	}
	own := f.m.x.byKey[fn.Pos()]
	if own == nil || own.SSA != fn { // a bound method: its receiver is captured
		if obj, ok := originOf(fn).Object().(*types.Func); ok {
			own = f.m.x.byName[obj.FullName()]
			if own == nil {
				own = f.m.x.only(obj)
			}
		}
	}
	if own == nil {
		return value{kind: notNull}
	}
	return value{kind: notNull, fn: f.m.closure(own, free)}
}

func (f *frame) convert(v *ssa.Convert) value {
	x := f.get(v.X)
	if x.kind == known && x.c.Kind() == constant.String && isByteSlice(v.Type()) {
		y := x.tainted()
		y.kind, y.part = notNull, x.part
		if s, _ := x.text(); s == "" && x.absent {
			y.kind = null
		}
		return y
	}
	if x.absent && x.kind != known {
		return absentOf(v.Type()).with(x.tainted())
	}
	if x.kind == known && !basicKind(v.Type(), x.c.Kind()) {
		y := x.tainted()
		return y
	}
	x.cell = nil
	return x
}

func isByteSlice(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	return ok && types.Identical(s.Elem().Underlying(), types.Typ[types.Byte])
}

// basicKind reports whether a constant of the kind is still one of type t.
func basicKind(t types.Type, k constant.Kind) bool {
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return false
	}
	switch k {
	case constant.Bool:
		return b.Info()&types.IsBoolean != 0
	case constant.String:
		return b.Info()&types.IsString != 0
	case constant.Int:
		return b.Info()&types.IsInteger != 0
	}
	return false
}

func (f *frame) unary(v *ssa.UnOp) value {
	x := f.get(v.X)
	switch v.Op {
	case token.NOT:
		if is, ok := x.isTrue(); ok {
			return boolean(!is).with(x)
		}
		return x.tainted()
	case token.MUL:
		return f.load(v, x)
	}
	return x.tainted()
}

func (f *frame) load(v *ssa.UnOp, x value) value {
	if p := requestField(v.X); p != noPart {
		return f.m.requestPart(p)
	}
	if x.cell == nil {
		return f.member(x, v.Type())
	}
	y := x.cell.load()
	y.operand = y.operand || x.operand
	y.absent = y.absent || x.absent && !x.cell.stored
	if x.part != noPart {
		y.part = x.part
	}
	return y
}

// member is a part of a value that is only known by where it comes from.
func (f *frame) member(x value, t types.Type) value { return memberOf(x, t) }

func memberOf(x value, t types.Type) value {
	if x.zero {
		return zeroOf(t).with(x)
	}
	if x.absent {
		return absentOf(t).with(x.tainted())
	}
	y := x.tainted()
	y.part = x.part
	return y
}

func (f *frame) fieldAddr(v *ssa.FieldAddr) value {
	x := f.get(v.X)
	out := value{kind: notNull}.with(x)
	if x.cell != nil {
		st := v.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
		out.cell = f.m.part(x.cell, v.Field, st.Field(v.Field).Type())
		out.input, out.absent = x.input, x.absent
	}
	return out
}

func (f *frame) indexAddr(v *ssa.IndexAddr) value {
	x := f.get(v.X)
	out := value{kind: notNull}.with(x)
	if x.cell != nil {
		out.cell = f.m.part(x.cell, -1, v.Type().Underlying().(*types.Pointer).Elem())
	}
	return out
}

func (f *frame) lookup(v *ssa.Lookup) value {
	x, name := f.get(v.X), f.get(v.Index)
	t := v.Type()
	if x.part == requestVars || x.part == requestQuery || x.part == requestForm || x.part == requestHeader {
		return f.m.namedRead(f, v, x.part, name, t)
	}
	y := f.member(taint(x).with(value{absent: name.absent}), t)
	return y
}

func (f *frame) typeAssert(v *ssa.TypeAssert) value {
	x := f.get(v.X)
	is := value{}.with(x)
	switch {
	case x.kind == null:
		is = boolean(false).with(x)
	case x.dyn != nil:
		is = boolean(assertable(x.dyn, v.AssertedType)).with(x)
	}
	got := x
	if truth, ok := is.isTrue(); ok && !truth {
		got = zeroOf(v.AssertedType).with(x)
		if x.absent {
			got = absentOf(v.AssertedType).with(x)
		}
	}
	if _, concrete := v.AssertedType.Underlying().(*types.Interface); !concrete {
		got.dyn = nil
	}
	if !v.CommaOk {
		if x.absent {
			return absentOf(v.AssertedType).with(x)
		}
		return got
	}
	out := x.tainted()
	out.tuple = &tuple{[]value{got, is}}
	return out
}

func assertable(dyn, want types.Type) bool {
	if i, ok := want.Underlying().(*types.Interface); ok {
		return types.Implements(dyn, i)
	}
	return types.Identical(dyn, want) || types.TypeString(dyn, nil) == types.TypeString(want, nil)
}

func (f *frame) mapUpdate(instr *ssa.MapUpdate) {
	// what is put into a map leaves its mark on the map
	m := f.get(instr.Map)
	t := taint(f.get(instr.Value)).with(taint(f.get(instr.Key)))
	f.set(instr.Map, m.with(t))
}

// statusField is a status among the fields of an error that is being made.
func (c *cell) statusField() int {
	for _, p := range c.parts {
		if p.stored {
			if n, ok := p.v.number(); ok && n >= 400 && n < 600 {
				return n
			}
		}
	}
	return 0
}
