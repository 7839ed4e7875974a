package queries

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
)

// query is a statement that Go code sends.
type query struct {
	report.Position
	// text is empty where it is put together at run time.
	text string
	// function is the declaration around it.
	function string
	rows     bool
	call     *ast.CallExpr
	// ignored is the reason of a directive for each rule that the source asks to
	// let be.
	ignored map[string]string
}

// collect finds every statement that the module's code sends, in order. Tests
// are not loaded.
func collect(p *load.Program, moduleDir string) []query {
	var found []query
	for _, pkg := range p.Packages {
		if pkg.TypesInfo == nil {
			continue
		}
		for _, f := range pkg.Syntax {
			if isAside(strings.TrimPrefix(p.Position(f.Pos()).File, moduleDir+"/")) {
				continue
			}
			values := constants{pkg: pkg, file: f}
			notes := directives(p, f)
			ast.Inspect(f, func(n ast.Node) bool {
				c, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				fn := callee(pkg.TypesInfo, c)
				if fn == nil {
					return true
				}
				how, ok := sends(fn)
				if !ok || how.text >= len(c.Args) {
					return true
				}
				text, at := values.of(c.Args[how.text])
				q := query{Position: p.Position(at), text: text, function: p.Enclosing(pkg, c.Pos()), rows: how.rows, call: c}
				q.ignored = notes.at(q.Position.Line, p.Position(c.Pos()).Line)
				found = append(found, q)
				return true
			})
		}
	}
	return found
}

// aside are folders whose code belongs to tests or examples.
var aside = regexp.MustCompile(`(^|/)(testdata|tests?|testing|testutils?|fixtures?|mocks?|examples?|e2e|benchmarks?)/`)

func isAside(file string) bool { return strings.HasSuffix(file, "_test.go") || aside.MatchString(file) }

func callee(info *types.Info, c *ast.CallExpr) *types.Func {
	sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	fn, _ := info.Uses[sel.Sel].(*types.Func)
	return fn
}

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
	if !ok || v.IsField() || v.Parent() == c.pkg.Types.Scope() && v.Exported() {
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
	var value ast.Expr
	sets := 0
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
	if sets != 1 {
		return nil
	}
	return value
}

// directive is "//conformance:ignore RULE reason"; the reason is required.
var directive = regexp.MustCompile(`^//\s*conformance:ignore\s+([a-z0-9-]+)[ \t]+(\S.*)`)

// ignores are the directives of a file by line, then by rule.
type ignores map[int]map[string]string

func directives(p *load.Program, f *ast.File) ignores {
	out := ignores{}
	for _, g := range f.Comments {
		for _, c := range g.List {
			if m := directive.FindStringSubmatch(c.Text); m != nil {
				line := p.Position(c.Pos()).Line
				if out[line] == nil {
					out[line] = map[string]string{}
				}
				out[line][m[1]] = strings.TrimSpace(m[2])
			}
		}
	}
	return out
}

// at are those on one of the lines, or above one.
func (d ignores) at(lines ...int) map[string]string {
	found := map[string]string{}
	for _, l := range lines {
		for _, at := range []int{l - 1, l} {
			for rule, reason := range d[at] {
				found[rule] = reason
			}
		}
	}
	return found
}
