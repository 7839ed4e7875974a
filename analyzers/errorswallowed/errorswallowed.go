// Package errorswallowed reports failures that are returned as success.
package errorswallowed

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/logging"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: a failure is not turned into success.
var Rule = rule.Rule{
	ID: "error-swallowed", Title: "a failure is returned as success", Section: rule.Errors, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 5, True: 5},
	Supports: []rule.Section{rule.Production},
	Why:      "The caller goes on as if the work were done: the client is told that it was saved, and it was not.",
	Fix:      "Return the error; where the failure is expected, test for it with errors.Is and say so.",
	Limits: "Judged are functions with an error result whose branch for err != nil does nothing but return nil for it. Where " +
		"another result is a truth value, or the error is a parameter, nil is taken to be the answer. Undecided are a branch that has a comment, or logs (in a function " +
		"that is not called for what it saves, sends or deletes, or as less than an error), " +
		"one in a handler or a callback (a walk over files goes on so), a decoder that forgives, a function that answers all of three or more failures so, " +
		"and errors of opening a file, of reading on and of waiting. Known to be wrong when a single silent step is a best effort.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "errorswallowed", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for f := range source.Functions(pass) {
		if !judged(f) {
			continue
		}
		forgiving := forgives(pass, f)
		source.Inspect(f.Body, func(n ast.Node) bool {
			test, ok := n.(*ast.IfStmt)
			if !ok {
				return true
			}
			obj := failed(pass, test.Cond)
			if obj == nil || isParam(pass, f, obj) {
				return true
			}
			ret := onlyReturnsNil(pass, test.Body)
			switch {
			case ret == nil:
				r.Examine(Rule, 1)
			case explained(f.File, test.Body):
				r.Undecided(Rule, ret, "nil is returned for "+obj.Name()+", and a comment gives a reason")
			case looksFor(pass, f, obj, test.Cond.Pos()):
				r.Undecided(Rule, ret, "nil is returned for "+obj.Name()+", which may say that something is not there, or over")
			case len(test.Body.List) > 1 && (tolerated(test.Body) || !promises(f)):
				r.Undecided(Rule, ret, "nil is returned for "+obj.Name()+", which is logged: whether the caller must know is not")
			case f.Lit != nil || isCallback(f):
				r.Undecided(Rule, ret, "nil is returned for "+obj.Name()+" by a callback, for whose caller that may mean to go on")
			case decodes(f):
				r.Undecided(Rule, ret, "nil is returned for "+obj.Name()+" by "+f.Name()+", which may accept what it cannot read")
			case forgiving:
				r.Undecided(Rule, ret, f.Name()+" returns nil for every failure, which may be its purpose")
			case isHandler(f):
				r.Undecided(Rule, ret, "nil is returned for "+obj.Name()+" in a handler, where an answer may have been sent before")
			default:
				r.Report(Rule, ret, nil, "%s is not nil here, and nil is returned for it: return the error", obj.Name())
			}
			return true
		})
	}
	return r.Result()
}

// isCallback knows the functions that filepath.Walk and fs.WalkDir call, which
// go on with the next file when they return nil.
func isCallback(f source.Func) bool {
	params := f.Sig.Params()
	return params.Len() == 3 && web.IsError(params.At(2).Type()) && source.IsString(params.At(0).Type())
}

// decodes knows methods that read a value from a form that others write.
func decodes(f source.Func) bool {
	return f.Decl != nil && f.Decl.Recv != nil && (strings.HasPrefix(f.Name(), "Unmarshal") || f.Name() == "Scan" || f.Name() == "GobDecode")
}

// forgives knows functions with several steps that return nil whichever of them
// fails: a check that lets pass when it cannot be made.
func forgives(pass *analysis.Pass, f source.Func) bool {
	swallowed, returned := 0, 0
	source.Inspect(f.Body, func(n ast.Node) bool {
		if test, ok := n.(*ast.IfStmt); ok && failed(pass, test.Cond) != nil {
			if onlyReturnsNil(pass, test.Body) != nil {
				swallowed++
			} else {
				returned++
			}
		}
		return true
	})
	return swallowed > 2 && returned == 0
}

