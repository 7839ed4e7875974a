// Package deferloop reports resources that pile up because they are released
// only when the function ends.
package deferloop

import (
	_ "embed"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/cfg"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/flow"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: no defer inside a loop.
var Rule = rule.Rule{
	ID: "defer-in-loop", Title: "a defer in a loop piles up until the function ends", Section: rule.Performance, Severity: rule.Minor, Since: "1.0.0",
	Judged:   rule.Judged{Read: 11, True: 11},
	Supports: []rule.Section{rule.Performant},
	Why:      "Each turn opens a file, a row set or a lock that stays open until the last one: a long list exhausts them.",
	Fix:      "Move the body of the loop into a function, or release at the end of each turn.",
	Limits: "A turn that defers and then always leaves the loop is not reported, nor is what is collected for use after the loop. Known to " +
		"be wrong when the loop has a handful of turns (a few tries).",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "deferloop", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{flow.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	graphs := pass.ResultOf[flow.Analyzer].(*flow.Graphs)
	for f := range source.Functions(pass) {
		g := graphs.Of(f)
		if g == nil {
			continue
		}
		spared := cleanUps(f)
		for _, b := range g.Blocks {
			for _, n := range b.Nodes {
				d, ok := n.(*ast.DeferStmt)
				switch {
				case !ok:
				case comesBack(b) && !spared[d] && !outlives(pass, f, d):
					r.Report(Rule, d, nil, "defer %s runs only when the function ends, once for each turn of the loop: release it in the turn", source.Callee(d.Call))
				default:
					r.Examine(Rule, 1)
				}
			}
		}
	}
	return r.Result()
}

// outlives knows resources that the turn puts into a list or a value, so that
// they are in use after the loop and cannot be released in it.
func outlives(pass *analysis.Pass, f source.Func, d *ast.DeferStmt) bool {
	if usedAfterLoop(pass, f, d) {
		return true
	}
	sel, ok := d.Call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	obj := source.Object(pass.TypesInfo, sel.X)
	is := func(e ast.Expr) bool { return obj != nil && source.Object(pass.TypesInfo, e) == obj }
	found := false
	source.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			id, ok := n.Fun.(*ast.Ident)
			found = found || ok && id.Name == "append" && slices.ContainsFunc(n.Args[1:], is)
		case *ast.CompositeLit:
			for _, elt := range n.Elts {
				if kv, ok := elt.(*ast.KeyValueExpr); ok {
					elt = kv.Value
				}
				found = found || is(elt)
			}
		}
		return !found
	})
	return found
}

// usedAfterLoop knows what is kept in a variable of the function around the loop
// and still used behind it, so that it must outlive the turn: a temporary file
// that one of the turns makes.
func usedAfterLoop(pass *analysis.Pass, f source.Func, d *ast.DeferStmt) bool {
	loop := loopAround(f, d)
	if loop == nil {
		return false
	}
	operands := append([]ast.Expr{}, d.Call.Args...)
	if sel, ok := d.Call.Fun.(*ast.SelectorExpr); ok {
		operands = append(operands, sel.X)
	}
	for _, e := range operands {
		v, ok := source.Object(pass.TypesInfo, e).(*types.Var)
		if !ok || v.IsField() || loop.Pos() <= v.Pos() && v.Pos() < loop.End() {
			continue
		}
		for id, obj := range pass.TypesInfo.Uses {
			if obj == v && loop.End() <= id.Pos() && id.Pos() < f.Body.End() {
				return true
			}
		}
	}
	return false
}

// loopAround is the outermost loop of the function that holds the statement.
func loopAround(f source.Func, d *ast.DeferStmt) ast.Node {
	var loop ast.Node
	source.Inspect(f.Body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			if loop == nil && n.Pos() <= d.Pos() && d.End() <= n.End() {
				loop = n
			}
		}
		return loop == nil
	})
	return loop
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
