// Package goroutine reports goroutines whose number nothing bounds.
package goroutine

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/requests"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: goroutines have a bound, or an end.
var Rule = rule.Rule{
	ID: "goroutine-unbounded", Title: "requests or elements start goroutines without bound", Section: rule.Performance, Severity: rule.Minor, Since: "1.0.0",
	Supports: []rule.Section{rule.Performant, rule.Production},
	Why:      "Under load, or for a long list, thousands wait for the same database or host, and none of them is called off when the client has left.",
	Fix:      "Bound them (errgroup.SetLimit, a semaphore, workers that read a channel), or hand them a context that ends.",
	Limits: "Judged are go statements, and the Go of sync.WaitGroup and errgroup.Group, that run while a request is handled, or in loops over lists that a function is given or reads. A goroutine with a context, one that listens on a channel, and one that its function waits for " +
		"outside of loops count as ended. Lists kept in fields and variables of the package are taken for configuration. Undecided are functions out of sight, and goroutines that serve a connection in a loop.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "goroutine", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{requests.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	j := &judge{pass: pass, report: diag.New(pass, Rule), decls: map[*types.Func]*ast.FuncDecl{}}
	reached := pass.ResultOf[requests.Analyzer].(*requests.Result)
	for f := range source.Functions(pass) {
		if f.Decl != nil {
			if fn, ok := pass.TypesInfo.Defs[f.Decl.Name].(*types.Func); ok {
				j.decls[fn] = f.Decl
			}
		}
	}
	for f := range source.Functions(pass) {
		_, inRequest := reached.Reached(f)
		if inRequest || !startsUp(f) {
			j.function(f, inRequest)
		}
	}
	return j.report.Result()
}

// startsUp knows functions that run once, for as long as the program does.
func startsUp(f source.Func) bool {
	decl := f.Decl
	if decl == nil {
		decl = f.Outer
	}
	return decl == nil || names.Has(decl.Name.Name, "main", "init", "start", "run", "serve", "listen", "setup", "new", "open", "launch", "boot", "load", "register", "shutdown", "stop", "close", "watch")
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	// decls are the functions of this package.
	decls map[*types.Func]*ast.FuncDecl
}

// function judges the go statements in one function, those of literals in it apart.
func (j *judge) function(f source.Func, inRequest bool) {
	var stack []ast.Node
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		if _, literal := n.(*ast.FuncLit); literal {
			return false
		}
		stack = append(stack, n)
		switch n := n.(type) {
		case *ast.GoStmt:
			j.started(f, n, n.Call, j.loop(stack), inRequest)
		case *ast.CallExpr:
			if work := j.handed(f, n); work != nil {
				j.started(f, n, work, j.loop(stack), inRequest)
			}
		}
		return true
	})
}

// handed is the work that a group starts a goroutine for, as a call of it; nil for
// other calls, and for groups with a limit.
func (j *judge) handed(f source.Func, call *ast.CallExpr) *ast.CallExpr {
	switch web.Name(web.Callee(j.pass.TypesInfo, call)) {
	case "sync.WaitGroup.Go":
	case "golang.org/x/sync/errgroup.Group.Go":
		for other := range source.Calls(f.Body) {
			if web.Name(web.Callee(j.pass.TypesInfo, other)) == "golang.org/x/sync/errgroup.Group.SetLimit" {
				return nil
			}
		}
	default:
		return nil
	}
	if len(call.Args) != 1 {
		return nil
	}
	return &ast.CallExpr{Fun: call.Args[0]}
}

// loop is the innermost loop over a list around a statement; nil where there is none.
func (j *judge) loop(stack []ast.Node) ast.Stmt {
	for _, n := range slices.Backward(stack) {
		switch n := n.(type) {
		case *ast.RangeStmt:
			if j.isList(n.X) {
				return n
			}
		case *ast.ForStmt:
			if of := counted(n); of != nil && j.isList(of) {
				return n
			}
		}
	}
	return nil
}

