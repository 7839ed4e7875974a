package queries

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

// constants finds the value of expressions that are the same in every run.
type constants struct {
	pkg  *packages.Package
	file *ast.File
}

// of gives the text and where it is written; empty and the expression's own
// place where it is not constant.
func (c constants) of(e ast.Expr) (string, token.Pos) {
	e = ast.Unparen(e)
	if tv, ok := c.pkg.TypesInfo.Types[e]; ok && tv.Value != nil && tv.Value.Kind() == constant.String {
		return constant.StringVal(tv.Value), c.written(e)
	}
	id, ok := e.(*ast.Ident)
	if !ok {
		return "", e.Pos()
	}
	v, ok := c.pkg.TypesInfo.Uses[id].(*types.Var)
	if !ok || v.IsField() {
		return "", e.Pos()
	}
	if text := c.embedded(v); text != "" {
		return text, v.Pos()
	}
	if v.Parent() == c.pkg.Types.Scope() && v.Exported() {
		return "", e.Pos()
	}
	if init := c.only(v); init != nil {
		if tv, ok := c.pkg.TypesInfo.Types[init]; ok && tv.Value != nil && tv.Value.Kind() == constant.String {
			return constant.StringVal(tv.Value), init.Pos()
		}
	}
	return "", e.Pos()
}

// written is where a named constant of the package has its text.
func (c constants) written(e ast.Expr) token.Pos {
	if id, ok := e.(*ast.Ident); ok {
		if k, ok := c.pkg.TypesInfo.Uses[id].(*types.Const); ok && k.Pkg() == c.pkg.Types {
			return k.Pos()
		}
	}
	return e.Pos()
}

// only is the value of a variable that is set once and whose address nobody
// takes; nil otherwise.
func (c constants) only(v *types.Var) ast.Expr {
	if value, sets := c.set(v); sets == 1 {
		return value
	}
	return nil
}

// set counts what sets a variable, its declaration included, and gives the last
// value; where its address is taken the count is above one.
func (c constants) set(v *types.Var) (value ast.Expr, sets int) {
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && (c.pkg.TypesInfo.Defs[id] == v || c.pkg.TypesInfo.Uses[id] == v)
	}
	files := []*ast.File{c.file}
	if v.Parent() == c.pkg.Types.Scope() {
		files = c.pkg.Syntax
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, l := range n.Lhs {
					if is(l) {
						sets++
						if len(n.Rhs) == len(n.Lhs) && (n.Tok == token.ASSIGN || n.Tok == token.DEFINE) {
							value = n.Rhs[i]
						}
					}
				}
			case *ast.ValueSpec:
				for i, l := range n.Names {
					if !is(l) {
						continue
					}
					sets++
					if i < len(n.Values) {
						value = n.Values[i]
					}
				}
			case *ast.RangeStmt:
				if n.Key != nil && is(n.Key) || n.Value != nil && is(n.Value) {
					sets += 2
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND && is(n.X) {
					sets += 2
				}
			}
			return true
		})
	}
	return value, sets
}

// maxEmbedded bounds the files that are read as queries, in bytes.
const maxEmbedded = 1 << 20

// embedded is the text of the file that //go:embed puts into a string variable of
// the package which nothing else sets; empty for any other variable.
func (c constants) embedded(v *types.Var) string {
	if v.Parent() != c.pkg.Types.Scope() || !isString(v.Type()) || len(c.pkg.GoFiles) == 0 {
		return ""
	}
	if _, sets := c.set(v); sets != 1 {
		return ""
	}
	name := embeddedFile(c.pkg, v)
	if !filepath.IsLocal(name) || filepath.Ext(name) != ".sql" {
		return ""
	}
	path := filepath.Join(filepath.Dir(c.pkg.GoFiles[0]), name)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxEmbedded {
		return ""
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(data)
}

// embeddedFile is the pattern of the variable's directive; empty where it has none.
func embeddedFile(pkg *packages.Package, v *types.Var) string {
	for _, f := range pkg.Syntax {
		for _, d := range f.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, s := range gen.Specs {
				spec := s.(*ast.ValueSpec)
				if len(spec.Names) != 1 || pkg.TypesInfo.Defs[spec.Names[0]] != v {
					continue
				}
				for _, doc := range []*ast.CommentGroup{spec.Doc, gen.Doc} {
					if name := directive(doc); name != "" {
						return name
					}
				}
			}
		}
	}
	return ""
}

func directive(doc *ast.CommentGroup) string {
	if doc == nil {
		return ""
	}
	for _, line := range doc.List {
		if pattern, ok := strings.CutPrefix(line.Text, "//go:embed "); ok {
			return strings.Trim(strings.TrimSpace(pattern), "\"`")
		}
	}
	return ""
}
