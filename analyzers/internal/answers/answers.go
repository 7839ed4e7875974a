// Package answers knows which functions of the module answer a request on their
// caller's behalf (respondError(w, 404, "not found")): the table of frameworks,
// extended by facts about the module's own helpers.
package answers

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"regexp"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/cfg"

	"github.com/backend-conformance/conformance/analyzers/internal/flow"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Helper is the fact about a function that answers through a parameter.
type Helper struct {
	// To is the index of the parameter that is written to.
	To int
	// Always says that every path through the function answers.
	Always bool
	// Status is the index of the parameter that is the status, -1 where none is.
	Status int
	// Fixed is the status of all its answers; 0 where they differ or it is not known.
	Fixed int
	// Sets says that it sets a status of its own, known or not.
	Sets bool
	// Errors says that all its answers are errors: 400 and above, or a status
	// that is found for the error that it is given.
	Errors bool
	// Body lists the parameters whose text goes into the body.
	Body []int
}

// AFact marks Helper as a fact.
func (*Helper) AFact() {}

// String is for tests and debugging.
func (h *Helper) String() string { return "answers" }

// Analyzer finds the helpers of a package. It has no rule; its result is a
// *Result.
var Analyzer = &analysis.Analyzer{
	Name: "answers", Doc: "find functions that answer a request for their caller",
	Requires: []*analysis.Analyzer{flow.Analyzer}, Run: run,
	FactTypes: []analysis.Fact{new(Helper)}, ResultType: reflect.TypeFor[*Result](),
}

// Result answers questions about calls in one package.
type Result struct {
	pass    *analysis.Pass
	helpers map[*types.Func]*Helper
	graphs  *flow.Graphs
}

// Graph is the control flow of a function; nil where there is none.
func (r *Result) Graph(f source.Func) *cfg.CFG {
	return r.graphs.Of(f)
}

// Answer is a call that answers, directly or through a helper.
type Answer struct {
	web.Answer
	// Helper is the fact where the call goes through the module's own function.
	Helper *Helper
}

// Certain says that the call answers on every path.
func (a Answer) Certain() bool { return a.Helper == nil || a.Helper.Always }

// IsError says that the answer is known to be an error.
func (a Answer) IsError() bool {
	return a.Code >= 400 || a.Helper != nil && a.Helper.Errors && a.Code == 0
}

// SetsStatus says that the call decides the status, known or not.
func (a Answer) SetsStatus() bool {
	return a.CodeExpr != nil || a.Fixed != 0 || a.Helper != nil && a.Helper.Sets
}

// Of reports whether a call answers.
func (r *Result) Of(scope *web.Scope, call *ast.CallExpr) (Answer, bool) {
	if a, ok := scope.Answer(call); ok {
		return Answer{Answer: a}, true
	}
	h := r.helper(web.Callee(r.pass.TypesInfo, call))
	if h == nil || h.To >= len(call.Args) {
		return Answer{}, false
	}
	a := web.Answer{
		Write: web.Write{Part: web.Whole, To: h.To, Status: h.Status, Fixed: h.Fixed, Body: -1, Encoding: "helper"},
		Call:  call, Target: call.Args[h.To], Code: h.Fixed,
	}
	if h.Status >= 0 && h.Status < len(call.Args) {
		a.CodeExpr = call.Args[h.Status]
		a.Code = scope.Int(a.CodeExpr)
	}
	for _, i := range h.Body {
		if i < len(call.Args) {
			a.Bodies = append(a.Bodies, call.Args[i])
		}
	}
	return Answer{Answer: a, Helper: h}, true
}

func (r *Result) helper(fn *types.Func) *Helper {
	if fn == nil {
		return nil
	}
	if h := r.helpers[fn]; h != nil {
		return h
	}
	h := new(Helper)
	if fn.Pkg() != r.pass.Pkg && source.SameModule(r.pass, fn.Pkg()) && r.pass.ImportObjectFact(fn, h) {
		return h
	}
	return nil
}