// counted is xs in "for i := 0; i < len(xs); i++".
func counted(n *ast.ForStmt) ast.Expr {
	cond, ok := n.Cond.(*ast.BinaryExpr)
	if !ok || cond.Op != token.LSS {
		return nil
	}
	call, ok := cond.Y.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 || source.Text(call.Fun) != "len" {
		return nil
	}
	return call.Args[0]
}

// isList knows lists whose length the code does not fix: local variables and
// results of calls, but not what was written down, cut into batches, or kept in
// fields.
func (j *judge) isList(e ast.Expr) bool {
	t := j.pass.TypesInfo.TypeOf(e)
	if t == nil || names.Has(source.Text(e), "batch", "batches", "chunk", "chunks", "workers", "config", "cfg") {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Slice, *types.Map:
	default:
		return false
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return true
	case *ast.Ident:
		v, ok := j.pass.TypesInfo.ObjectOf(e).(*types.Var)
		return ok && v.Parent() != j.pass.Pkg.Scope()
	}
	return false
}

// started judges the start of a goroutine at g, which makes the call.
func (j *judge) started(f source.Func, g ast.Node, call *ast.CallExpr, loop ast.Stmt, inRequest bool) {
	if loop == nil && !inRequest {
		return
	}
	switch end := j.ends(call, 0); {
	case end == yes, loop != nil && (j.bounded(loop, g) || j.fixed(f, loop)), loop == nil && waits(f.Body, g):
		j.report.Examine(Rule, 1)
	case end == unknown:
		j.report.Undecided(Rule, g, "whether "+source.Callee(call)+" ends by itself, or is bounded, is not known here")
	case loop != nil:
		j.report.Report(Rule, g, []analysis.RelatedInformation{{Pos: loop.Pos(), Message: "the loop"}},
			"%s starts a goroutine for each element, with neither a bound nor a context that ends it: use errgroup with SetLimit, or a semaphore", f.Name())
	default:
		j.report.Report(Rule, g, nil, "%s starts a goroutine for each request, with neither a bound nor a context that ends it: hand the work to a bounded pool, or give it a context with a deadline", f.Name())
	}
}

// answer is what is known of a question.
type answer int

const (
	no answer = iota
	unknown
	yes
)

// ends says whether a goroutine is called off by something: it has a context, or
// listens on a channel.
func (j *judge) ends(call *ast.CallExpr, depth int) answer {
	for _, arg := range call.Args {
		if j.isContext(arg) {
			return yes
		}
	}
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		return j.bodyEnds(lit.Body, depth)
	}
	fn := web.Callee(j.pass.TypesInfo, call)
	if web.Name(fn) == "os.Exit" {
		return yes
	}
	decl := j.decls[fn]
	if decl == nil {
		return unknown
	}
	return j.bodyEnds(decl.Body, depth)
}

func (j *judge) bodyEnds(body *ast.BlockStmt, depth int) answer {
	found := no
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectStmt:
			found = yes
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				found = yes
			}
		case *ast.RangeStmt:
			if t := j.pass.TypesInfo.TypeOf(n.X); t != nil {
				if _, channel := t.Underlying().(*types.Chan); channel {
					found = yes
				}
			}
		case *ast.ForStmt:
			if n.Cond == nil {
				found = max(found, unknown)
			}
		case *ast.CallExpr:
			found = max(found, j.callEnds(n, depth))
		case ast.Expr:
			if j.isContext(n) {
				found = yes
			}
		}
		return found != yes
	})
	return found
}

// callEnds looks into what a goroutine calls. Functions out of sight tell nothing,
// but for those that by their name stay for long and have their own way to stop.
func (j *judge) callEnds(call *ast.CallExpr, depth int) answer {
	fn := web.Callee(j.pass.TypesInfo, call)
	switch {
	case fn == nil:
		return no
	case web.Name(fn) == "os.Exit":
		return yes
	case j.decls[fn] != nil && depth < 2:
		return j.ends(call, depth+1)
	case j.decls[fn] == nil && names.Has(fn.Name(), "start", "run", "serve", "watch", "loop", "listen"):
		return unknown
	}
	return no
}

// endless are the contexts that nothing ends.
var endless = []string{"context.Background", "context.TODO", "context.WithoutCancel", "context.WithValue"}

