// Package source is what analyzers ask of syntax again and again: the
// hand-written functions of a package, how an expression reads, whether code
// leaves.
package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"iter"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
)

// Func is a function with a body: a declaration or a literal.
type Func struct {
	// Decl is nil for literals, Lit for declarations.
	Decl *ast.FuncDecl
	Lit  *ast.FuncLit
	// Outer is the declaration around a literal; nil at file level.
	Outer *ast.FuncDecl
	File  *ast.File
	Sig   *types.Signature
	Body  *ast.BlockStmt
}

// Name is how messages call the function.
func (f Func) Name() string {
	switch {
	case f.Decl != nil:
		return f.Decl.Name.Name
	case f.Outer != nil:
		return "a function literal in " + f.Outer.Name.Name
	}
	return "a function literal"
}

// Params lists the names of the parameters; blank and unnamed ones as nil.
func (f Func) Params() []*ast.Ident {
	var list *ast.FieldList
	if f.Decl != nil {
		list = f.Decl.Type.Params
	} else {
		list = f.Lit.Type.Params
	}
	var names []*ast.Ident
	for _, field := range list.List {
		if len(field.Names) == 0 {
			names = append(names, nil)
		}
		names = append(names, field.Names...)
	}
	return names
}

// Functions yields the functions of the hand-written, non-test files, literals
// after the declaration that holds them.
func Functions(pass *analysis.Pass) iter.Seq[Func] {
	return func(yield func(Func) bool) {
		for _, file := range diag.Files(pass) {
			if !inFile(pass, file, yield) {
				return
			}
		}
	}
}

func inFile(pass *analysis.Pass, file *ast.File, yield func(Func) bool) bool {
	for _, d := range file.Decls {
		decl, _ := d.(*ast.FuncDecl)
		if decl != nil && decl.Body != nil {
			if fn, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
				if !yield(Func{Decl: decl, File: file, Sig: fn.Signature(), Body: decl.Body}) {
					return false
				}
			}
		}
		more := true
		ast.Inspect(d, func(n ast.Node) bool {
			lit, ok := n.(*ast.FuncLit)
			if !ok || !more {
				return more
			}
			if sig, ok := pass.TypesInfo.TypeOf(lit).(*types.Signature); ok {
				more = yield(Func{Lit: lit, Outer: decl, File: file, Sig: sig, Body: lit.Body})
			}
			return more
		})
		if !more {
			return false
		}
	}
	return true
}

// Inspect walks a function's own statements, without those of literals in it.
func Inspect(body ast.Node, visit func(ast.Node) bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && ast.Node(lit) != body {
			return false
		}
		return n == nil || visit(n)
	})
}

// Calls yields the calls in a function, without those of literals in it.
func Calls(body ast.Node) iter.Seq[*ast.CallExpr] {
	return func(yield func(*ast.CallExpr) bool) {
		more := true
		Inspect(body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && more {
				more = yield(call)
			}
			return more
		})
	}
}

// Text is an expression as written, on one line and not longer than 60 letters.
func Text(e ast.Expr) string {
	s := strings.Join(strings.Fields(types.ExprString(e)), " ")
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:57], "") + "..."
	}
	return s
}

// Callee is a called function as messages name it: "pkg.Func" or "x.Method".
func Callee(call *ast.CallExpr) string { return Text(call.Fun) }

// IsCommand knows packages that make up a command: main, and what lies below
// cmd or cli.
func IsCommand(pkg *types.Package) bool {
	return pkg.Name() == "main" || slices.ContainsFunc(strings.Split(pkg.Path(), "/"), func(part string) bool {
		return part == "cmd" || part == "cli" || part == "command" || part == "commands"
	})
}

// Imports reports whether the package imports a path directly; one that ends in
// a slash stands for everything below it.
func Imports(pkg *types.Package, path string) bool {
	for _, imp := range pkg.Imports() {
		if imp.Path() == path || strings.HasSuffix(path, "/") && strings.HasPrefix(imp.Path(), path) {
			return true
		}
	}
	return false
}

// Object is the variable, field or function that an identifier or selector names.
func Object(info *types.Info, e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return info.ObjectOf(e)
	case *ast.SelectorExpr:
		return info.ObjectOf(e.Sel)
	case *ast.StarExpr:
		return Object(info, e.X)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return Object(info, e.X)
		}
	}
	return nil
}

// IsConstant reports whether the compiler knows the value.
func IsConstant(info *types.Info, e ast.Expr) bool { return info.Types[e].Value != nil }

// IsNil reports whether the expression is the predeclared nil.
func IsNil(info *types.Info, e ast.Expr) bool { return info.Types[e].IsNil() }

// IsString reports whether the type is a string of whatever name.
func IsString(t types.Type) bool {
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// Assigned is the value that a variable was last set to before pos, reading top
// to bottom; nil where it was not set in the function. For a call with several
// results it is the call.
func Assigned(info *types.Info, body ast.Node, obj types.Object, pos token.Pos) ast.Expr {
	var value ast.Expr
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil || n.Pos() >= pos {
			return false
		}
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, lhs := range n.Lhs {
				if id, ok := lhs.(*ast.Ident); ok && info.ObjectOf(id) == obj && n.End() <= pos {
					value = n.Rhs[min(i, len(n.Rhs)-1)]
				}
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if info.ObjectOf(name) == obj && len(n.Values) > 0 {
					value = n.Values[min(i, len(n.Values)-1)]
				}
			}
		}
		return true
	})
	return value
}

// SameModule reports whether other belongs to the module of the package under
// analysis. Drivers that know no module are served by the import path: the
// first three elements on a host, else the first.
func SameModule(pass *analysis.Pass, other *types.Package) bool {
	if other == nil {
		return false
	}
	if other == pass.Pkg {
		return true
	}
	root := moduleOf(pass.Pkg.Path())
	if pass.Module != nil && pass.Module.Path != "" {
		root = pass.Module.Path
	}
	return other.Path() == root || strings.HasPrefix(other.Path(), root+"/")
}

func moduleOf(path string) string {
	parts := strings.Split(path, "/")
	n := 1
	if strings.Contains(parts[0], ".") {
		n = 3
	}
	return strings.Join(parts[:min(n, len(parts))], "/")
}