func run(pass *analysis.Pass) (any, error) {
	r := &Result{pass: pass, helpers: map[*types.Func]*Helper{}, graphs: pass.ResultOf[flow.Analyzer].(*flow.Graphs)}
	for range 4 { // helpers that call helpers; deeper chains are rare
		before := len(r.helpers)
		for _, f := range pass.Files {
			for _, d := range f.Decls {
				if decl, ok := d.(*ast.FuncDecl); ok && decl.Body != nil {
					r.learn(decl)
				}
			}
		}
		if len(r.helpers) == before {
			break
		}
	}
	for fn, h := range r.helpers {
		pass.ExportObjectFact(fn, h)
	}
	return r, nil
}

func (r *Result) learn(decl *ast.FuncDecl) {
	fn, ok := r.pass.TypesInfo.Defs[decl.Name].(*types.Func)
	if !ok {
		return
	}
	to := slices.IndexFunc(slices.Collect(fn.Signature().Params().Variables()), func(v *types.Var) bool { return web.IsAnswer(v.Type()) })
	if to < 0 {
		return
	}
	target := fn.Signature().Params().At(to)
	scope := web.NewScope(r.pass.TypesInfo, decl)
	var answers []Answer
	for call := range source.Calls(decl.Body) {
		if a, ok := r.Of(scope, call); ok && a.Part != web.Next && a.Part != web.Value && r.root(scope, a.Target) == target {
			answers = append(answers, a)
		}
	}
	if len(answers) == 0 {
		return
	}
	r.helpers[fn] = r.summarise(fn, decl, to, scope, answers)
}

// root is the variable behind an expression that is written to: w, c.Writer,
// ctx.Response().
func (r *Result) root(scope *web.Scope, e ast.Expr) types.Object {
	for {
		switch x := scope.Resolve(e).(type) {
		case *ast.Ident:
			return r.pass.TypesInfo.ObjectOf(x)
		case *ast.SelectorExpr:
			e = x.X
		case *ast.CallExpr:
			if e = web.Receiver(x); e == nil {
				return nil
			}
		default:
			return nil
		}
	}
}

// Root is the variable behind an expression that answers are written to.
func (r *Result) Root(scope *web.Scope, e ast.Expr) types.Object {
	if e == nil {
		return nil
	}
	return r.root(scope, e)
}

func (r *Result) summarise(fn *types.Func, decl *ast.FuncDecl, to int, scope *web.Scope, answers []Answer) *Helper {
	params := slices.Collect(fn.Signature().Params().Variables())
	index := func(e ast.Expr) int {
		obj := source.Object(r.pass.TypesInfo, e)
		return slices.IndexFunc(params, func(v *types.Var) bool { return obj != nil && v == obj })
	}
	h := &Helper{To: to, Status: -1, Errors: true, Always: r.always(decl, scope)}
	codes := map[int]bool{}
	reports := r.reportsError(params, decl)
	var deciding int
	for _, a := range answers {
		for _, body := range a.Bodies {
			for leaf := range Text(r.pass.TypesInfo, scope, body) {
				if i := index(leaf.Expr); i >= 0 && !slices.Contains(h.Body, i) {
					h.Body = append(h.Body, i)
				}
			}
		}
		if !a.SetsStatus() {
			continue
		}
		deciding++
		codes[a.Code] = true
		if a.CodeExpr != nil {
			if i := index(a.CodeExpr); i >= 0 {
				h.Status = i
			}
		}
		h.Errors = h.Errors && (a.IsError() || a.Code == 0 && reports)
	}
	for i, v := range params {
		if isErrors(v.Type()) && !slices.Contains(h.Body, i) && r.prints(decl, v) {
			h.Body = append(h.Body, i)
		}
	}
	slices.Sort(h.Body)
	h.Sets = deciding > 0
	h.Errors = h.Errors && deciding > 0 && (h.Status < 0 || reports)
	if len(codes) == 1 && h.Status < 0 {
		for code := range codes {
			h.Fixed = code
		}
	}
	return h
}

