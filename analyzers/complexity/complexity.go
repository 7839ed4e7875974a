// Package complexity reports functions that are too tangled to be reviewed.
package complexity

import (
	_ "embed"
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: functions stay below a cognitive complexity of limit.
var Rule = rule.Rule{
	ID: "function-too-complex", Title: "a function is too complex to be understood at once", Section: rule.Maintainable, Severity: rule.Minor, Ratio: true, Since: "1.0.0",
	Judged: rule.Judged{Read: 28, True: 28},
	Why:    "Nobody can say what it does on every path, so changes to it break paths that no test walks.",
	Fix:    "Give nested parts a function and a name of their own; return early.",
	Limits: "Measured is cognitive complexity as G. Ann Campbell defined it (SonarSource, 2018), with the limit 30: each branch or loop costs " +
		"one plus its depth of nesting, each change between && and || one. A long flat switch costs one.",
	Example: example,
}

// limit is the highest complexity that passes.
const limit = 30

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "complexity", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType, RunDespiteErrors: true,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for _, f := range diag.Files(pass) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			if n := Of(fn); n > limit {
				r.Report(Rule, fn.Name, nil, "%s has a cognitive complexity of %d, above %d: give its parts functions of their own", fn.Name.Name, n, limit)
			} else {
				r.Examine(Rule, 1)
			}
		}
	}
	return r.Result()
}

// Of is the cognitive complexity of a function.
func Of(fn *ast.FuncDecl) int {
	c := &counter{name: fn.Name.Name}
	c.block(fn.Body, 0)
	return c.sum
}

type counter struct {
	name string
	sum  int
}

func (c *counter) block(n ast.Node, depth int) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			c.branch(n, depth, false)
			return false
		case *ast.ForStmt:
			c.sum += 1 + depth
			c.expr(n.Cond, depth)
			c.block(n.Body, depth+1)
			return false
		case *ast.RangeStmt:
			c.sum += 1 + depth
			c.block(n.Body, depth+1)
			return false
		case *ast.SwitchStmt:
			c.sum += 1 + depth
			c.block(n.Body, depth+1)
			return false
		case *ast.TypeSwitchStmt:
			c.sum += 1 + depth
			c.block(n.Body, depth+1)
			return false
		case *ast.SelectStmt:
			c.sum += 1 + depth
			c.block(n.Body, depth+1)
			return false
		case *ast.FuncLit:
			c.block(n.Body, depth+1)
			return false
		case *ast.BranchStmt:
			if n.Label != nil {
				c.sum++
			}
		case *ast.BinaryExpr:
			c.sum += operators(n)
			return false
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && id.Name == c.name {
				c.sum++ // recursion
			}
		}
		return true
	})
}

// branch counts an if; an else or else-if costs one, whatever its depth.
func (c *counter) branch(n *ast.IfStmt, depth int, isElse bool) {
	if isElse {
		c.sum++
	} else {
		c.sum += 1 + depth
	}
	if n.Init != nil {
		c.block(n.Init, depth)
	}
	c.expr(n.Cond, depth)
	c.block(n.Body, depth+1)
	switch e := n.Else.(type) {
	case *ast.IfStmt:
		c.branch(e, depth, true)
	case *ast.BlockStmt:
		c.sum++
		c.block(e, depth+1)
	}
}

func (c *counter) expr(e ast.Expr, depth int) {
	if e != nil {
		c.block(e, depth)
	}
}

// operators counts the runs of equal && and || in a condition.
func operators(b *ast.BinaryExpr) int {
	n, last := 0, token.ILLEGAL
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		b, ok := ast.Unparen(e).(*ast.BinaryExpr)
		if !ok || b.Op != token.LAND && b.Op != token.LOR {
			return
		}
		walk(b.X)
		if b.Op != last {
			n, last = n+1, b.Op
		}
		walk(b.Y)
	}
	walk(b)
	return n
}
