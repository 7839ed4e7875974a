// Package deferloop reports resources that pile up because they are released
// only when the function ends.
package deferloop

import (
	_ "embed"
	"go/ast"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"
	"golang.org/x/tools/go/cfg"

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
	Limits:   "A turn that defers and then always leaves the loop is not reported; a loop over a handful of elements is.",
	Example:  example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "deferloop", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{ctrlflow.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	graphs := pass.ResultOf[ctrlflow.Analyzer].(*ctrlflow.CFGs)
	for f := range source.Functions(pass) {
		g := graph(graphs, f)
		if g == nil {
			continue
		}
		spared := cleanUps(f)
		for _, b := range g.Blocks {
			for _, n := range b.Nodes {
				d, ok := n.(*ast.DeferStmt)
				switch {
				case !ok:
				case comesBack(b) && !spared[d]:
					r.Report(Rule, d, nil, "defer %s runs only when the function ends, once for each turn of the loop: release it in the turn", source.Callee(d.Call))
				default:
					r.Examine(Rule, 1)
				}
			}
		}
	}
	return r.Result()
}

func graph(graphs *ctrlflow.CFGs, f source.Func) *cfg.CFG {
	if f.Decl != nil {
		return graphs.FuncDecl(f.Decl)
	}
	return graphs.FuncLit(f.Lit)
}

// comesBack reports whether control can pass through the block twice.
func comesBack(b *cfg.Block) bool {
	seen := map[*cfg.Block]bool{}
	var reaches func(from *cfg.Block) bool
	reaches = func(from *cfg.Block) bool {
		for _, next := range from.Succs {
			if next == b {
				return true
			}
			if !seen[next] {
				seen[next] = true
				if reaches(next) {
					return true
				}
			}
		}
		return false
	}
	return reaches(b)
}

// cleanUps knows "for _, release := range list { defer release() }", which runs
// a list of clean-ups in reverse order on purpose.
func cleanUps(f source.Func) map[*ast.DeferStmt]bool {
	spared := map[*ast.DeferStmt]bool{}
	source.Inspect(f.Body, func(n ast.Node) bool {
		loop, ok := n.(*ast.RangeStmt)
		if !ok {
			return true
		}
		v, _ := loop.Value.(*ast.Ident)
		source.Inspect(loop.Body, func(n ast.Node) bool {
			if d, ok := n.(*ast.DeferStmt); ok && v != nil {
				id, ok := d.Call.Fun.(*ast.Ident)
				spared[d] = ok && id.Name == v.Name
			}
			return true
		})
		return true
	})
	return spared
}