// isErrors knows []error.
func isErrors(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	return ok && web.IsError(s.Elem())
}

// prints knows "for i, err := range errs { body[i] = err.Error() }", which puts
// the texts of a list of errors into what is sent.
func (r *Result) prints(decl *ast.FuncDecl, list *types.Var) bool {
	found := false
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		loop, ok := n.(*ast.RangeStmt)
		if !ok || loop.Value == nil || source.Object(r.pass.TypesInfo, loop.X) != list {
			return !found
		}
		value := source.Object(r.pass.TypesInfo, loop.Value)
		ast.Inspect(loop.Body, func(n ast.Node) bool {
			if as, ok := n.(*ast.AssignStmt); ok {
				for call := range source.Calls(as) {
					sel, ok := call.Fun.(*ast.SelectorExpr)
					found = found || ok && sel.Sel.Name == "Error" && source.Object(r.pass.TypesInfo, sel.X) == value
				}
			}
			return !found
		})
		return !found
	})
	return found
}

// reportsError knows fail(w, r, err), which finds a status for the error that it
// is given. One that also takes something to send, or asks whether there is an
// error at all, answers successes too.
func (r *Result) reportsError(params []*types.Var, decl *ast.FuncDecl) bool {
	i := slices.IndexFunc(params, func(v *types.Var) bool {
		return web.IsError(v.Type()) || errorNames.MatchString(decl.Name.Name) && errorNames.MatchString(web.TypeName(v.Type()))
	})
	if i < 0 || slices.ContainsFunc(params, func(v *types.Var) bool { return carriesResult(v.Type()) }) {
		return false
	}
	asked := false
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && (source.IsNil(r.pass.TypesInfo, b.X) || source.IsNil(r.pass.TypesInfo, b.Y)) {
			asked = asked || source.Object(r.pass.TypesInfo, b.X) == params[i] || source.Object(r.pass.TypesInfo, b.Y) == params[i]
		}
		return !asked
	})
	return !asked
}

// errorNames are words by which helpers and types say that they are about errors.
var errorNames = regexp.MustCompile(`Err(or)?s?([A-Z_]|$)|^err|Problem|Fault`)

// carriesResult says that a parameter can hold what a success sends: a value of
// any type, a list, bytes.
func carriesResult(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return u.Empty()
	case *types.Slice, *types.Map:
		return true
	}
	return false
}

// always reports whether every path to the end of the function answers, but for
// those that end in an error for the caller: nothing was sent then.
func (r *Result) always(decl *ast.FuncDecl, scope *web.Scope) bool {
	g := r.graphs.Body(decl.Body)
	if g == nil || len(g.Blocks) == 0 {
		return false
	}
	seen := map[*cfg.Block]bool{}
	var silent func(b *cfg.Block) bool // is there a way to the end without an answer?
	silent = func(b *cfg.Block) bool {
		if seen[b] || r.answers(b, scope) {
			return false
		}
		seen[b] = true
		if len(b.Succs) == 0 {
			return !panics(r.pass.TypesInfo, b) && !r.fails(b)
		}
		return slices.ContainsFunc(b.Succs, silent)
	}
	return !silent(g.Blocks[0])
}

func (r *Result) answers(b *cfg.Block, scope *web.Scope) bool {
	for _, n := range b.Nodes {
		for call := range source.Calls(n) {
			if a, ok := r.Of(scope, call); ok && a.Part == web.Whole && a.Certain() || ok && a.Part == web.Status && a.Framework == web.NetHTTP {
				return true
			}
		}
	}
	return false
}

// fails knows "if err != nil { return err }".
func (r *Result) fails(b *cfg.Block) bool {
	if len(b.Nodes) == 0 {
		return false
	}
	ret, isReturn := b.Nodes[len(b.Nodes)-1].(*ast.ReturnStmt)
	test, isIf := b.Stmt.(*ast.IfStmt)
	if !isReturn || !isIf || len(ret.Results) == 0 {
		return false
	}
	info := r.pass.TypesInfo
	cond, compares := ast.Unparen(test.Cond).(*ast.BinaryExpr)
	if !compares || cond.Op != token.NEQ || !source.IsNil(info, cond.Y) || !web.IsError(info.TypeOf(cond.X)) {
		return false
	}
	last := ret.Results[len(ret.Results)-1]
	return web.IsError(info.TypeOf(last)) && !source.IsNil(info, last)
}

