// Package behaviour reads, function by function, what code does with a request:
// what it takes out of it, what it answers, whose credentials it looks at,
// whether it is a stub. A handler's behaviour is the union over what it calls;
// that union needs the whole module and is built by the checks.
package behaviour

import (
	"go/token"
	"go/types"
	"reflect"
	"sort"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssaform"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Analyzer summarises every function of a package. It reports nothing.
var Analyzer = &analysis.Analyzer{
	Name: "behaviour",
	Doc: "summarise what functions do with a request\n\n" +
		"Reads, answers, credentials, validation and stubs, function by function; other checks build on it.",
	Requires:   []*analysis.Analyzer{ssaform.Analyzer},
	ResultType: reflect.TypeFor[*Result](),
	Run:        run,
}

// Result holds the functions of one package, by position.
type Result struct {
	Functions []*Function
}

// Function is one declaration or literal.
type Function struct {
	// Key is the position of the declaration's name or of the literal.
	Key token.Pos
	// Name is types.Func.FullName of a declaration; empty for a literal.
	Name string
	// Pkg is the package that it belongs to.
	Pkg *types.Package
	// SSA is the body. Functions of other packages have none there.
	SSA *ssa.Function
	// Ops are the calls that mean something to a request.
	Ops map[ssa.CallInstruction]Op
	// Stub says that the function only pretends; nil for real ones.
	Stub *Stub
}

// Op is what one call does. Exactly one of the fields is set.
type Op struct {
	Read       *web.Read
	Write      *web.Write
	Context    *Context
	Credential *Credential
	Validate   *Validate
	// Stop ends the chain without an answer of its own.
	Stop bool
}

// Read and Write are the rows of the frameworks' tables.
type (
	Read  = web.Read
	Write = web.Write
)

func run(pass *analysis.Pass) (any, error) {
	res := &Result{}
	if len(pass.Files) == 0 {
		return res, nil
	}
	built := pass.ResultOf[ssaform.Analyzer].(*buildssa.SSA)
	for _, fn := range sources(built) {
		res.Functions = append(res.Functions, summarise(fn))
	}
	markStubs(pass, res)
	sort.SliceStable(res.Functions, func(i, j int) bool { return res.Functions[i].Key < res.Functions[j].Key })
	return res, nil
}

// sources are the functions with a body: declarations, and literals including
// those that initialise package variables.
func sources(built *buildssa.SSA) []*ssa.Function {
	fns := append([]*ssa.Function(nil), built.SrcFuncs...)
	var addLiterals func(*ssa.Function)
	addLiterals = func(fn *ssa.Function) {
		for _, lit := range fn.AnonFuncs {
			fns = append(fns, lit)
			addLiterals(lit)
		}
	}
	if init := built.Pkg.Func("init"); init != nil {
		addLiterals(init)
	}
	return fns
}

func summarise(fn *ssa.Function) *Function {
	f := &Function{Key: fn.Pos(), Pkg: fn.Pkg.Pkg, SSA: fn, Ops: map[ssa.CallInstruction]Op{}}
	if obj, ok := fn.Object().(*types.Func); ok {
		f.Name = obj.FullName()
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if op, ok := operation(call.Common()); ok {
				f.Ops[call] = op
			}
		}
	}
	return f
}

// Callee is the declared function or interface method that a call names; nil
// for function values and built-ins.
func Callee(call *ssa.CallCommon) *types.Func {
	if call.IsInvoke() {
		return call.Method
	}
	if fn := call.StaticCallee(); fn != nil {
		if origin := fn.Origin(); origin != nil {
			fn = origin
		}
		obj, _ := fn.Object().(*types.Func)
		return obj
	}
	return nil
}

// IsHandler reports whether a function of this signature gets a request and the
// means to answer it.
func IsHandler(sig *types.Signature) bool {
	_, ok := web.IsHandler(sig)
	return ok
}

// IsRequest reports whether t is a request or a framework's context.
func IsRequest(t types.Type) bool { return web.IsRequest(t) }

// IsAnswer reports whether answers can be written to a value of type t.
func IsAnswer(t types.Type) bool { return web.IsAnswer(t) }

// TypeName is a named type's name, through pointers and without major version.
func TypeName(t types.Type) string { return web.TypeName(t) }

// FuncName is a function's name without major version and pointer receiver.
func FuncName(fn *types.Func) string { return web.Name(fn) }

// Place is where in a request a value stands.
type Place = web.Place

// The places of a request.
const (
	Path   = web.Path
	Query  = web.Query
	Header = web.Header
	Cookie = web.Cookie
	Form   = web.Form
	Body   = web.Body
	Many   = web.Many
)

// The parts of an answer that a call can write.
const (
	StatusPart = web.Status
	PiecePart  = web.Piece
	WholePart  = web.Whole
	ValuePart  = web.Value
	Next       = web.Next
)

// Part is how much of an answer a call writes.
type Part = web.Part

// ContinuesUnanswered reports whether the chain of a handler of this signature
// goes on when it returns without having answered (beego's filters).
func ContinuesUnanswered(sig *types.Signature) bool {
	k, ok := web.IsHandler(sig)
	return ok && k.Framework == "beego"
}

// ContinuesByItself reports whether the chain of a handler of this signature
// goes on when it returns without stopping it (gin and those made after it).
func ContinuesByItself(sig *types.Signature) bool {
	k, ok := web.IsHandler(sig)
	return ok && (k.Framework == web.Gin || k.Framework == web.Hertz)
}
