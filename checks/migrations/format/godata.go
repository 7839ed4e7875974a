package format

import (
	"cmp"
	"go/ast"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
)

// handles are what migrations call their way to the database.
var handles = map[string]bool{"tx": true, "db": true, "conn": true, "txn": true, "dbtx": true, "session": true, "sess": true, "x": true, "engine": true, "q": true}

// queryCalls are methods that take SQL text.
var queryCalls = map[string]bool{"Exec": true, "ExecContext": true, "MustExec": true, "Query": true, "QueryContext": true, "QueryRow": true, "QueryRowContext": true,
	"Prepare": true, "PrepareContext": true, "Get": true, "Select": true, "NamedExec": true, "Queryx": true, "QueryRowx": true}

// does is the effect of a function, and its strings where all that it runs is
// among them.
func (c *goCode) does(bodies ...*ast.BlockStmt) (effect sql.Effect, literals []string) {
	var seen sight
	for _, body := range bodies {
		effect = max(effect, c.bodyEffect(body, 3))
		c.look(body, 3, &seen)
	}
	if effect == sql.Nothing || seen.hidden || seen.statements == 0 {
		return effect, nil
	}
	if effect == sql.Opaque && seen.changes == 0 {
		effect = sql.Data
	}
	return effect, slices.Concat([]string{}, seen.literals)
}

// goFileDoes takes the functions of a file, which serves one direction, together.
func goFileDoes(f *File) (sql.Effect, []string) {
	c := readGoFiles(&Folder{Files: []*File{f}})
	var bodies []*ast.BlockStmt
	for _, fn := range c.funcs {
		if fn.Body != nil {
			bodies = append(bodies, fn.Body)
		}
	}
	if len(bodies) == 0 {
		return sql.Opaque, nil
	}
	slices.SortFunc(bodies, func(a, b *ast.BlockStmt) int { return cmp.Compare(a.Pos(), b.Pos()) })
	return c.does(bodies...)
}

// sight is what shows of the work of a function.
type sight struct {
	// statements are calls that run SQL, changes those of them whose text is not
	// known to be about rows only.
	statements, changes int
	// hidden says that the handle goes out of sight, or that an ORM is at work.
	hidden   bool
	literals []string
}

// look walks a body, and the functions of the folder that it hands the
// database to.
func (c *goCode) look(body *ast.BlockStmt, depth int, seen *sight) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.BasicLit:
			if text, ok := stringValue(x); ok {
				seen.literals = append(seen.literals, text)
			}
		case *ast.Ident:
			if text, ok := c.consts[x.Name]; ok {
				seen.literals = append(seen.literals, text)
			}
		case *ast.CallExpr:
			c.lookAtCall(x, body, depth, seen)
		}
		return true
	})
}

func (c *goCode) lookAtCall(call *ast.CallExpr, body *ast.BlockStmt, depth int, seen *sight) {
	name := calleeName(call)
	sel, isMethod := call.Fun.(*ast.SelectorExpr)
	switch {
	case schemaCalls[name]:
		seen.hidden = true
	case isMethod && queryCalls[name] && isHandle(sel.X):
		seen.statements++
		if !c.changesRows(call.Args) {
			seen.changes++
		}
	case takesHandle(call.Args):
		fn := c.funcs[name]
		if depth == 0 || fn == nil || fn.Body == nil {
			seen.hidden = true
		} else if fn.Body != body {
			c.look(fn.Body, depth-1, seen)
		}
	}
}

// isHandle recognises tx, db, m.Tx and their like.
func isHandle(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.Ident:
		return handles[strings.ToLower(x.Name)]
	case *ast.SelectorExpr:
		return handles[strings.ToLower(x.Sel.Name)]
	}
	return false
}

func takesHandle(args []ast.Expr) bool {
	for _, a := range args {
		if u, ok := a.(*ast.UnaryExpr); ok {
			a = u.X
		}
		if isHandle(a) {
			return true
		}
	}
	return false
}

// changesRows reports whether the first text among the arguments, or what it
// begins with, is a statement about rows.
func (c *goCode) changesRows(args []ast.Expr) bool {
	for _, a := range args[:min(len(args), 2)] {
		text, ok := c.beginning(a)
		if !ok {
			continue
		}
		for _, st := range sql.Split(text, sql.Unknown, 1).Statements {
			switch st.First() {
			case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
			default:
				return false
			}
		}
		return true
	}
	return false
}

// beginning is the string that an expression begins with.
func (c *goCode) beginning(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BinaryExpr:
		return c.beginning(x.X)
	case *ast.ParenExpr:
		return c.beginning(x.X)
	case *ast.Ident:
		text, ok := c.consts[x.Name]
		return text, ok
	}
	return stringValue(e)
}