func panics(info *types.Info, b *cfg.Block) bool {
	if len(b.Nodes) == 0 {
		return false
	}
	es, ok := b.Nodes[len(b.Nodes)-1].(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := es.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	_, builtin := info.Uses[identOf(call.Fun)].(*types.Builtin)
	return builtin && identOf(call.Fun).Name == "panic"
}

func identOf(e ast.Expr) *ast.Ident {
	id, _ := ast.Unparen(e).(*ast.Ident)
	return id
}

// Leaf is an expression whose text goes into a larger one.
type Leaf struct {
	Expr ast.Expr
	// Printed says that an error was turned into text: by Error() or a format.
	Printed bool
}

// Text yields the expressions whose text makes up e: through concatenation,
// formatting, literals, conversions and encoders. What any other function makes
// of its arguments is its own text.
func Text(info *types.Info, scope *web.Scope, e ast.Expr) func(func(Leaf) bool) {
	return func(yield func(Leaf) bool) {
		w := &textWalk{info: info, scope: scope, yield: yield}
		w.walk(e, false, 0)
	}
}

type textWalk struct {
	info  *types.Info
	scope *web.Scope
	yield func(Leaf) bool
	done  bool
}

func (w *textWalk) leaf(l Leaf) { w.done = w.done || !w.yield(l) }

func (w *textWalk) walk(e ast.Expr, printed bool, depth int) {
	if e == nil || depth > 12 || w.done {
		return
	}
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		w.leaf(Leaf{x, printed})
		if !web.IsError(w.info.TypeOf(x)) { // where an error comes from is not its text
			if def := w.scope.Resolve(x); def != ast.Expr(x) {
				w.walk(def, printed, depth+1)
			}
		}
	case *ast.SelectorExpr:
		w.leaf(Leaf{x, printed})
	case *ast.BinaryExpr:
		if x.Op == token.ADD {
			w.walk(x.X, printed, depth+1)
			w.walk(x.Y, printed, depth+1)
		}
	case *ast.UnaryExpr:
		w.walk(x.X, printed, depth+1)
	case *ast.KeyValueExpr:
		w.walk(x.Value, printed, depth+1)
	case *ast.CompositeLit:
		for _, elt := range x.Elts {
			w.walk(elt, printed, depth+1)
		}
	case *ast.CallExpr:
		w.call(x, printed, depth+1)
	}
}

// through are functions whose result is the text of their arguments.
var through = map[string]bool{
	"fmt.Sprint": true, "fmt.Sprintf": true, "fmt.Sprintln": true, "fmt.Errorf": true, "fmt.Appendf": true,
	"encoding/json.Marshal": true, "encoding/json.MarshalIndent": true, "strings.TrimSpace": true, "strings.ToLower": true,
	"strings.Join": true, "errors.New": true, "bytes.NewBufferString": true, "strings.NewReader": true, "bytes.NewReader": true,
	"github.com/pkg/errors.Wrap": true, "github.com/pkg/errors.Wrapf": true, "github.com/pkg/errors.WithMessage": true,
}

func (w *textWalk) call(x *ast.CallExpr, printed bool, depth int) {
	sel, _ := ast.Unparen(x.Fun).(*ast.SelectorExpr)
	if sel != nil && sel.Sel.Name == "Error" && len(x.Args) == 0 {
		w.walk(sel.X, true, depth)
		return
	}
	name := web.Name(web.Callee(w.info, x))
	if through[name] || w.info.Types[x.Fun].IsType() {
		formats := len(name) > 4 && name[:4] == "fmt."
		for _, a := range x.Args {
			w.walk(a, printed || formats, depth)
		}
	}
}
