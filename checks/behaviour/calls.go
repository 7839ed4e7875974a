package behaviour

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// invoke runs one call and yields its result.
func (f *frame) invoke(b *ssa.BasicBlock, instr ssa.CallInstruction) value {
	below := f.m.x.arguments.top
	args := f.arguments(instr.Common())
	v := f.perform(b, instr, args)
	f.m.x.arguments.giveBack(args, below)
	return v
}

func (f *frame) perform(b *ssa.BasicBlock, instr ssa.CallInstruction, args []value) value {
	common := instr.Common()
	if builtin, ok := common.Value.(*ssa.Builtin); ok {
		return f.builtin(builtin, common, args)
	}
	op, isOp := f.c.fn.Ops[instr]
	if isOp {
		if v, done := f.instead(b, instr, args); done {
			return v
		}
		if v, done := f.operate(b, instr, op, args); done {
			return v
		}
	}
	f.looksUp(instr, args)
	if targets := f.targets(common, args); len(targets) > 0 {
		return f.enter(b, instr, targets, args)
	}
	return f.judged(instr, args, f.outside(b, instr, args))
}

// arguments are the operands, the receiver first. They are good until the call
// is over.
func (f *frame) arguments(c *ssa.CallCommon) []value {
	n := len(c.Args)
	if c.IsInvoke() {
		n++
	}
	args := f.m.x.arguments.take(n)
	if c.IsInvoke() {
		args[0] = f.get(c.Value)
	}
	for i, a := range c.Args {
		args[n-len(c.Args)+i] = f.get(a)
	}
	return args
}

// target is a function that a call may enter, with its arguments.
type target struct {
	c    *closure
	args []value
}

func (f *frame) targets(c *ssa.CallCommon, args []value) []target {
	m := f.m
	if c.IsInvoke() {
		return m.methods(c.Method, args)
	}
	if fn := c.StaticCallee(); fn != nil {
		if v := m.function(fn); v.fn != nil {
			return []target{{v.fn, args}}
		}
		if mc, ok := c.Value.(*ssa.MakeClosure); ok {
			if v := f.get(mc); v.fn != nil {
				return []target{{v.fn, args}}
			}
		}
		return nil
	}
	v := f.get(c.Value)
	if v.fn == nil {
		return nil
	}
	return []target{m.bind(v.fn, args)}
}

// bind puts the receiver that a bound method captured before its arguments.
func (m *machine) bind(c *closure, args []value) target {
	if c.fn.SSA.Signature.Recv() != nil && len(c.free) == 1 && len(c.fn.SSA.FreeVars) == 0 {
		return target{m.closure(c.fn, nil), append([]value{c.free[0]}, args...)}
	}
	return target{c, args}
}

// methods are the implementations of an interface method within the module.
func (m *machine) methods(method *types.Func, args []value) []target {
	var found []target
	if dyn := args[0].dyn; dyn != nil {
		obj, _, _ := types.LookupFieldOrMethod(dyn, true, method.Pkg(), method.Name())
		if fn, ok := obj.(*types.Func); ok {
			if own := m.x.byName[fn.Origin().FullName()]; own != nil {
				return []target{{m.closure(own, nil), behindPointer(fn, args)}}
			}
		}
		return nil
	}
	if args[0].next {
		return nil
	}
	for _, own := range m.x.implementations(method) {
		found = append(found, target{m.closure(own, nil), args})
	}
	return found
}

// behindPointer are the arguments of a method that takes its receiver by value,
// where what it is called on is a pointer.
func behindPointer(method *types.Func, args []value) []value {
	_, taken := method.Signature().Recv().Type().Underlying().(*types.Pointer)
	_, is := args[0].dyn.Underlying().(*types.Pointer)
	if taken || !is || args[0].cell == nil {
		return args
	}
	return append([]value{args[0].cell.load()}, args[1:]...)
}

