// Package transaction reports transactions that some path leaves open.
package transaction

import (
	_ "embed"
	"go/ast"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/cfg"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/flow"
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
	Limits: "A transaction that is returned or stored is its keeper's business. One that is given to functions of the module is ended where they " +
		"commit or roll back on some path; with functions of other modules, interfaces and function values the site is undecided. Paths that " +
		"end in a panic are not followed. Known to be wrong when a path is left open only where a flag says that there is no transaction.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "transaction", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{flow.Analyzer}, FactTypes: []analysis.Fact{new(Handles)},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	graphs := pass.ResultOf[flow.Analyzer].(*flow.Graphs)
	known := learn(pass)
	for f := range source.Functions(pass) {
		made := source.MadeBy(pass.TypesInfo, f.Body, sqlapi.IsTx)
		if len(made) == 0 {
			continue
		}
		g := graphs.Of(f)
		for _, m := range made {
			judge(&paths{pass: pass, callees: known, made: m}, r, f, g)
		}
	}
	return r.Result()
}

func judge(p *paths, r *diag.Reporter, f source.Func, g *cfg.CFG) {
	if p.made.Blank {
		r.Report(Rule, p.made.Call, nil, "the transaction of %s is dropped and stays open", source.Callee(p.made.Call))
		return
	}
	name := p.made.Var.Name()
	switch {
	case p.deferred(f.Body), p.kept(f.Body) && !p.ends(f.Body):
		r.Examine(Rule, 1)
		return
	case p.ends(f.Body):
	case p.handed(f.Body) == kept:
		r.Undecided(Rule, p.made.Call, name+" is neither committed nor rolled back here, but passed on")
		return
	default:
		r.Report(Rule, p.made.Call, nil, "%s is neither committed nor rolled back: defer %s.Rollback()", name, name)
		return
	}
	leak := p.leak(g, false)
	switch {
	case leak == nil:
		r.Examine(Rule, 1)
	case p.kept(f.Body):
		r.Undecided(Rule, p.made.Call, name+" is put into a value that may end it, and a path leaves without doing so here")
	case p.spansLoop(f.Body):
		r.Undecided(Rule, p.made.Call, name+" outlives the turn of the loop in which it is begun")
	case p.leak(g, true) == nil:
		r.Undecided(Rule, p.made.Call, name+" is given to code that is not known to end it, on a path that leaves it open otherwise")
	default:
		related := []analysis.RelatedInformation{{Pos: leak.Pos(), Message: "leaves it open"}}
		r.Report(Rule, p.made.Call, related, "%s stays open when the function leaves at line %d: defer %s.Rollback()",
			name, p.pass.Fset.Position(leak.Pos()).Line, name)
	}
}

// paths follows one transaction through a function.
type paths struct {
	pass    *analysis.Pass
	callees *callees
	made    source.Made
	seen    map[*cfg.Block]bool
	// trusting takes code that is not known for code that ends it.
	trusting bool
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

// ends reports whether n holds a Commit or Rollback, or a call of a function of
// the module that does it.
func (p *paths) ends(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Commit" || sel.Sel.Name == "Rollback") && source.Object(p.pass.TypesInfo, sel.X) == p.made.Var {
			found = true
		}
		return !found
	})
	return found || p.handed(n) == ended
}

// handed is what the calls below n do with tx at most.
func (p *paths) handed(n ast.Node) fate {
	worst := untouched
	ast.Inspect(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		for i, arg := range call.Args {
			switch {
			case source.Object(p.pass.TypesInfo, arg) == p.made.Var:
				worst = max(worst, p.callees.fate(call, i))
			case p.inLiteral(arg):
				worst = max(worst, kept)
			}
		}
		return true
	})
	return worst
}

// leak is where a path from Begin leaves the function with tx open; nil where
// none does. Code that is not known may be trusted to end what it is given.
func (p *paths) leak(g *cfg.CFG, trusting bool) ast.Node {
	if g == nil {
		return nil
	}
	p.trusting = trusting
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
		if p.ends(n) || p.trusting && p.handed(n) == kept {
			return nil
		}
		if ret, ok := n.(*ast.ReturnStmt); ok {
			if p.kept(ret) {
				return nil
			}
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
