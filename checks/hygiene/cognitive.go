package hygiene

import (
	"go/ast"
	"go/token"
)

// cognitiveComplexity counts what breaks the flow of reading, and more the
// deeper it is nested. Source: G. Ann Campbell, "Cognitive Complexity", SonarSource.
func cognitiveComplexity(decl *ast.FuncDecl) int {
	c := &cognitive{name: decl.Name.Name, method: decl.Recv != nil}
	c.walk(decl.Body, 0)
	return c.total
}

type cognitive struct {
	name   string
	method bool
	total  int
}

// nested adds one for the structure and one for each level around it.
func (c *cognitive) nested(level int) { c.total += 1 + level }

// walk adds up a node; level is how many structures lie around it.
func (c *cognitive) walk(n ast.Node, level int) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.IfStmt:
			c.nested(level)
			c.branch(x, level)
		case *ast.ForStmt:
			c.nested(level)
			c.parts(level, x.Init, x.Cond, x.Post)
			c.walk(x.Body, level+1)
		case *ast.RangeStmt:
			c.nested(level)
			c.walk(x.X, level)
			c.walk(x.Body, level+1)
		case *ast.SwitchStmt:
			c.nested(level)
			c.parts(level, x.Init, x.Tag)
			c.walk(x.Body, level+1)
		case *ast.TypeSwitchStmt:
			c.nested(level)
			c.parts(level, x.Init, x.Assign)
			c.walk(x.Body, level+1)
		case *ast.SelectStmt:
			c.nested(level)
			c.walk(x.Body, level+1)
		case *ast.FuncLit:
			c.walk(x.Body, literalLevel(level))
		case *ast.BranchStmt:
			if x.Label != nil || x.Tok == token.GOTO {
				c.total++
			}
			return false
		case *ast.BinaryExpr:
			return c.logical(x, level)
		case *ast.CallExpr:
			if id, ok := x.Fun.(*ast.Ident); ok && !c.method && id.Name == c.name {
				c.total++ // recursion
			}
			return true
		default:
			return true
		}
		return false
	})
}

// literalLevel is the level inside a function literal. At the top of a function
// it adds none: a maker of handlers or middleware is read as what it makes.
func literalLevel(level int) int {
	if level == 0 {
		return 0
	}
	return level + 1
}

// branch walks an if and its else parts: an else counts one, whatever its depth.
func (c *cognitive) branch(x *ast.IfStmt, level int) {
	c.parts(level, x.Init, x.Cond)
	c.walk(x.Body, level+1)
	switch e := x.Else.(type) {
	case *ast.IfStmt:
		c.total++
		c.branch(e, level)
	case *ast.BlockStmt:
		c.total++
		c.walk(e, level+1)
	}
}

// parts walks what may be missing.
func (c *cognitive) parts(level int, nodes ...ast.Node) {
	for _, n := range nodes {
		switch x := n.(type) {
		case ast.Expr:
			if x != nil {
				c.walk(x, level)
			}
		case ast.Stmt:
			if x != nil {
				c.walk(x, level)
			}
		}
	}
}

// logical counts a sequence of one operator once: a && b && c is one thought, a
// && b || c two.
func (c *cognitive) logical(x *ast.BinaryExpr, level int) bool {
	if x.Op != token.LAND && x.Op != token.LOR {
		return true
	}
	var last token.Token
	var flatten func(e ast.Expr)
	flatten = func(e ast.Expr) {
		b, ok := ast.Unparen(e).(*ast.BinaryExpr)
		if !ok || b.Op != token.LAND && b.Op != token.LOR {
			c.walk(e, level)
			return
		}
		flatten(b.X)
		if b.Op != last {
			c.total++
			last = b.Op
		}
		flatten(b.Y)
	}
	flatten(x)
	return false
}
