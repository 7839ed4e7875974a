// Package panicrequest reports panics that a request can set off.
package panicrequest

import (
	_ "embed"
	"go/ast"
	"go/types"
	"strings"

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

// Rule: requests cannot set off a panic that the code itself raises.
var Rule = rule.Rule{
	ID: "panic-in-request-path", Title: "a request can set off a panic", Section: rule.Errors, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 42, True: 40, Disputed: 2},
	Supports: []rule.Section{rule.Production},
	Why:      "The connection is cut or a bare 500 is sent; in a goroutine of its own the whole service ends.",
	Fix:      "Return an error and answer with it.",
	Limits: "Only explicit panics (and panicking log calls) in handlers and in what they call within the package are seen. Panics in a default " +
		"case, or when encoding, a cipher or the system's random numbers fail, or where a comment rules it out, are undecided; http.ErrAbortHandler and panics that are passed on are not.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "panicrequest", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{requests.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	reached := pass.ResultOf[requests.Analyzer].(*requests.Result)
	for f := range source.Functions(pass) {
		handler, ok := reached.Reached(f)
		if !ok {
			continue
		}
		clean := true
		for call := range source.Calls(f.Body) {
			if panics(pass, f, call) {
				clean = false
				if why := shouldNotOccur(pass, f, call); why != "" {
					r.Undecided(Rule, call, why)
					continue
				}
				if handler == f.Name() {
					r.Report(Rule, call, nil, "%s in %s, which handles requests: return an error instead", source.Callee(call), handler)
				} else {
					r.Report(Rule, call, nil, "%s in %s, which %s calls while it handles a request: return an error instead", source.Callee(call), f.Name(), handler)
				}
			}
		}
		if clean {
			r.Examine(Rule, 1)
		}
	}
	return r.Result()
}

var panicking = map[string]bool{
	"log.Panic": true, "log.Panicf": true, "log.Panicln": true, "log.Logger.Panic": true, "log.Logger.Panicf": true, "log.Logger.Panicln": true,
	"github.com/sirupsen/logrus.Panic": true, "github.com/sirupsen/logrus.Panicf": true, "go.uber.org/zap.Logger.Panic": true, "go.uber.org/zap.SugaredLogger.Panicf": true,
}

func panics(pass *analysis.Pass, f source.Func, call *ast.CallExpr) bool {
	if panicking[web.Name(web.Callee(pass.TypesInfo, call))] {
		return true
	}
	id, ok := call.Fun.(*ast.Ident)
	if !ok || len(call.Args) != 1 {
		return false
	}
	if b, ok := pass.TypesInfo.Uses[id].(*types.Builtin); !ok || b.Name() != "panic" {
		return false
	}
	arg := call.Args[0]
	if passedOn(pass, f, arg) || strings.HasSuffix(source.Text(arg), ".ErrAbortHandler") {
		return false
	}
	text := strings.ToLower(source.Text(arg))
	return !strings.Contains(text, "unreachable") && !strings.Contains(text, "impossible") && !strings.Contains(text, "cannot happen")
}

// passedOn knows r := recover(); ... panic(r), also when r came through a
// channel: a variable that can hold anything was not made for this panic.
func passedOn(pass *analysis.Pass, f source.Func, arg ast.Expr) bool {
	obj := source.Object(pass.TypesInfo, arg)
	if obj == nil {
		return false
	}
	if iface, ok := obj.Type().Underlying().(*types.Interface); ok && iface.Empty() {
		return true
	}
	call, ok := source.Assigned(pass.TypesInfo, f.Body, obj, arg.Pos()).(*ast.CallExpr)
	if !ok {
		return false
	}
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "recover"
}

// shouldNotOccur says why a panic may stand for a state that no request can
// bring about; empty where nothing says so.
func shouldNotOccur(pass *analysis.Pass, f source.Func, call *ast.CallExpr) string {
	why := ""
	source.Inspect(f.Body, func(n ast.Node) bool {
		if n.Pos() > call.Pos() || n.End() < call.End() {
			return false
		}
		switch n := n.(type) {
		case *ast.CaseClause:
			if n.List == nil {
				why = "panics where no case of a switch holds; whether a request can get there is not known"
			}
		case *ast.IfStmt:
			switch {
			case encodes(pass, f, n):
				why = "panics when encoding fails, or a cipher or the system's random numbers do; whether a request can make it fail is not known"
			case ruledOut(f.File, n.Body):
				why = "panics where a comment says that it cannot come to that"
			}
		}
		return true
	})
	return why
}

// ruledOut knows a branch with a comment that the failure must not or cannot occur.
func ruledOut(file *ast.File, body *ast.BlockStmt) bool {
	for _, c := range file.Comments {
		if body.Pos() <= c.Pos() && c.End() <= body.End() && names.Has(c.Text(), "must", "never", "cannot", "impossible", "always", "unreachable") {
			return true
		}
	}
	return false
}

// encodes knows "if err != nil" after json.Marshal, and after calls of crypto packages.
func encodes(pass *analysis.Pass, f source.Func, test *ast.IfStmt) bool {
	b, ok := test.Cond.(*ast.BinaryExpr)
	if !ok {
		return false
	}
	obj := source.Object(pass.TypesInfo, b.X)
	if obj == nil {
		return false
	}
	call, ok := source.Assigned(pass.TypesInfo, f.Body, obj, b.Pos()).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := web.Callee(pass.TypesInfo, call)
	switch name := web.Name(fn); {
	case name == "encoding/json.Marshal", fn != nil && fn.Pkg() != nil && strings.HasPrefix(fn.Pkg().Path(), "crypto/"):
		return true
	case name == "io.ReadFull":
		return source.Text(call.Args[0]) == "rand.Reader"
	}
	return false
}
