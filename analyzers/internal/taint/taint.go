// Package taint follows request input to places where text becomes something
// else: a query, a command, a path, an address, markup, a log line. It follows
// assignments, concatenation, formatting and calls of the module's own
// functions (by facts about which parameter reaches which sink), and gives up
// rather than guess: a value that was tested in a condition is not input any more.
package taint

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Sinks is the fact about a function whose parameters reach sinks.
type Sinks struct{ Entries []Entry }

// Entry says that parameter Param reaches a sink of a kind.
type Entry struct {
	Param int
	Kind  Kind
	// Where is the call at the end, as a message names it.
	Where string
}

// AFact marks Sinks as a fact.
func (*Sinks) AFact() {}

// String is for debugging.
func (*Sinks) String() string { return "sinks" }

// Analyzer finds the flows of a package. It has no rule; its result is a *Result.
var Analyzer = &analysis.Analyzer{
	Name: "taint", Doc: "follow request input to where text becomes something else", Run: run,
	FactTypes: []analysis.Fact{new(Sinks)}, ResultType: reflect.TypeFor[*Result](),
}

// Result lists what reaches the sinks of a package.
type Result struct{ Sites []Site }

// Of lists the sites of one kind.
func (r *Result) Of(kind Kind) []Site {
	return slices.DeleteFunc(slices.Clone(r.Sites), func(s Site) bool { return s.Kind != kind })
}

// Site is a sink, or a call that hands text to one.
type Site struct {
	Kind Kind
	Call *ast.CallExpr
	// Verdict is what reaches it.
	Verdict Verdict
	// Origin is where the text comes from, as written; for Input the request read.
	Origin ast.Expr
	// Through names the sink where the call only hands on; empty for the sink itself.
	Through string
}

// Verdict is what is known of a text, from the best to the worst.
type Verdict int

const (
	// Safe text is constant, checked, or of a form that can do no harm.
	Safe Verdict = iota
	// Unknown text comes from where the analysis does not look.
	Unknown
	// Given text is a parameter: the callers decide.
	Given
	// Input text comes from the request, unchecked.
	Input
)

func run(pass *analysis.Pass) (any, error) {
	r := &Result{}
	known := map[*types.Func]*Sinks{}
	globals := initial(pass)
	for range 3 { // functions that call functions with sinks; deeper chains are cut
		r.Sites = nil
		before := count(known)
		for f := range source.Functions(pass) {
			function(pass, r, f, known, globals)
		}
		if count(known) == before {
			break
		}
	}
	for fn, s := range known {
		pass.ExportObjectFact(fn, s)
	}
	return r, nil
}

func count(known map[*types.Func]*Sinks) int {
	n := 0
	for _, s := range known {
		n += len(s.Entries)
	}
	return n
}

// initial maps package variables to what they are declared as.
func initial(pass *analysis.Pass) map[types.Object]ast.Expr {
	values := map[types.Object]ast.Expr{}
	for _, f := range pass.Files {
		for _, d := range f.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, spec := range gen.Specs {
				if vs := spec.(*ast.ValueSpec); len(vs.Names) == len(vs.Values) {
					for i, id := range vs.Names {
						values[pass.TypesInfo.Defs[id]] = vs.Values[i]
					}
				}
			}
		}
	}
	return values
}

func function(pass *analysis.Pass, r *Result, f source.Func, known map[*types.Func]*Sinks, globals map[types.Object]ast.Expr) {
	v := newValues(pass, f)
	v.globals = globals
	fn := declared(pass, f)
	note := func(kind Kind, param int, where string) {
		if fn == nil || param < 0 {
			return
		}
		if known[fn] == nil {
			known[fn] = &Sinks{}
		}
		e := Entry{param, kind, where}
		if !slices.ContainsFunc(known[fn].Entries, func(o Entry) bool { return o.Param == param && o.Kind == kind }) {
			known[fn].Entries = append(known[fn].Entries, e)
		}
	}
	for call := range source.Calls(f.Body) {
		for _, s := range sinksOf(pass.TypesInfo, v.scope, call) {
			got := v.of(s.arg, s.kind)
			r.Sites = append(r.Sites, Site{s.kind, call, got.verdict, got.origin, ""})
			note(s.kind, got.param, source.Callee(call))
		}
		for _, e := range entries(pass, web.Callee(pass.TypesInfo, call), known) {
			if e.Param >= len(call.Args) {
				continue
			}
			got := v.of(call.Args[e.Param], e.Kind)
			if got.verdict == Input {
				r.Sites = append(r.Sites, Site{e.Kind, call, Input, got.origin, e.Where})
			}
			note(e.Kind, got.param, e.Where)
		}
	}
}

// declared is the function's object; nil for literals.
func declared(pass *analysis.Pass, f source.Func) *types.Func {
	if f.Decl == nil {
		return nil
	}
	fn, _ := pass.TypesInfo.Defs[f.Decl.Name].(*types.Func)
	return fn
}

