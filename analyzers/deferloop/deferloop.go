// Package deferloop reports resources that pile up because they are released
// only when the function ends.
package deferloop

import (
	_ "embed"
	"go/ast"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: no defer inside a loop.
var Rule = rule.Rule{
	ID: "defer-in-loop", Title: "a defer in a loop piles up until the function ends", Section: rule.Performance, Severity: rule.Minor, Since: "1.0.0",
	Supports: []rule.Section{rule.Performant},
	Why:      "Each turn opens a file, a row set or a lock that stays open until the last one: a long list exhausts them.",
	Fix:      "Move the body of the loop into a function, or release at the end of each turn.",
	Limits:   "A loop that leaves the function in the turn that defers is not reported; a loop over a handful of elements is.",
	Example:  example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "deferloop", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType, RunDespiteErrors: true,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for f := range source.Functions(pass) {
		looped := map[ast.Node]bool{}
		source.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ForStmt:
				mark(n.Body, looped)
			case *ast.RangeStmt:
				mark(n.Body, looped)
				spare(n, looped)
			case *ast.DeferStmt:
				if looped[n] {
					r.Report(Rule, n, nil, "defer %s runs only when the function ends, once for each turn of the loop: release it in the turn", source.Callee(n.Call))
				} else {
					r.Examine(Rule, 1)
				}
			}
			return true
		})
	}
	return r.Result()
}

// mark notes the defers of a loop's body, unless the body leaves the function.
func mark(body *ast.BlockStmt, looped map[ast.Node]bool) {
	if n := len(body.List); n > 0 {
		switch body.List[n-1].(type) {
		case *ast.ReturnStmt:
			return
		case *ast.BranchStmt:
			if body.List[n-1].(*ast.BranchStmt).Tok.String() == "break" {
				return
			}
		}
	}
	source.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt:
			looped[n] = true
		case *ast.BlockStmt:
			return n == body || !leaves(n.List)
		case *ast.CaseClause:
			return !leaves(n.Body)
		case *ast.CommClause:
			return !leaves(n.Body)
		}
		return true
	})
}

// leaves knows a branch that ends in a return: what it defers, it defers once.
func leaves(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	_, ok := list[len(list)-1].(*ast.ReturnStmt)
	return ok
}

// spare knows "for _, release := range list { defer release() }", which runs a
// list of clean-ups in reverse order on purpose.
func spare(n *ast.RangeStmt, looped map[ast.Node]bool) {
	v, ok := n.Value.(*ast.Ident)
	if !ok {
		return
	}
	for node := range looped {
		if d, ok := node.(*ast.DeferStmt); ok && n.Pos() <= d.Pos() && d.End() <= n.End() {
			if id, ok := d.Call.Fun.(*ast.Ident); ok && id.Name == v.Name {
				looped[d] = false
			}
		}
	}
}