// enter runs the targets and joins what they do. A function that has nothing
// to do with requests is entered only for what it says about its arguments;
// beside one that is entered it may do otherwise.
func (f *frame) enter(b *ssa.BasicBlock, instr ssa.CallInstruction, targets []target, args []value) value {
	m := f.m
	var status []int
	if f.recording {
		status = f.notes[b.Index].status
	}
	var out *outcome
	read, skipped := len(m.inputs), false
	for _, t := range targets {
		if !m.worthwhile(t) {
			skipped = true
			continue
		}
		one := m.call(t.c, f.typed(t, instr.Common()), status)
		if out == nil {
			out = one
		} else {
			out = joinOutcomes(out, one)
		}
	}
	if skipped || out == nil {
		unseen := m.opaque(instr.Common().Signature().Results(), args)
		if out != nil {
			unseen = joinOutcomes(out, unseen)
		}
		out = unseen
		m.acts, m.grows = true, true
		f.escape(b, instr, args)
		f.havocArguments(instr.Common(), args)
	}
	for _, in := range m.inputs[read:] {
		in.site = instr.Pos()
	}
	f.absorb(b, instr, out)
	result := out.result
	if result.tuple != nil && out.any.tuple != nil && isErrorLike(lastType(instr.Common().Signature())) && !errorUsed(instr) {
		result = out.any
	}
	v := m.carryStatus(result, instr.Common().Signature(), args)
	for _, a := range args {
		v.operand = v.operand || a.operand && v.kind != known
	}
	return v
}

// carryStatus gives an error the status that it was made with, where the
// function that makes it got one as an argument.
func (m *machine) carryStatus(v value, sig *types.Signature, args []value) value {
	if !m.x.isErrorLike(lastType(sig)) {
		return v
	}
	status := 0
	for _, a := range args {
		if n, ok := a.number(); ok && n >= 400 && n < 600 {
			status = n
			break
		}
		if a.status >= 400 && status == 0 {
			status = a.status
		}
	}
	if status == 0 || sig.Results().Len() > 1 || v.kind == null || v.status != 0 {
		return v
	}
	v.status = status
	return v
}

func joinOutcomes(a, b *outcome) *outcome {
	out := &outcome{
		result: join(a.result, b.result).nilInBoth(a.result, b.result), any: join(a.any, b.any), clean: a.clean || b.clean, passes: a.passes || b.passes, answers: a.answers || b.answers, silent: a.silent || b.silent, status: a.status, leaky: a.leaky && b.leaky,
	}
	out.add([]happening{{call: a}, {call: b}})
	return out
}

// nilInBoth has a slice be nil only where all of several implementations of a
// method give one: which of them a request meets is not known.
func (v value) nilInBoth(a, b value) value {
	if a.nilSlice != b.nilSlice {
		v.nilSlice, v.made = false, false
	}
	if v.tuple == nil || a.tuple == nil || b.tuple == nil {
		return v
	}
	vs := slices.Clone(v.tuple.vs)
	for i := range vs {
		vs[i] = vs[i].nilInBoth(a.result(i), b.result(i))
	}
	v.tuple = &tuple{vs}
	return v
}

// typed tells a generic function the types of its arguments.
func (f *frame) typed(t target, c *ssa.CallCommon) []value {
	params := t.c.fn.SSA.Params
	if t.c.fn.SSA.TypeParams().Len() == 0 || len(params) != len(t.args) || len(params) != len(c.Args) {
		return t.args
	}
	args := append([]value(nil), t.args...)
	for i, p := range params {
		if isGeneric(p.Type()) && args[i].dyn == nil {
			args[i].dyn = c.Args[i].Type()
		}
	}
	return args
}

// isGeneric: a type parameter, or a pointer to one.
func isGeneric(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	_, ok := t.(*types.TypeParam)
	return ok
}

// isSmall: a setter, getter or builder is entered sooner than its effect is
// given up.
func isSmall(fn *ssa.Function) bool {
	if len(fn.Blocks) > 3 {
		return false
	}
	n := 0
	for _, b := range fn.Blocks {
		n += len(b.Instrs)
	}
	return n <= 24
}

// mapsError: it may find the status that an error stands for.
func (x *Index) mapsError(sig *types.Signature) bool {
	takes, gives := false, false
	for i := range sig.Params().Len() {
		takes = takes || x.isErrorLike(sig.Params().At(i).Type())
	}
	for i := range sig.Results().Len() {
		b, ok := sig.Results().At(i).Type().Underlying().(*types.Basic)
		gives = gives || ok && b.Info()&types.IsInteger != 0
	}
	return takes && gives
}

