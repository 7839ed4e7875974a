// Package transaction reports transactions that some path leaves open.
package transaction

import (
	_ "embed"
	"go/ast"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"
	"golang.org/x/tools/go/cfg"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/sqlapi"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: every transaction is committed or rolled back on every path.
var Rule = rule.Rule{
	ID: "transaction-leaked", Title: "a transaction stays open on some path", Section: rule.Errors, Severity: rule.Major, Since: "1.0.0",
	Supports: []rule.Section{rule.DataAccess},
	Why:      "The transaction keeps its locks and its connection: later requests wait for rows that nobody will release.",
	Fix:      "defer tx.Rollback() right after Begin; after Commit it does nothing.",
	Limits: "A transaction that is returned or stored is its keeper's business. One that is only passed to functions is undecided. Paths that " +
		"end in a panic are not followed.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "transaction", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{ctrlflow.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	graphs := pass.ResultOf[ctrlflow.Analyzer].(*ctrlflow.CFGs)
	for f := range source.Functions(pass) {
		made := source.MadeBy(pass.TypesInfo, f.Body, sqlapi.IsTx)
		if len(made) == 0 {
			continue
		}
		g := graph(graphs, f)
		for _, m := range made {
			judge(pass, r, f, g, m)
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

func judge(pass *analysis.Pass, r *diag.Reporter, f source.Func, g *cfg.CFG, m source.Made) {
	if m.Blank {
		r.Report(Rule, m.Call, nil, "the transaction of %s is dropped and stays open", source.Callee(m.Call))
		return
	}
	p := paths{pass: pass, made: m}
	switch {
	case p.kept(f.Body), p.deferred(f.Body):
		r.Examine(Rule, 1)
		return
	case !p.ended(f.Body):
		if p.passed(f.Body) {
			r.Undecided(Rule, m.Call, m.Var.Name()+" is neither committed nor rolled back here, but passed on")
		} else {
			r.Report(Rule, m.Call, nil, "%s is neither committed nor rolled back: defer %s.Rollback()", m.Var.Name(), m.Var.Name())
		}
		return
	}
	if leak := p.leak(g); leak != nil {
		if p.spansLoop(f.Body) {
			r.Undecided(Rule, m.Call, m.Var.Name()+" outlives the turn of the loop in which it is begun")
			return
		}
		related := []analysis.RelatedInformation{{Pos: leak.Pos(), Message: "leaves it open"}}
		r.Report(Rule, m.Call, related, "%s stays open when the function leaves at line %d: defer %s.Rollback()",
			m.Var.Name(), pass.Fset.Position(leak.Pos()).Line, m.Var.Name())
		return
	}
	r.Examine(Rule, 1)
}

type paths struct {
	pass *analysis.Pass
	made source.Made
	seen map[*cfg.Block]bool
}

// spansLoop knows a transaction that is begun in one turn of a loop and ended in
// another: which turn is which cannot be told.
func (p *paths) spansLoop(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			inside := n.Pos() <= p.made.Call.Pos() && p.made.Call.End() <= n.End()
			declared := n.Pos() <= p.made.Var.Pos() && p.made.Var.Pos() <= n.End()
			found = found || inside && !declared
		}
		return !found
	})
	return found
}

// mentions reports whether tx occurs below n.
func (p *paths) mentions(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && p.pass.TypesInfo.Uses[id] == p.made.Var {
			found = true
		}
		return !found
	})
	return found
}

// kept knows returned and stored transactions.
func (p *paths) kept(body ast.Node) bool {
	found := false
	is := func(e ast.Expr) bool {
		return source.Object(p.pass.TypesInfo, e) == p.made.Var && ast.Unparen(e) != nil
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			for _, e := range n.Results {
				found = found || is(e) || p.inLiteral(e)
			}
		case *ast.CompositeLit:
			found = found || p.inLiteral(n)
		case *ast.AssignStmt:
			for _, e := range n.Rhs {
				found = found || is(e)
			}
		}
		return !found
	})
	return found
}

func (p *paths) inLiteral(e ast.Expr) bool {
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = u.X
	}
	lit, ok := e.(*ast.CompositeLit)
	return ok && p.mentions(lit)
}

// deferred knows defer tx.Rollback(), and any deferred function that gets tx.
func (p *paths) deferred(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if d, ok := n.(*ast.DeferStmt); ok && p.mentions(d) {
			found = true
		}
		return !found
	})
	return found
}

// ended reports whether n holds a Commit or Rollback.
func (p *paths) ended(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Commit" || sel.Sel.Name == "Rollback") && source.Object(p.pass.TypesInfo, sel.X) == p.made.Var {
			found = true
		}
		return !found
	})
	return found
}

// passed reports whether tx is an argument or captured by a function literal.
func (p *paths) passed(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			for _, arg := range call.Args {
				found = found || source.Object(p.pass.TypesInfo, arg) == p.made.Var || p.inLiteral(arg)
			}
		}
		return !found
	})
	return found
}

// leak is where a path from Begin leaves the function with tx open; nil where
// none does. Functions that get tx are trusted to end it when they fail.
func (p *paths) leak(g *cfg.CFG) ast.Node {
	if g == nil {
		return nil
	}
	p.seen = map[*cfg.Block]bool{}
	for _, b := range g.Blocks {
		for i, n := range b.Nodes {
			if n.Pos() <= p.made.Call.Pos() && p.made.Call.End() <= n.End() {
				return p.follow(b, i+1, true)
			}
		}
	}
	return nil
}

// follow walks on from a node; fresh says that only the test of Begin's own
// error has been passed so far.
func (p *paths) follow(b *cfg.Block, from int, fresh bool) ast.Node {
	for k := from; k < len(b.Nodes); k++ {
		n := b.Nodes[k]
		if p.ended(n) || p.handsOn(n) {
			return nil
		}
		if ret, ok := n.(*ast.ReturnStmt); ok {
			return ret
		}
	}
	succs := b.Succs
	if fresh && len(succs) == 2 && len(b.Nodes) > 0 && p.testsBegin(b.Nodes[len(b.Nodes)-1]) {
		succs = p.open(b) // where Begin failed there is nothing to end
	} else if len(b.Nodes) > 0 {
		fresh = fresh && len(succs) == 1
	}
	for _, next := range succs {
		if p.seen[next] {
			continue
		}
		p.seen[next] = true
		if leak := p.follow(next, 0, fresh); leak != nil {
			return leak
		}
	}
	return nil
}

// handsOn knows helper(tx, err) whose name says that it ends the transaction,
// and literals that capture tx.
func (p *paths) handsOn(n ast.Node) bool {
	found := false
	source.Inspect(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		for _, arg := range call.Args {
			if source.Object(p.pass.TypesInfo, arg) == p.made.Var {
				found = true
			}
		}
		return !found
	})
	return found
}

func (p *paths) testsBegin(cond ast.Node) bool {
	b, ok := cond.(*ast.BinaryExpr)
	return ok && p.made.Err != nil && source.Object(p.pass.TypesInfo, b.X) == p.made.Err
}

// open are the branches on which Begin has not failed.
func (p *paths) open(b *cfg.Block) []*cfg.Block {
	cond := b.Nodes[len(b.Nodes)-1].(*ast.BinaryExpr)
	if cond.Op.String() == "==" {
		return b.Succs[:1]
	}
	return b.Succs[1:]
}
