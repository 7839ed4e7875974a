// Package concatloop reports strings that grow by copying themselves in a loop.
package concatloop

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: strings are built with a builder.
var Rule = rule.Rule{
	ID: "string-concat-in-loop", Title: "a string is built by concatenation in a loop", Section: rule.Performance, Severity: rule.Minor, Since: "1.0.0",
	Judged:   rule.Judged{Read: 14, True: 14},
	Supports: []rule.Section{rule.Performant},
	Why:      "Every turn copies all that was built so far: the time grows with the square of the list.",
	Fix:      "Use strings.Builder or strings.Join.",
	Limits: "Loops that count to a constant, and those over a variadic parameter or a literal, are not reported. Known to be wrong when the list is " +
		"always short.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "concatloop", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for f := range source.Functions(pass) {
		source.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ForStmt:
				if !countsToConstant(pass, n) {
					loop(pass, r, n, n.Body)
				}
			case *ast.RangeStmt:
				if !fixedSize(pass.TypesInfo.TypeOf(n.X)) && !spelledOut(pass, f, n.X) && !source.IsConstant(pass.TypesInfo, n.X) {
					loop(pass, r, n, n.Body)
				}
			}
			return true
		})
	}
	return r.Result()
}

// fixedSize knows arrays, whose length is part of the type.
func fixedSize(t types.Type) bool {
	_, ok := t.Underlying().(*types.Array)
	return ok
}

// spelledOut knows lists that somebody wrote down one by one: a variadic
// parameter, and a literal.
func spelledOut(pass *analysis.Pass, f source.Func, list ast.Expr) bool {
	if _, ok := ast.Unparen(list).(*ast.CompositeLit); ok {
		return true
	}
	params := f.Params()
	return f.Sig.Variadic() && len(params) > 0 && params[len(params)-1] != nil &&
		source.Object(pass.TypesInfo, list) == pass.TypesInfo.Defs[params[len(params)-1]]
}

func countsToConstant(pass *analysis.Pass, n *ast.ForStmt) bool {
	b, ok := n.Cond.(*ast.BinaryExpr)
	return ok && (source.IsConstant(pass.TypesInfo, b.X) || source.IsConstant(pass.TypesInfo, b.Y))
}

// loop judges the statements of one loop; those of a loop inside it are judged there.
func loop(pass *analysis.Pass, r *diag.Reporter, outer ast.Node, body *ast.BlockStmt) {
	said := map[types.Object]bool{}
	source.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			return false
		case *ast.CallExpr:
			switch web.Name(web.Callee(pass.TypesInfo, n)) {
			case "strings.Builder.WriteString", "bytes.Buffer.WriteString":
				r.Examine(Rule, 1)
			}
		case *ast.AssignStmt:
			if v := grows(pass, n); v != nil && v.Pos() < outer.Pos() && !leavesAfter(body, n) && !said[v] {
				said[v] = true
				r.Report(Rule, n, nil, "%s grows by a copy of itself in every turn: use strings.Builder or strings.Join", v.Name())
			}
		}
		return true
	})
}

// grows is the string variable in s += x and s = s + x.
func grows(pass *analysis.Pass, as *ast.AssignStmt) types.Object {
	if len(as.Lhs) != 1 || !source.IsString(pass.TypesInfo.TypeOf(as.Lhs[0])) {
		return nil
	}
	id, ok := as.Lhs[0].(*ast.Ident)
	if !ok {
		return nil
	}
	obj := pass.TypesInfo.ObjectOf(id)
	if as.Tok == token.ADD_ASSIGN {
		return obj
	}
	if b, ok := as.Rhs[0].(*ast.BinaryExpr); ok && b.Op == token.ADD && leftmost(b) != nil && pass.TypesInfo.ObjectOf(leftmost(b)) == obj {
		return obj
	}
	return nil
}

func leftmost(b *ast.BinaryExpr) *ast.Ident {
	for {
		switch x := ast.Unparen(b.X).(type) {
		case *ast.BinaryExpr:
			b = x
		case *ast.Ident:
			return x
		default:
			return nil
		}
	}
}

// leavesAfter knows a concatenation that happens once: a break or return follows
// in the same list of statements.
func leavesAfter(body *ast.BlockStmt, as *ast.AssignStmt) bool {
	leaves := false
	ast.Inspect(body, func(n ast.Node) bool {
		block, ok := n.(*ast.BlockStmt)
		if !ok {
			return true
		}
		after := false
		for _, stmt := range block.List {
			after = after || stmt == ast.Stmt(as)
			switch s := stmt.(type) {
			case *ast.ReturnStmt:
				leaves = leaves || after
			case *ast.BranchStmt:
				leaves = leaves || after && s.Tok == token.BREAK
			}
		}
		return true
	})
	return leaves
}