// isContext knows expressions that are contexts, or requests that carry one,
// unless nothing ends them.
func (j *judge) isContext(e ast.Expr) bool {
	switch ast.Unparen(e).(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.CallExpr:
	default:
		return false
	}
	tv, ok := j.pass.TypesInfo.Types[e]
	if !ok || !tv.IsValue() {
		return false
	}
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && slices.Contains(endless, web.Name(web.Callee(j.pass.TypesInfo, call))) {
		return false
	}
	return web.TypeName(tv.Type) == "context.Context" || tupleHasContext(tv.Type)
}

// tupleHasContext knows context.WithTimeout and its like.
func tupleHasContext(t types.Type) bool {
	tuple, ok := t.(*types.Tuple)
	return ok && tuple.Len() > 0 && web.TypeName(tuple.At(0).Type()) == "context.Context"
}

// acquires are methods that wait until there is room.
var acquires = map[string]bool{"Acquire": true, "TryAcquire": true, "Wait": true, "Take": true, "Lock": true, "Get": true}

// bounded knows loops that wait for room before they start the next goroutine, or
// whose goroutines do.
func (j *judge) bounded(loop ast.Stmt, g ast.Node) bool {
	found := false
	ast.Inspect(loop, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SendStmt:
			found = found || n.Pos() < g.Pos() || j.isToken(n)
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && acquires[sel.Sel.Name] {
				found = true
			}
		case *ast.BranchStmt:
			found = found || n.Tok == token.BREAK && n.Pos() < g.Pos()
		}
		return !found
	})
	return found
}

// isToken knows sem <- struct{}{}.
func (j *judge) isToken(n *ast.SendStmt) bool {
	st, ok := j.pass.TypesInfo.TypeOf(n.Value).Underlying().(*types.Struct)
	return ok && st.NumFields() == 0
}

// fixed knows lists whose length is compared with something, or that are written down.
func (j *judge) fixed(f source.Func, loop ast.Stmt) bool {
	var list ast.Expr
	switch loop := loop.(type) {
	case *ast.RangeStmt:
		list = loop.X
	case *ast.ForStmt:
		list = counted(loop)
	}
	obj := source.Object(j.pass.TypesInfo, list)
	if obj == nil {
		return false
	}
	if _, literal := ast.Unparen(orBad(source.Assigned(j.pass.TypesInfo, f.Body, obj, loop.Pos()))).(*ast.CompositeLit); literal && !j.grows(f, obj) {
		return true
	}
	found := false
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if other, ok := n.(*ast.ForStmt); ok && other.End() <= loop.Pos() {
			return false // the condition of another loop bounds nothing
		}
		b, ok := n.(*ast.BinaryExpr)
		if !ok || b.Pos() >= loop.Pos() || b.Op != token.GTR && b.Op != token.GEQ && b.Op != token.LEQ && b.Op != token.LSS {
			return true
		}
		for _, side := range []ast.Expr{b.X, b.Y} {
			if call, ok := side.(*ast.CallExpr); ok && len(call.Args) == 1 && source.Text(call.Fun) == "len" && source.Object(j.pass.TypesInfo, call.Args[0]) == obj {
				found = true
			}
		}
		return true
	})
	return found
}

// grows says that something is appended to a list.
func (j *judge) grows(f source.Func, obj types.Object) bool {
	for call := range source.Calls(f.Body) {
		if source.Text(call.Fun) == "append" && len(call.Args) > 0 && source.Object(j.pass.TypesInfo, call.Args[0]) == obj {
			return true
		}
	}
	return false
}

func orBad(e ast.Expr) ast.Expr {
	if e == nil {
		return &ast.BadExpr{}
	}
	return e
}

// waits knows functions that wait for what they started: then there are no more
// goroutines than requests.
func waits(body *ast.BlockStmt, g ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil || n.End() <= g.End() && n.Pos() >= g.Pos() {
			return false
		}
		switch n := n.(type) {
		case *ast.SelectStmt:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.RangeStmt:
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Wait" {
				found = true
			}
		}
		return !found
	})
	return found
}