// looksFor knows an error that says that something is not there, or that what was
// read or waited for is over.
func looksFor(pass *analysis.Pass, f source.Func, err types.Object, at token.Pos) bool {
	call, ok := source.Assigned(pass.TypesInfo, f.Body, err, at).(*ast.CallExpr)
	if !ok {
		return false
	}
	switch web.Name(web.Callee(pass.TypesInfo, call)) {
	case "os.Stat", "os.Lstat", "os/exec.LookPath", "io/fs.Stat", "os.Open", "os.OpenFile", "os.ReadFile", "os.ReadDir", "os.Readlink",
		"io/fs.ReadFile", "io/fs.ReadDir", "context.Context.Err":
		return true
	}
	callee := web.Callee(pass.TypesInfo, call)
	return callee != nil && (callee.Name() == "Wait" || readsOn[callee.Name()] && callee.Signature().Recv() != nil)
}

// tolerated knows a branch that logs a warning, or less: the failure is one that
// its author lives with.
func tolerated(body *ast.BlockStmt) bool {
	found := false
	for call := range source.Calls(body) {
		for _, word := range []string{"Warn", "Info", "Debug", "Trace"} {
			found = found || strings.Contains(source.Callee(call), "."+word)
		}
	}
	return found
}

// promises knows functions that are called for what they change, so that their
// callers must know when it did not happen.
func promises(f source.Func) bool {
	return names.Has(f.Name(), "save", "store", "create", "update", "delete", "insert", "write", "send", "publish", "put", "remove", "pay", "charge", "transfer", "upload")
}

// readsOn are methods whose error is also how they say that there is no more.
var readsOn = map[string]bool{
	"Read": true, "ReadByte": true, "ReadRune": true, "ReadLine": true, "ReadString": true, "ReadBytes": true, "ReadMessage": true,
	"Next": true, "Recv": true, "NextPart": true, "Token": true,
}

// judged functions return an error, and no truth value that could stand for it.
func judged(f source.Func) bool {
	res := f.Sig.Results()
	if res.Len() == 0 || !web.IsError(res.At(res.Len()-1).Type()) {
		return false
	}
	for v := range res.Variables() {
		if b, ok := v.Type().Underlying().(*types.Basic); ok && b.Kind() == types.Bool {
			return false
		}
	}
	return true
}

// failed is err in "err != nil".
func failed(pass *analysis.Pass, cond ast.Expr) types.Object {
	b, ok := cond.(*ast.BinaryExpr)
	if !ok || b.Op != token.NEQ || !pass.TypesInfo.Types[b.Y].IsNil() || !web.IsError(pass.TypesInfo.TypeOf(b.X)) {
		return nil
	}
	return source.Object(pass.TypesInfo, b.X)
}

func isParam(pass *analysis.Pass, f source.Func, obj types.Object) bool {
	for _, id := range f.Params() {
		if id != nil && pass.TypesInfo.Defs[id] == obj {
			return true
		}
	}
	return false
}

// onlyReturnsNil is the return of a branch that does nothing but log, and
// returns nil for the error.
func onlyReturnsNil(pass *analysis.Pass, body *ast.BlockStmt) *ast.ReturnStmt {
	if len(body.List) == 0 {
		return nil
	}
	ret, ok := body.List[len(body.List)-1].(*ast.ReturnStmt)
	if !ok || len(ret.Results) == 0 || !pass.TypesInfo.Types[ret.Results[len(ret.Results)-1]].IsNil() {
		return nil
	}
	for _, e := range ret.Results[:len(ret.Results)-1] {
		if !isZero(pass, e) {
			return nil // an answer of its own
		}
	}
	for _, stmt := range body.List[:len(body.List)-1] {
		es, ok := stmt.(*ast.ExprStmt)
		if !ok {
			return nil
		}
		call, ok := es.X.(*ast.CallExpr)
		if !ok || logging.Of(web.Callee(pass.TypesInfo, call)) == logging.None {
			return nil
		}
	}
	return ret
}

// isZero knows nil, 0, "" and T{}.
func isZero(pass *analysis.Pass, e ast.Expr) bool {
	tv := pass.TypesInfo.Types[e]
	if tv.IsNil() {
		return true
	}
	if tv.Value != nil {
		s := tv.Value.ExactString()
		return s == "0" || s == `""`
	}
	lit, ok := ast.Unparen(e).(*ast.CompositeLit)
	return ok && len(lit.Elts) == 0
}

// explained knows a branch in which a comment says why.
func explained(f *ast.File, body *ast.BlockStmt) bool {
	for _, c := range f.Comments {
		if body.Pos() <= c.Pos() && c.End() <= body.End() {
			return true
		}
	}
	return false
}

func isHandler(f source.Func) bool {
	_, ok := web.IsHandler(f.Sig)
	return ok
}
