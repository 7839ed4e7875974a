// Package taint follows request input to places where text becomes something
// else: a query, a command, a path, an address, markup, a log line. It asks
// backwards, from the sink: of what is this text made? The answer follows
// assignments, fields, maps, builders, closures and calls, within the package
// by looking into them, into other packages of the module by facts. Types that
// cannot carry text, functions that make it harmless and checks that stand on
// every way to the sink end the search.
package taint

import (
	"go/ast"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/ssaform"
	"github.com/backend-conformance/conformance/report/rule"
)

// Analyzer reports Rules.
var Analyzer = &analysis.Analyzer{
	Name: "taint", Doc: "request input reaches a place where text becomes something else\n\nIt follows input through calls, fields and packages of the module.",
	URL: SQLRule.URL(), Run: run, ResultType: diag.ResultType,
	Requires:  []*analysis.Analyzer{ssaform.Analyzer},
	FactTypes: []analysis.Fact{new(Flow)},
}

// Flow is the fact about a function of another package: where its parameters
// go and what its results are made of.
type Flow struct {
	Sinks   []Sink
	Results []Result
}

// AFact marks Flow as a fact.
func (*Flow) AFact() {}

// String is for debugging.
func (*Flow) String() string { return "flow" }

// Sink says that a parameter, or a field of it, reaches a sink.
type Sink struct {
	// Param counts the receiver as parameter 0.
	Param int
	// Path is the field, dotted; empty for the parameter itself.
	Path string
	Kind Kind
	// Where names the call at the end.
	Where string
}

// Result says what a result is made of.
type Result struct {
	// Index is the result; -1-n stands for what parameter n points to afterwards.
	Index int
	// Field is the field of the result for which this holds; empty for the whole.
	Field string
	// Kind is the sink for which this holds: what is harmless in a path may harm in a page.
	Kind Kind
	// Param and Path are the parameter that it is made of; Param is -1 for request input.
	Param int
	Path  string
}

// verdict is what reaches a sink, from the best to the worst.
type verdict int

const (
	clean   verdict = iota // constants, harmless types, checked on every way
	open                   // the callers decide, or the origin is out of sight
	doubted                // input that is tested in a way that cannot be judged
	tainted                // input, unchecked
)

// site is a sink in this package, or a call that hands text to one in another.
type site struct {
	sink
	fn      *ssa.Function
	instr   ssa.Instruction
	verdict verdict
	trace   *node
	// made says that the text is put together, so that an origin out of sight matters.
	made bool
}

// tracker analyses one package.
type tracker struct {
	pass    *analysis.Pass
	files   []*ast.File
	funcs   []*ssa.Function // as written
	all     []*ssa.Function // with the one that sets package-level variables
	sites   []*site
	callers map[*ssa.Function][]ssa.CallInstruction
	methods map[string][]*ssa.Function
	// flows are the sinks that parameters of this package's functions reach.
	flows   map[*ssa.Function][]flow
	results map[resultKey]*outcome
	globals map[*ssa.Global][]ssa.Instruction
	checks  map[checkKey]*judged
	origins map[ssa.Value]map[place]derivation
	looked  map[*ssa.Function]map[place]bool
	// stored are the forms of the paths to which the package writes input.
	stored map[string]bool
}

// flow is a parameter that reaches a site.
type flow struct {
	param int
	path  string
	at    *site
	trace *node
}

func run(pass *analysis.Pass) (any, error) {
	t := newTracker(pass)
	for _, fn := range t.funcs {
		if !t.judged(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				for _, s := range t.sinks(instr) {
					t.open(fn, instr, s)
				}
			}
		}
	}
	t.export()
	return t.report()
}

func newTracker(pass *analysis.Pass) *tracker {
	in := pass.ResultOf[ssaform.Analyzer].(*buildssa.SSA)
	t := &tracker{
		pass: pass, files: diag.Files(pass), funcs: in.SrcFuncs, callers: map[*ssa.Function][]ssa.CallInstruction{}, methods: map[string][]*ssa.Function{},
		flows: map[*ssa.Function][]flow{}, results: map[resultKey]*outcome{}, globals: map[*ssa.Global][]ssa.Instruction{},
		checks: map[checkKey]*judged{}, origins: map[ssa.Value]map[place]derivation{}, looked: map[*ssa.Function]map[place]bool{},
	}
	all := in.SrcFuncs
	if initial := in.Pkg.Func("init"); initial != nil {
		all = append([]*ssa.Function{initial}, all...) // package-level variables get their values there
	}
	t.all = all
	for _, fn := range all {
		if fn.Signature.Recv() != nil {
			t.methods[fn.Name()] = append(t.methods[fn.Name()], fn)
		}
	}
	for _, fn := range all {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				t.index(instr)
			}
		}
	}
	return t
}

// index notes who calls whom, and where package-level variables are used.
func (t *tracker) index(instr ssa.Instruction) {
	if call, ok := instr.(ssa.CallInstruction); ok {
		for _, callee := range t.callees(call.Common()) {
			t.callers[callee] = append(t.callers[callee], call)
		}
	}
	for _, op := range instr.Operands(nil) {
		if g, ok := (*op).(*ssa.Global); ok {
			t.globals[g] = append(t.globals[g], instr)
		}
	}
}

// judged says whether a function's own sinks are reported: hand-written code
// that is not a test.
func (t *tracker) judged(fn *ssa.Function) bool {
	for _, f := range t.files {
		if f.FileStart <= fn.Pos() && fn.Pos() <= f.FileEnd {
			return true
		}
	}
	return false
}

// open searches for what reaches a sink; a parameter sends the search to the callers.
func (t *tracker) open(fn *ssa.Function, instr ssa.Instruction, s sink) {
	at := &site{sink: s, fn: fn, instr: instr}
	t.sites = append(t.sites, at)
	for _, v := range s.values {
		t.settle(at, fn, t.search(place{v, s.path}, instr.Block(), s.kind), nil)
	}
}

// settle takes the outcome of a search into the site, and hands parameters on.
func (t *tracker) settle(at *site, fn *ssa.Function, out *outcome, onward *node) {
	v := out.verdict()
	at.made = at.made || out.made
	if v > at.verdict {
		at.verdict, at.trace = v, joined(out.trace, onward)
	}
	for _, p := range out.params {
		t.hand(fn, flow{p.index, p.path, at, joined(p.trace, onward)})
	}
}

// flowLimit bounds how many fields and parameters of one function are followed.
const flowLimit = 40

func (t *tracker) hand(fn *ssa.Function, f flow) {
	for _, known := range t.flows[fn] {
		if known.param == f.param && known.path == f.path && known.at == f.at {
			return
		}
	}
	if len(t.flows[fn]) >= flowLimit {
		return
	}
	t.flows[fn] = append(t.flows[fn], f)
	for _, call := range t.callers[fn] {
		args := ssavalue.Operands(call.Common())
		if f.param >= len(args) {
			continue
		}
		out := t.search(place{args[f.param], f.path}, call.Block(), f.at.kind)
		t.settle(f.at, call.Parent(), out, &node{place: place{fn.Params[f.param], f.path}, next: f.trace})
	}
}

// Rules are the rules that the analyzer reports.
func Rules() []rule.Rule {
	return []rule.Rule{SQLRule, CommandRule, PathRule, URLRule, RedirectRule, HTMLRule, LogRule, UploadRule}
}
