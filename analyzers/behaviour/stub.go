package behaviour

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Stub is why a function counts as one, and where.
type Stub struct {
	Reason string
	Pos    token.Pos
}

const statusNotImplemented = 501

var notImplemented = regexp.MustCompile(`(?i)\bnot[ _-]?(yet )?(been )?(yet )?implemented|unimplemented|implement me|\bTODO\b|notimplemented`)

// markStubs judges every function that could serve a request: by its
// signature, or as a method of a generated server's interface.
func markStubs(_ *analysis.Pass, res *Result) {
	for _, f := range res.Functions {
		f.Stub = stubOf(f)
	}
}

func stubOf(f *Function) *Stub {
	body := f.SSA.Blocks
	if len(body) == 0 {
		return nil
	}
	if s := panics(f); s != nil {
		return s
	}
	if s := answersNotImplemented(f); s != nil {
		return s
	}
	if len(body) > 1 {
		return nil
	}
	if s := returnsNotImplemented(f); s != nil {
		return s
	}
	return empty(f)
}

// panics knows a function that comes to a panic on its way through the first
// block: panic("TODO"), or any panic that is all there is.
func panics(f *Function) *Stub {
	entry := f.SSA.Blocks[0]
	p, ok := entry.Instrs[len(entry.Instrs)-1].(*ssa.Panic)
	if !ok {
		return nil
	}
	text := constantText(p.X)
	if notImplemented.MatchString(text) || onlyCalls(f, nil) {
		return &Stub{Reason: fmt.Sprintf("it panics with %q", text), Pos: p.Pos()}
	}
	return nil
}

// answersNotImplemented knows a function whose every status is 501.
func answersNotImplemented(f *Function) *Stub {
	var at token.Pos
	for call, op := range f.Ops {
		if op.Write == nil || op.Write.Part == web.Next {
			continue
		}
		switch code := constantStatus(call.Common(), op.Write); {
		case code == statusNotImplemented:
			if !at.IsValid() || call.Pos() < at {
				at = call.Pos()
			}
		case op.Write.Part == web.Piece || code == 0 && op.Write.Status < 0 && op.Write.Fixed == 0 && chained(call):
			// a body after the status, or c.Status(501).JSON(...)
		default:
			return nil
		}
	}
	if !at.IsValid() {
		at = handsOnNotImplemented(f)
	}
	if !at.IsValid() {
		return nil
	}
	return &Stub{Reason: "it answers 501 Not Implemented", Pos: at}
}

// handsOnNotImplemented finds the call of a function that leaves every answer
// to helpers and tells each of them 501: respond(w, r, 501, body).
func handsOnNotImplemented(f *Function) token.Pos {
	at := token.NoPos
	for _, b := range f.SSA.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok || !mayAnswer(f, call) {
				continue
			}
			if !slices.ContainsFunc(call.Common().Args, isNotImplemented) {
				return token.NoPos
			}
			if !at.IsValid() {
				at = call.Pos()
			}
		}
	}
	return at
}

// mayAnswer reports whether a call gets what answers are written to, and is not
// known to do something else with it.
func mayAnswer(f *Function, call ssa.CallInstruction) bool {
	if op, known := f.Ops[call]; known {
		return op.Write != nil
	}
	return slices.ContainsFunc(call.Common().Args, func(v ssa.Value) bool { return web.IsAnswer(v.Type()) })
}

func isNotImplemented(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil && c.Value.Kind() == constant.Int && c.Int64() == statusNotImplemented
}

// chained knows c.Status(code).JSON(v): the receiver set the status.
func chained(call ssa.CallInstruction) bool {
	args := call.Common().Args
	if len(args) == 0 {
		return false
	}
	_, ok := args[0].(*ssa.Call)
	return ok
}

