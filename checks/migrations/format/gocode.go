package format

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
)

// goCode is the Go files of one folder, read by syntax alone: migrations are
// often behind build tags or in packages that do not type-check here.
type goCode struct {
	fset  *token.FileSet
	files map[string]*ast.File
	funcs map[string]*ast.FuncDecl
	// consts are the package's constants and variables made of one string literal.
	consts map[string]string
}

func readGoFiles(d *Folder) *goCode {
	c := &goCode{fset: token.NewFileSet(), files: map[string]*ast.File{}, funcs: map[string]*ast.FuncDecl{}, consts: map[string]string{}}
	for _, f := range d.Files {
		if strings.HasSuffix(f.Name, ".go") && !strings.HasSuffix(f.Name, "_test.go") {
			c.add(f)
		}
	}
	return c
}

func (c *goCode) add(f *File) {
	tree, err := parser.ParseFile(c.fset, f.Path, f.Text(), parser.SkipObjectResolution)
	if tree == nil || err != nil && len(tree.Decls) == 0 {
		return
	}
	c.files[f.Name] = tree
	for _, decl := range tree.Decls {
		switch x := decl.(type) {
		case *ast.FuncDecl:
			c.funcs[x.Name.Name] = x
		case *ast.GenDecl:
			for _, spec := range x.Specs {
				c.addConst(spec)
			}
		}
	}
}

func (c *goCode) addConst(spec ast.Spec) {
	value, ok := spec.(*ast.ValueSpec)
	if !ok {
		return
	}
	for i, name := range value.Names {
		if i < len(value.Values) {
			if text, ok := stringValue(value.Values[i]); ok {
				c.consts[name.Name] = text
			}
		}
	}
}

func (c *goCode) position(pos token.Pos) report.Position {
	at := c.fset.Position(pos)
	return report.Position{File: at.Filename, Line: at.Line, Column: at.Column}
}

// part is the direction that a function gives; nil for nil.
func (c *goCode) part(e ast.Expr) *Part {
	if e == nil {
		return nil
	}
	if id, ok := e.(*ast.Ident); ok && id.Name == "nil" {
		return nil
	}
	p := &Part{Position: c.position(e.Pos()), Language: Go, Does: sql.Opaque}
	if fn, body := c.body(e); body != nil {
		p.Position = c.position(fn)
		p.Does, p.Literals = c.does(body)
	}
	return p
}

// body is what runs when the expression is called, and where the function
// begins; nil where it is not in sight.
func (c *goCode) body(e ast.Expr) (token.Pos, *ast.BlockStmt) {
	name := ""
	switch x := e.(type) {
	case *ast.FuncLit:
		return x.Pos(), x.Body
	case *ast.Ident:
		name = x.Name
	case *ast.SelectorExpr:
		name = x.Sel.Name
	case *ast.ParenExpr:
		return c.body(x.X)
	}
	if fn := c.funcs[name]; fn != nil {
		return fn.Pos(), fn.Body
	}
	return token.NoPos, nil
}

// schemaCalls are methods of query builders and ORMs that change a schema.
var schemaCalls = map[string]bool{
	"AutoMigrate": true, "Sync": true, "Sync2": true, "CreateTable": true, "DropTable": true, "CreateTables": true, "DropTables": true, "RenameTable": true,
	"AddColumn": true, "DropColumn": true, "AlterColumn": true, "RenameColumn": true, "CreateIndex": true, "DropIndex": true, "CreateIndexes": true,
	"CreateConstraint": true, "DropConstraint": true, "NewCreateTable": true, "NewDropTable": true, "NewAddColumn": true, "NewDropColumn": true,
	"NewCreateIndex": true, "NewDropIndex": true, "AddUniqueIndex": true, "ModifyColumn": true,
}

// bodyEffect is what a function does as far as it shows: statements in its
// literals and calls that change a schema, its own and those of functions of
// the folder that it calls, to the given depth. Other code may do anything.
func (c *goCode) bodyEffect(body *ast.BlockStmt, depth int) sql.Effect {
	if isIdle(body) {
		return sql.Nothing
	}
	effect := sql.Opaque
	ast.Inspect(body, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			name := calleeName(x)
			if schemaCalls[name] {
				effect = sql.Schema
			} else if fn := c.funcs[name]; fn != nil && fn.Body != nil && fn.Body != body && depth > 0 && c.bodyEffect(fn.Body, depth-1) == sql.Schema {
				effect = sql.Schema
			}
		case *ast.BasicLit:
			if text, ok := stringValue(x); ok && sql.HasDDL(text) {
				effect = sql.Schema
			}
		case *ast.Ident:
			if text, ok := c.consts[x.Name]; ok && sql.HasDDL(text) {
				effect = sql.Schema
			}
		}
		return effect != sql.Schema
	})
	return effect
}

// isIdle reports whether a body only prints and returns nil.
func isIdle(body *ast.BlockStmt) bool {
	for _, s := range body.List {
		switch x := s.(type) {
		case *ast.ReturnStmt:
			for _, r := range x.Results {
				if id, ok := r.(*ast.Ident); !ok || id.Name != "nil" {
					return false
				}
			}
		case *ast.ExprStmt:
			if !prints(x.X) {
				return false
			}
		case *ast.AssignStmt: // _ = tx
			if id, ok := x.Lhs[0].(*ast.Ident); !ok || id.Name != "_" || len(x.Lhs) != 1 {
				return false
			}
			if _, calls := x.Rhs[0].(*ast.CallExpr); calls {
				return false
			}
		case *ast.EmptyStmt:
		default:
			return false
		}
	}
	return true
}

// prints recognises calls of fmt and log packages, which change nothing.
func prints(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && (id.Name == "fmt" || id.Name == "log" || id.Name == "slog")
}

// calls lists the calls in a file of functions or methods with one of the names.
func (c *goCode) calls(file string, match func(name string) bool) []*ast.CallExpr {
	tree := c.files[file]
	if tree == nil {
		return nil
	}
	var found []*ast.CallExpr
	ast.Inspect(tree, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && match(calleeName(call)) {
			found = append(found, call)
		}
		return true
	})
	return found
}

func calleeName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

// stringValue is the value of a string literal.
func stringValue(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// field is the value of a struct literal's field; nil where it is not set.
func field(lit *ast.CompositeLit, name string) ast.Expr {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok && id.Name == name {
				return kv.Value
			}
		}
	}
	return nil
}

// readGooseGo fills in the version that a Go file registers; false where it
// registers none.
func readGooseGo(c *goCode, f *File, v *Version) bool {
	for _, call := range c.calls(f.Name, isGooseRegistration) {
		args := call.Args
		if len(args) < 2 {
			continue
		}
		v.Up, v.Down = c.part(args[len(args)-2]), c.part(args[len(args)-1])
		v.Remedy = "pass a down function to " + calleeName(call) + " in " + f.Path
		if v.Up == nil { // goose allows it: a version that only marks a place
			v.Up = &Part{Position: c.position(call.Pos()), Language: Go, Does: sql.Nothing}
		}
		return true
	}
	return false
}

func isGooseRegistration(name string) bool {
	return strings.HasPrefix(name, "AddMigration") || strings.HasPrefix(name, "AddNamedMigration") || name == "NewGoMigration"
}
