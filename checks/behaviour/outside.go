package behaviour

import (
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// escape notes input that is handed to code which cannot be followed.
func (f *frame) escape(b *ssa.BasicBlock, instr ssa.CallInstruction, args []value) {
	var bits uint64
	for _, a := range args {
		bits |= taint(a).input
	}
	if f.recording {
		f.m.outOfSight(args, instr.Pos(), "a call that could not be followed")
	}
	f.m.spend(bits)
	if bits != 0 {
		f.note(b, event{kind: eventEscape, pos: instr.Pos(), input: bits})
	}
}

// outside models a call of code that is not in the module.
func (f *frame) outside(b *ssa.BasicBlock, instr ssa.CallInstruction, args []value) value {
	c := instr.Common()
	fn := behaviour.Callee(c)
	f.m.acts = f.m.acts || f.callActs(c, fn)
	f.m.grows = f.m.grows || f.callGrows(c, fn)
	if fn == nil {
		return f.unknownFunction(b, instr, args)
	}
	if v, ok := f.library(fn, c, args); ok {
		return v
	}
	if v, ok := f.split(instr, fn, args); ok {
		return v
	}
	known := f.m.x.calleeOf(fn)
	if known.guards {
		f.note(b, event{kind: eventDoubt, pos: instr.Pos(), name: fn.Name()})
	}
	for _, a := range args { // a callback runs, as far as anybody knows
		if a.fn != nil && f.m.x.relevant[a.fn.fn] {
			t := f.m.bind(a.fn, parametersOf(a.fn))
			out := f.m.call(t.c, t.args, nil)
			f.absorb(b, instr, out)
		}
	}
	f.handsRequestOn(c)
	f.handsAnswerOn(b, c)
	t := value{}
	for _, a := range args {
		t = t.with(taint(a))
		f.wrapsNext(b, instr, a)
		if a.next && takesRequest(f.fn.Signature) { // it may well be run
			f.next(b, instr)
		}
		if a.part != noPart && fn.Pkg() != nil && !(a.part == requestBody && fn.Name() == "Close") {
			f.m.handOn(a.part, nil)
		}
	}
	if !known.onlyReads {
		f.havocArguments(c, args)
	}
	if !known.onlyReads || known.formats {
		f.m.spend(t.input)
	}
	if c.IsInvoke() && f.m.x.crowded[fn.FullName()] {
		f.escape(b, instr, args)
	}
	if !known.keepsInput {
		t.input = 0
	}
	v := f.m.results(c.Signature().Results(), t)
	if f.m.x.isErrorLike(lastType(c.Signature())) {
		v = withStatus(v, args)
	}
	return v
}

// handsRequestOn notes that code which cannot be followed gets the request: it
// may read anything there.
func (f *frame) handsRequestOn(c *ssa.CallCommon) {
	for i, a := range c.Args {
		method := i == 0 && !c.IsInvoke() && c.Signature().Recv() != nil
		if !method && f.m.x.isRequest(a.Type()) {
			to := f.looksByName(c)
			for _, p := range wholes {
				f.m.handOn(p, to)
			}
		}
	}
}

// wholes are the parts of a request that hold parameters.
var wholes = []part{requestQuery, requestVars, requestHeader, requestForm}

// handOn notes who gets a part of the request as a whole; nil may do anything
// with it.
func (m *machine) handOn(p part, to *types.Func) {
	if !slices.Contains(m.whole[p], to) {
		m.whole[p] = append(m.whole[p], to)
	}
}

// looksByName is the function that a call hands the request to, where all that it
// can do is look things up by names of its own: it is no part of the standard
// library, which passes requests on, and gets nothing that it could fill by tags.
func (f *frame) looksByName(c *ssa.CallCommon) *types.Func {
	fn := behaviour.Callee(c)
	if fn == nil || fn.Pkg() == nil || f.m.x.inModule(fn.Pkg()) || !strings.Contains(fn.Pkg().Path(), ".") {
		return nil
	}
	for _, a := range c.Args {
		if f.m.x.ownType(a.Type()) || isEmptyInterface(a.Type()) && !isPlainValue(a) {
			return nil
		}
	}
	return fn
}

// ownType: a type of the module, or a pointer to one.
func (x *Index) ownType(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && x.inModule(n.Obj().Pkg())
}

// isPlainValue: what is in the interface is a copy, such as a number to log.
func isPlainValue(v ssa.Value) bool {
	mi, ok := v.(*ssa.MakeInterface)
	if !ok {
		return false
	}
	_, basic := mi.X.Type().Underlying().(*types.Basic)
	return basic
}

func isEmptyInterface(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.NumMethods() == 0
}

// handsAnswerOn notes that code which cannot be followed may answer: it gets
// the answer, or is a method of it that is named for writing.
func (f *frame) handsAnswerOn(b *ssa.BasicBlock, c *ssa.CallCommon) {
	if !f.recording {
		return
	}
	own := receiver(c)
	for _, a := range c.Args {
		if f.m.x.isAnswer(a.Type()) && a != own {
			f.notes[b.Index].answers, f.m.handsOver = true, true
		}
	}
	if own != nil && f.m.x.isAnswer(own.Type()) && writesName.MatchString(calleeName(c)) {
		f.notes[b.Index].answers = true
	}
}

var writesName = regexp.MustCompile(`(?i)write|send|render|stream|event|json|serve|flush|hijack|redirect|file|data|string|html|xml|negotiate|accept|upgrade`)

// onlyReads reports whether a function leaves what its arguments point to alone.
func onlyReads(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return true
	}
	switch fn.Pkg().Path() {
	case "fmt":
		return !strings.Contains(fn.Name(), "can")
	case "log", "log/slog", "errors":
		return true
	}
	return pure.MatchString(fn.Pkg().Path())
}

// withStatus lets an error keep its status through methods of its own, such as
// WithInternal(err).
func withStatus(v value, args []value) value {
	if len(args) > 0 && args[0].status != 0 && v.tuple == nil {
		v.status, v.kind = args[0].status, notNull
	}
	return v
}

// unknownFunction is a call of a function value. Behind a middleware, one that
// takes a request is the next handler.
func (f *frame) unknownFunction(b *ssa.BasicBlock, instr ssa.CallInstruction, args []value) value {
	c := instr.Common()
	if f.get(c.Value).next || behaviour.IsHandler(c.Signature()) {
		f.handsRequestOn(c)
		f.next(b, instr)
		return value{}
	}
	f.handsRequestOn(c)
	f.handsAnswerOn(b, c)
	f.escape(b, instr, args)
	t := value{}
	for _, a := range args {
		t = t.with(taint(a))
		f.wrapsNext(b, instr, a)
	}
	t.input = 0
	if f.get(c.Value).operand {
		t.operand = true
	}
	return f.m.results(c.Signature().Results(), t)
}
