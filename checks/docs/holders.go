package docs

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/packages"
)

// findHolders follows readers that are handed on as values, as in
// config.Load(os.Getenv): the parameter then reads the environment wherever it
// is called. It reports whether there were new ones.
func (r *settingsReader) findHolders() bool {
	before := len(r.holders)
	for _, pkg := range r.program.Packages {
		for _, f := range pkg.Syntax {
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					r.heldByParameters(pkg, n)
				case *ast.AssignStmt:
					if len(n.Lhs) == len(n.Rhs) {
						for i := range n.Lhs {
							r.hold(pkg, denoted(pkg, n.Lhs[i]), n.Rhs[i])
						}
					}
				case *ast.ValueSpec:
					if len(n.Names) == len(n.Values) {
						for i := range n.Names {
							r.hold(pkg, pkg.TypesInfo.Defs[n.Names[i]], n.Values[i])
						}
					}
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok {
						r.hold(pkg, pkg.TypesInfo.Uses[key], n.Value)
					}
				}
				return true
			})
		}
	}
	return len(r.holders) > before
}

func (r *settingsReader) heldByParameters(pkg *packages.Package, call *ast.CallExpr) {
	fn := callee(pkg, call)
	if fn == nil {
		return
	}
	params := fn.Signature().Params()
	for i, arg := range call.Args {
		if i < params.Len() {
			r.hold(pkg, params.At(i), arg)
		}
	}
}

// hold notes that a variable is given a value, where that reads the environment.
func (r *settingsReader) hold(pkg *packages.Package, to types.Object, value ast.Expr) {
	v, ok := to.(*types.Var)
	if !ok {
		return
	}
	if i, reads := r.readsAsValue(pkg, value); reads {
		r.holders[v.Origin()] = i
	}
}

// readsAsValue knows names of readers, and literals that hand their parameter
// on to one.
func (r *settingsReader) readsAsValue(pkg *packages.Package, value ast.Expr) (int, bool) {
	lit, ok := ast.Unparen(value).(*ast.FuncLit)
	if !ok {
		return r.reads(denoted(pkg, value))
	}
	sig, ok := pkg.TypesInfo.TypeOf(lit).(*types.Signature)
	if !ok {
		return 0, false
	}
	return r.handsOn(pkg, sig, lit.Body)
}
