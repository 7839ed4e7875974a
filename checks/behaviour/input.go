package behaviour

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// input is something that a run took out of the request.
type input struct {
	bit     uint64
	ordinal int
	trace   *trace
	// touched are the parts that something looked at.
	touched map[string]bool
	pos     token.Pos
	// site is where the outermost function calls what reads it.
	site token.Pos
	fn   *behaviour.Function
	read *behaviour.Read

	Place     behaviour.Place
	Name      string
	Type      types.Type
	Decodes   bool
	Limited   bool
	Validates bool
	// Lost input was decoded into something that cannot be followed.
	Lost      bool
	errorUsed bool
	// empty targets take nothing over.
	empty bool
	// spent: its value got to where it can do something.
	spent bool
	// branched: some branch depends on its value.
	branched bool
	// guards are the places where its value decides about an error, in order.
	guards []guard
	// escaped is the first call that it was handed to and that cannot be followed.
	escaped token.Pos
}

type guard struct {
	pos token.Pos
	how string
}

// inputKey tells inputs apart: one instruction reads several names where it
// stands in a helper.
type inputKey struct {
	at   ssa.Instruction
	name string
}

// inputNamed registers what an instruction reads. At most 64 are told apart;
// more share the last.
func (m *machine) inputNamed(f *frame, instr ssa.Instruction, pos token.Pos, p behaviour.Place, name string) *input {
	key := inputKey{instr, name}
	if in := m.inputAt[key]; in != nil {
		return in
	}
	n := min(len(m.inputs), 63)
	in := &input{bit: 1 << n, ordinal: len(m.inputs), pos: pos, fn: f.c.fn, Place: p, Name: name}
	m.inputAt[key] = in
	m.inputs = append(m.inputs, in)
	return in
}

// another is the input for a second type that the same instruction decodes into,
// in a helper that is called with both.
func (m *machine) another(f *frame, instr ssa.Instruction, in *input, t types.Type) *input {
	if in.Type == nil || t == nil || types.IsInterface(in.Type) || types.IsInterface(t) || types.Identical(in.Type, t) {
		return in
	}
	second := m.inputNamed(f, instr, in.pos, in.Place, "\x00"+types.TypeString(t, nil))
	second.Name = in.Name
	return second
}

func (m *machine) validated(bits uint64, pos token.Pos, how string) {
	for _, in := range m.inputs {
		if in.bit&bits != 0 {
			in.addGuard(guard{pos, how})
		}
	}
}

// spend notes that input got to code that can make use of it.
func (m *machine) spend(bits uint64) {
	if bits == 0 {
		return
	}
	for _, in := range m.inputs {
		in.spent = in.spent || in.bit&bits != 0
	}
}

func (in *input) addGuard(g guard) {
	for _, old := range in.guards {
		if old.pos == g.pos {
			return
		}
	}
	in.guards = append(in.guards, g)
}

// guarded is told of a branch on input; it counts where one side leads to an error.
func (m *machine) guarded(f *frame, cond value, b *ssa.BasicBlock, instr *ssa.If) {
	for _, in := range m.inputs {
		in.branched = in.branched || in.bit&cond.input != 0
	}
	yes, no := leadsToError(b.Succs[0], f), leadsToError(b.Succs[1], f)
	if yes != no {
		m.validated(cond.input, condPos(instr), "comparison")
	}
	f.branches = append(f.branches, branch{b, instr, cond, yes, no})
}

// leadsToError reports whether a branch makes or returns an error, or answers
// with one, before it joins the rest again.
func leadsToError(b *ssa.BasicBlock, f *frame) bool {
	if makesError(b, f) {
		return true
	}
	for _, d := range b.Dominees() {
		if d.Index != b.Index && len(d.Preds) == 1 && d.Preds[0] == b && len(b.Succs) == 1 && makesError(d, f) {
			return true
		}
	}
	if len(b.Succs) == 1 && len(b.Instrs) == 1 { // an empty block on the way
		return makesError(b.Succs[0], f)
	}
	return false
}

func makesError(b *ssa.BasicBlock, f *frame) bool {
	for _, instr := range b.Instrs {
		switch instr := instr.(type) {
		case *ssa.Call:
			if errorAnswer(instr, f) {
				return true
			}
			if fn := behaviour.Callee(instr.Common()); fn != nil && isErrorLike(lastType(fn.Signature())) && isMaker(fn) {
				return true
			}
		case *ssa.MakeInterface:
			if isError(instr.Type()) {
				return true
			}
		case *ssa.UnOp:
			if g, ok := instr.X.(*ssa.Global); ok && isError(instr.Type()) && g != nil {
				return true
			}
		case *ssa.MapUpdate:
			if f.isComplaint(instr.Value) {
				return true // errors by field
			}
		case *ssa.Return:
			if len(instr.Results) > 0 && f.saysNo(instr.Results[len(instr.Results)-1], b) {
				return true
			}
		case *ssa.Panic:
			return true
		}
	}
	return false
}

// saysNo knows return false, and return of an error that is there for certain.
func (f *frame) saysNo(last ssa.Value, b *ssa.BasicBlock) bool {
	if isError(last.Type()) {
		return f.get(stored(last)).kind == notNull || notNilIn(last, b)
	}
	return isFalse(last)
}

func isMaker(fn *types.Func) bool {
	switch fn.FullName() {
	case "errors.New", "fmt.Errorf", "github.com/pkg/errors.New", "github.com/pkg/errors.Errorf":
		return true
	}
	return fn.Signature().Recv() == nil
}

// errorAnswer reports whether a call answers with an error: by the tables, or
// because a function of the module does.
func errorAnswer(call *ssa.Call, f *frame) bool {
	below := f.m.x.arguments.top
	args := f.arguments(call.Common())
	defer f.m.x.arguments.giveBack(args, below)
	if op, ok := f.c.fn.Ops[call]; ok && op.Write != nil {
		codes := f.statusOf(call.Block(), call.Common(), op.Write, args)
		return op.Write.Part == behaviour.ValuePart || len(codes) > 0 && slices.Min(codes) >= 400
	}
	for _, t := range f.targets(call.Common(), args) {
		if !f.m.x.relevant[t.c.fn] {
			continue
		}
		if out := f.m.call(t.c, t.args, nil); out.answers && !out.clean {
			return true
		}
	}
	return false
}
