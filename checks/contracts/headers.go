package contracts

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
)

type handedOnKey struct{}

// handedOn are the headers, in lower case, that the module sets on requests
// itself: by them a middleware tells handlers who asks, so that no client is
// meant to send them.
func handedOn(p *load.Program) map[string]bool {
	return p.Once(handedOnKey{}, func() any {
		names := map[string]bool{}
		for _, pkg := range p.Packages {
			for _, f := range pkg.Syntax {
				ast.Inspect(f, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok {
						if name := headerSet(pkg, call); name != "" {
							names[strings.ToLower(name)] = true
						}
					}
					return true
				})
			}
		}
		return names
	}).(map[string]bool)
}

// headerSet is the name in r.Header.Set("name", v), r a request; "" elsewhere.
func headerSet(pkg *packages.Package, call *ast.CallExpr) string {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 2 || method.Sel.Name != "Set" && method.Sel.Name != "Add" {
		return ""
	}
	if !ofRequest(pkg.TypesInfo, method.X) {
		return ""
	}
	name := pkg.TypesInfo.Types[call.Args[0]].Value
	if name == nil || name.Kind() != constant.String {
		return ""
	}
	return constant.StringVal(name)
}

// ofRequest: the field Header of net/http's or fasthttp's request.
func ofRequest(info *types.Info, e ast.Expr) bool {
	field, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok || field.Sel.Name != "Header" {
		return false
	}
	t := info.TypeOf(field.X)
	if t == nil {
		return false
	}
	if ptr, ok := t.Underlying().(*types.Pointer); ok {
		t = ptr.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Name() != "Request" {
		return false
	}
	path := named.Obj().Pkg().Path()
	return path == "net/http" || path == "github.com/valyala/fasthttp"
}