// givesSlice: whether a slice that is answered can be nil is decided where it
// is made, alone or as a member of a struct. Of functions that give structs only
// those are looked into that can't fail: they put an answer together, the others
// fetch what it is made from.
func givesSlice(sig *types.Signature) bool {
	fails := isError(lastType(sig))
	for i := range sig.Results().Len() {
		switch t := sig.Results().At(i).Type().Underlying().(type) {
		case *types.Slice:
			if !isByteSlice(t) {
				return true
			}
		case *types.Struct:
			if !fails && hasSlice(t) {
				return true
			}
		case *types.Pointer:
			if st, ok := t.Elem().Underlying().(*types.Struct); ok && !fails && hasSlice(st) {
				return true
			}
		}
	}
	return false
}

// hasSlice reports a member that is a slice of values to encode.
func hasSlice(st *types.Struct) bool {
	for i := range st.NumFields() {
		if s, ok := st.Field(i).Type().Underlying().(*types.Slice); ok && st.Field(i).Exported() && !isByteSlice(s) {
			return true
		}
	}
	return false
}

func (m *machine) worthwhile(t target) bool {
	if sig := t.c.fn.SSA.Signature; m.x.relevant[t.c.fn] || m.x.mapsError(sig) || isSmall(t.c.fn.SSA) || !m.absent && givesSlice(sig) {
		return true
	}
	for _, a := range t.args {
		if tt := taint(a); tt.absent || tt.input != 0 || a.fn != nil || a.next || a.part != noPart || a.status != 0 {
			return true
		}
	}
	for _, a := range t.c.free {
		if tt := taint(a); tt.absent || tt.input != 0 || a.fn != nil || a.next {
			return true
		}
	}
	return false
}

// absorb notes what a called function did as happening here.
func (f *frame) absorb(b *ssa.BasicBlock, instr ssa.CallInstruction, out *outcome) {
	if !f.recording {
		return
	}
	n := f.notes[b.Index]
	if out.kinds != 0 {
		n.happened = append(n.happened, happening{call: out, site: instr.Pos()})
	}
	n.next = n.next || out.kinds.has(eventNext)
	n.succeeds = n.succeeds || out.succeeds && out.clean
	_, later := instr.(*ssa.Defer)
	_, aside := instr.(*ssa.Go)
	if later || aside {
		return
	}
	n.fails = n.fails || out.answers && !out.clean
	n.stops = n.stops || !out.passes
	n.answers = n.answers || !out.silent
	if out.status != nil {
		n.status = out.status
	}
}

func lastType(sig *types.Signature) types.Type {
	if sig.Results().Len() == 0 {
		return nil
	}
	return sig.Results().At(sig.Results().Len() - 1).Type()
}

// parametersOf are arguments for a function that somebody else calls: requests
// and answers where its signature has them.
func parametersOf(c *closure) []value {
	sig := c.fn.SSA.Signature
	n := sig.Params().Len()
	args := make([]value, 0, n)
	for i := range n {
		args = append(args, parameter(sig.Params().At(i).Type()))
	}
	return args
}

func parameter(t types.Type) value {
	switch {
	case behaviour.IsRequest(t):
		return value{kind: notNull, request: true}
	case behaviour.IsAnswer(t):
		return value{kind: notNull, part: answerBody}
	}
	return value{}
}

func (f *frame) next(b *ssa.BasicBlock, instr ssa.CallInstruction) {
	f.note(b, event{kind: eventNext, pos: instr.Pos()})
	if f.recording {
		f.notes[b.Index].next = true
	}
}

func (f *frame) builtin(fn *ssa.Builtin, c *ssa.CallCommon, args []value) value {
	switch fn.Name() {
	case "len", "cap":
		v := lengthOf(args[0])
		v.trace = taintless(args[0]).through(Length, "", "")
		return v
	case "append":
		v := value{kind: notNull, made: true}
		for _, a := range args {
			taint(a).trace.touch()
			v = v.with(taint(a))
		}
		v.absent = false
		if args[0].part == jsonText { // a line feed after the text
			v.part, v.dyn, v.keys, v.nilSlice, v.copied = jsonText, args[0].dyn, args[0].keys, args[0].nilSlice, args[0].copied
		}
		return v
	case "min", "max":
		v := value{}
		for _, a := range args {
			v = v.with(a.tainted())
		}
		return v
	}
	return value{}
}

func lengthOf(x value) value {
	t := taint(x)
	if s, ok := x.text(); ok {
		return constantOf(makeInt(len(s))).with(t)
	}
	if x.kind == null || x.absent {
		return constantOf(makeInt(0)).with(t)
	}
	if n, ok := x.cell.elements(); ok {
		return constantOf(makeInt(n)).with(t)
	}
	return t
}