func constantStatus(call *ssa.CallCommon, w *web.Write) int {
	if w.Fixed != 0 {
		return w.Fixed
	}
	arg := Arg(call, w.Status)
	if c, ok := arg.(*ssa.Const); ok && c.Value != nil && c.Value.Kind() == constant.Int {
		return int(c.Int64())
	}
	return 0
}

// returnsNotImplemented knows a function that only hands back an error that
// says so, or writes a text that does.
func returnsNotImplemented(f *Function) *Stub {
	if !onlyCalls(f, func(fn *types.Func) bool {
		name := fn.FullName()
		return web.IsError(lastResult(fn)) || name == "errors.New" || name == "fmt.Errorf" || name == "net/http.Error"
	}) {
		return nil
	}
	for _, instr := range f.SSA.Blocks[0].Instrs {
		for _, op := range instr.Operands(nil) {
			if op == nil || *op == nil {
				continue
			}
			text := constantText(*op)
			if g, ok := (*op).(*ssa.Global); ok && web.IsError(deref(g.Type())) {
				text = g.Name()
			}
			if notImplemented.MatchString(text) {
				return &Stub{Reason: fmt.Sprintf("all it gives back is %q", text), Pos: posOf(instr, f)}
			}
		}
	}
	return nil
}

// empty knows a function that neither calls nor stores anything.
func empty(f *Function) *Stub {
	for _, instr := range f.SSA.Blocks[0].Instrs {
		switch instr := instr.(type) {
		case *ssa.Return:
			for _, r := range instr.Results {
				if c, ok := r.(*ssa.Const); !ok || c.Value != nil {
					return nil
				}
			}
		case *ssa.DebugRef:
		default:
			return nil
		}
	}
	return &Stub{Reason: "its body is empty", Pos: f.Key}
}

// onlyCalls reports whether every call of the function is a logger's or one
// that allowed accepts.
func onlyCalls(f *Function, allowed func(*types.Func) bool) bool {
	for _, b := range f.SSA.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			fn := Callee(call.Common())
			if fn == nil || !isLogging(fn) && (allowed == nil || !allowed(fn)) && fn.FullName() != "fmt.Errorf" && fn.FullName() != "errors.New" && fn.FullName() != "fmt.Sprintf" {
				return false
			}
		}
	}
	return true
}

var loggers = regexp.MustCompile(`^(log|log/slog|github\.com/sirupsen/logrus|go\.uber\.org/zap|github\.com/rs/zerolog)(/|$)`)

func isLogging(fn *types.Func) bool { return fn.Pkg() != nil && loggers.MatchString(fn.Pkg().Path()) }

func lastResult(fn *types.Func) types.Type {
	res := fn.Signature().Results()
	if res.Len() == 0 {
		return nil
	}
	return res.At(res.Len() - 1).Type()
}

// constantText is the text of a constant string, through conversions and the
// error that is made from it.
func constantText(v ssa.Value) string {
	for range 5 {
		switch x := v.(type) {
		case *ssa.Const:
			if x.Value != nil && x.Value.Kind() == constant.String {
				return constant.StringVal(x.Value)
			}
			return ""
		case *ssa.MakeInterface:
			v = x.X
		case *ssa.ChangeInterface:
			v = x.X
		case *ssa.ChangeType:
			v = x.X
		case *ssa.Call:
			if len(x.Call.Args) == 0 {
				return ""
			}
			v = x.Call.Args[0]
		default:
			return ""
		}
	}
	return ""
}

// Arg is argument i of a call, not counting the receiver; nil where there is none.
func Arg(call *ssa.CallCommon, i int) ssa.Value {
	if i < 0 {
		return nil
	}
	if !call.IsInvoke() && call.Signature().Recv() != nil {
		i++
	}
	if i >= len(call.Args) {
		return nil
	}
	return call.Args[i]
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

func posOf(instr ssa.Instruction, f *Function) token.Pos {
	if p := instr.Pos(); p.IsValid() {
		return p
	}
	return f.Key
}
