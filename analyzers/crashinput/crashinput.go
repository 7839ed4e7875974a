// Package crashinput reports expressions that panic on what a client sends.
package crashinput

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/requests"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/ssaform"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: no input makes the code panic.
var Rule = rule.Rule{
	ID: "crash-on-input", Title: "request input can make an expression panic", Section: rule.Errors, Severity: rule.Major, Since: "1.0.0",
	Supports: []rule.Section{rule.Production, rule.Security},
	Why:      "A client that leaves out a word, a field or an element gets a broken connection or a bare 500 where 400 is due; in a goroutine of its own the whole service ends.",
	Fix:      "Look at the length, the type (v, ok := x.(T)) or the divisor first, and answer 400.",
	Limits: "Judged are indexes, slices, type assertions and integer divisions on values that are followed back to the request within the package. Any comparison of a number counts as a check of it. " +
		"A function that recovers by itself is let be; recovery in middleware is not, since the answer is then still no 4xx. Undecided are values that a function of unknown worth, a validator's tag, " +
		"the route's pattern or an authenticating middleware may have checked, and assertions on values of a request's context or on claims of a token, unless what sets them stands in the package or in one that it imports.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "crashinput", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires:  []*analysis.Analyzer{ssaform.Analyzer, requests.Analyzer},
	FactTypes: []analysis.Fact{new(Sets)},
}

func run(pass *analysis.Pass) (any, error) {
	j := newJudge(pass)
	for _, fn := range j.funcs {
		if !j.judged(fn) || recovers(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				j.instruction(b, instr)
			}
		}
	}
	return j.report.Result()
}

// judge looks at one package.
type judge struct {
	pass    *analysis.Pass
	report  *diag.Reporter
	files   []*ast.File
	reached *requests.Result
	funcs   []*ssa.Function
	callers map[*ssa.Function][]*ssa.Call
	// written are the expressions by the position that instructions have.
	written map[token.Pos]ast.Expr
	// set are the context values and claims that this package and the ones that it
	// imports set.
	set []Value
}

func newJudge(pass *analysis.Pass) *judge {
	j := &judge{
		pass: pass, report: diag.New(pass, Rule), files: diag.Files(pass), reached: pass.ResultOf[requests.Analyzer].(*requests.Result),
		funcs: pass.ResultOf[ssaform.Analyzer].(*buildssa.SSA).SrcFuncs, callers: map[*ssa.Function][]*ssa.Call{}, written: map[token.Pos]ast.Expr{},
	}
	for _, fn := range j.funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(*ssa.Call); ok && call.Call.StaticCallee() != nil {
					j.callers[call.Call.StaticCallee()] = append(j.callers[call.Call.StaticCallee()], call)
				}
			}
		}
	}
	for _, f := range j.files {
		ast.Inspect(f, j.index)
	}
	j.set = j.sets()
	return j
}

func (j *judge) index(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IndexExpr:
		j.written[n.Lbrack] = n
	case *ast.SliceExpr:
		j.written[n.Lbrack] = n
	case *ast.TypeAssertExpr:
		j.written[n.Lparen] = n
	case *ast.BinaryExpr:
		j.written[n.OpPos] = n
	}
	return true
}

// judged says whether a function is hand-written and not a test.
func (j *judge) judged(fn *ssa.Function) bool {
	for _, f := range j.files {
		if f.FileStart <= fn.Pos() && fn.Pos() <= f.FileEnd {
			return true
		}
	}
	return false
}

// recovers knows functions that defer a function literal with recover in it.
func recovers(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			d, ok := instr.(*ssa.Defer)
			if !ok {
				continue
			}
			if callee := d.Call.StaticCallee(); callee != nil && callsRecover(callee) {
				return true
			}
		}
	}
	return fn.Parent() != nil && recovers(fn.Parent())
}

func callsRecover(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if builtin, ok := call.Call.Value.(*ssa.Builtin); ok && builtin.Name() == "recover" {
					return true
				}
			}
		}
	}
	return false
}

// instruction judges what may panic.
func (j *judge) instruction(b *ssa.BasicBlock, instr ssa.Instruction) {
	switch x := instr.(type) {
	case *ssa.IndexAddr:
		j.element(b, x.Pos(), x.X, x.Index)
	case *ssa.Index:
		j.element(b, x.Pos(), x.X, x.Index)
	case *ssa.Lookup:
		if source.IsString(x.X.Type()) {
			j.element(b, x.Pos(), x.X, x.Index)
		}
	case *ssa.Slice:
		for _, bound := range []ssa.Value{x.Low, x.High} {
			if bound != nil {
				j.bound(b, x, bound)
			}
		}
	case *ssa.BinOp:
		if (x.Op == token.QUO || x.Op == token.REM) && isInteger(x.Type()) && constant(x.Y) == nil {
			j.site(b, x.Pos(), x.Y, 0, "divides by %s, which can be zero: refuse zero first")
		}
	case *ssa.TypeAssert:
		if !x.CommaOk {
			j.assertion(b, x)
		}
	}
}

func isInteger(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// element judges x[i]: a constant place in input, or a place of the client's choice.
func (j *judge) element(b *ssa.BasicBlock, pos token.Pos, x, i ssa.Value) {
	if _, made := x.(*ssa.Alloc); made && constant(i) != nil {
		return // an array, whose length the compiler knows
	}
	if n := constant(i); n != nil {
		j.site(b, pos, x, int(*n)+1, "panics where %s has no such element: look at the length first")
		return
	}
	if isParsed(i) {
		j.site(b, pos, i, 0, "takes its index from %s unchecked: compare it with the length first")
	}
}

// bound judges one bound of x[low:high].
func (j *judge) bound(b *ssa.BasicBlock, x *ssa.Slice, bound ssa.Value) {
	if n := constant(bound); n != nil {
		if *n > 0 {
			j.site(b, x.Pos(), x.X, int(*n), "panics where %s is shorter: look at the length first")
		}
		return
	}
	if isParsed(bound) || bound == x.High && isSearch(bound) {
		j.site(b, x.Pos(), bound, 0, "takes its bound from %s unchecked: compare it first")
	}
}

// site judges an operand: a value with at least need elements, or for need 0 a
// number that is compared at all.
func (j *judge) site(b *ssa.BasicBlock, pos token.Pos, operand ssa.Value, need int, message string) {
	at := j.written[pos]
	if at == nil {
		return // made by the compiler
	}
	d := j.trace(operand, b, need, 0)
	switch {
	case d.from == nil:
	case d.proven:
		j.report.Examine(Rule, 1)
	case d.doubt != "":
		j.report.Undecided(Rule, at, source.Text(at)+" may panic on "+d.from.what+": "+d.doubt)
	default:
		j.report.Report(Rule, at, nil, "%s "+message, source.Text(at), d.from.what)
	}
}
