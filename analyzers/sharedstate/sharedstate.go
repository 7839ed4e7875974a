// Package sharedstate reports package-level state that requests write without a lock.
package sharedstate

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/requests"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: what requests share is guarded.
var Rule = rule.Rule{
	ID: "shared-state-unguarded", Title: "requests write package-level state without a lock", Section: rule.Errors, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 1, True: 1},
	Supports: []rule.Section{rule.Production},
	Why:      "Handlers run at the same time: two writes to a map end the process, two to a counter or slice lose one of them.",
	Fix:      "Guard it with a sync.Mutex, or use sync.Map, sync/atomic or the database.",
	Limits: "Package variables written in handlers and in what they call within the package are judged. A function that calls Lock anywhere " +
		"is taken to guard what it writes; a lock held by the caller is not seen unless the name ends in Locked.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "sharedstate", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
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
		locks := guards(pass, f)
		source.Inspect(f.Body, func(n ast.Node) bool {
			for _, target := range written(pass, n) {
				v := global(pass, target)
				switch {
				case v == nil:
				case locks:
					r.Examine(Rule, 1)
				default:
					r.Report(Rule, target, nil, "%s is written while %s handles a request, without a lock: guard it", v.Name(), handler)
				}
			}
			return true
		})
	}
	return r.Result()
}

// written are the maps, slices and counters that a statement changes.
func written(pass *analysis.Pass, n ast.Node) []ast.Expr {
	var targets []ast.Expr
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, lhs := range n.Lhs {
			if index, ok := lhs.(*ast.IndexExpr); ok {
				targets = append(targets, index.X)
			} else if n.Tok != token.DEFINE && (n.Tok != token.ASSIGN || i < len(n.Rhs) && appends(pass, n.Rhs[i])) {
				targets = append(targets, lhs)
			}
		}
	case *ast.IncDecStmt:
		if index, ok := n.X.(*ast.IndexExpr); ok {
			return []ast.Expr{index.X}
		}
		return []ast.Expr{n.X}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 {
			if b, ok := pass.TypesInfo.Uses[id].(*types.Builtin); ok && (b.Name() == "delete" || b.Name() == "clear") {
				return []ast.Expr{n.Args[0]}
			}
		}
	}
	return targets
}

func appends(pass *analysis.Pass, e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	id, ok := call.Fun.(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := pass.TypesInfo.Uses[id].(*types.Builtin)
	return ok && b.Name() == "append"
}

// global is the package variable at the root of an expression; nil for others.
func global(pass *analysis.Pass, e ast.Expr) *types.Var {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			if v, ok := pass.TypesInfo.Uses[x.Sel].(*types.Var); ok && !v.IsField() {
				return v // of another package
			}
			e = x.X
			continue
		case *ast.IndexExpr:
			e = x.X
			continue
		case *ast.StarExpr:
			e = x.X
			continue
		case *ast.Ident:
			v, ok := pass.TypesInfo.Uses[x].(*types.Var)
			if ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
				return v
			}
		}
		return nil
	}
}

// guards reports whether a function takes a lock, or says that its caller has.
func guards(pass *analysis.Pass, f source.Func) bool {
	if f.Decl != nil && (len(f.Decl.Name.Name) > 6 && f.Decl.Name.Name[len(f.Decl.Name.Name)-6:] == "Locked") {
		return true
	}
	var root ast.Node = f.Body
	if f.Outer != nil {
		root = f.Outer
	}
	found := false
	ast.Inspect(root, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Lock" || sel.Sel.Name == "TryLock" || sel.Sel.Name == "Do") {
			found = true
		}
		return !found
	})
	return found
}