func entries(pass *analysis.Pass, fn *types.Func, known map[*types.Func]*Sinks) []Entry {
	if fn == nil || fn.Pkg() == nil {
		return nil
	}
	if s := known[fn]; s != nil {
		return s.Entries
	}
	var s Sinks
	if fn.Pkg() != pass.Pkg && source.SameModule(pass, fn.Pkg()) && pass.ImportObjectFact(fn, &s) {
		return s.Entries
	}
	return nil
}

// value is what is known of an expression.
type value struct {
	verdict Verdict
	origin  ast.Expr
	// param is the index of the parameter behind Given text; -1 otherwise.
	param int
}

var safe = value{Safe, nil, -1}

func unknown(e ast.Expr) value { return value{Unknown, e, -1} }

func worse(a, b value) value {
	if b.verdict > a.verdict {
		return b
	}
	return a
}

// values evaluates the expressions of one function.
type values struct {
	pass  *analysis.Pass
	f     source.Func
	scope *web.Scope
	// sets are all values that a variable is given; filled are the variables that
	// a decoder fills with the request; tested those that a condition looks at.
	sets   map[types.Object][]ast.Expr
	filled map[types.Object]*ast.CallExpr
	tested map[types.Object]bool
	params map[types.Object]int
	// globals are the initial values of package variables.
	globals map[types.Object]ast.Expr
	seen    map[types.Object]bool
	depth   int
}

func newValues(pass *analysis.Pass, f source.Func) *values {
	v := &values{
		pass: pass, f: f, sets: map[types.Object][]ast.Expr{}, filled: map[types.Object]*ast.CallExpr{},
		tested: map[types.Object]bool{}, params: map[types.Object]int{}, seen: map[types.Object]bool{},
	}
	var root ast.Node = f.Body
	if f.Outer != nil {
		root = f.Outer // a literal sees the variables around it
	}
	v.scope = web.NewScope(pass.TypesInfo, root)
	for i, id := range f.Params() {
		if id != nil {
			v.params[pass.TypesInfo.Defs[id]] = i
		}
	}
	ast.Inspect(root, v.collect)
	return v
}

func (v *values) collect(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, lhs := range n.Lhs {
			if id, ok := lhs.(*ast.Ident); ok {
				obj := v.pass.TypesInfo.ObjectOf(id)
				v.sets[obj] = append(v.sets[obj], n.Rhs[min(i, len(n.Rhs)-1)])
			}
		}
	case *ast.ValueSpec:
		for i, id := range n.Names {
			if len(n.Values) > 0 {
				obj := v.pass.TypesInfo.ObjectOf(id)
				v.sets[obj] = append(v.sets[obj], n.Values[min(i, len(n.Values)-1)])
			}
		}
	case *ast.RangeStmt:
		for _, e := range []ast.Expr{n.Key, n.Value} {
			if id, ok := e.(*ast.Ident); ok {
				obj := v.pass.TypesInfo.ObjectOf(id)
				v.sets[obj] = append(v.sets[obj], n.X)
			}
		}
	case *ast.IfStmt:
		v.test(n.Cond)
	case *ast.SwitchStmt:
		if n.Tag != nil {
			v.test(n.Tag)
		} else {
			for _, c := range n.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					v.test(e)
				}
			}
		}
	case *ast.CallExpr:
		v.call(n)
	}
	return true
}

// test notes what a condition looks at. Whether something is there at all says
// nothing of what it is.
func (v *values) test(cond ast.Expr) {
	ast.Inspect(cond, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if (n.Op == token.EQL || n.Op == token.NEQ || n.Op == token.GTR) && (isEmpty(v.pass, n.Y) || isEmpty(v.pass, n.X)) {
				return false
			}
		case *ast.Ident:
			if obj := v.pass.TypesInfo.ObjectOf(n); obj != nil {
				v.tested[obj] = true
			}
		}
		return true
	})
}

func isEmpty(pass *analysis.Pass, e ast.Expr) bool {
	tv := pass.TypesInfo.Types[e]
	return tv.IsNil() || tv.Value != nil && (tv.Value.ExactString() == `""` || tv.Value.ExactString() == "0")
}

// call notes what decoders fill, and what is written to builders.
func (v *values) call(call *ast.CallExpr) {
	if in, ok := v.scope.Input(call); ok && in.Into != nil {
		if obj := source.Object(v.pass.TypesInfo, in.Into); obj != nil {
			v.filled[obj] = call
		}
		return
	}
	switch web.Name(web.Callee(v.pass.TypesInfo, call)) {
	case "strings.Builder.WriteString", "bytes.Buffer.WriteString":
		if obj := source.Object(v.pass.TypesInfo, web.Receiver(call)); obj != nil {
			v.sets[obj] = append(v.sets[obj], call.Args[0])
		}
	case "fmt.Fprintf", "fmt.Fprint", "fmt.Fprintln":
		if obj := source.Object(v.pass.TypesInfo, call.Args[0]); obj != nil {
			v.sets[obj] = append(v.sets[obj], call.Args[1:]...)
		}
	}
}
