package routes

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Generated transports (grpc-gateway, kratos, goa) register literals of their
// own that decode the request and call one method of a service. That method is
// the handler; the literal stands in front of it.

// maxServiceCalls bounds how deep generated functions call each other.
const maxServiceCalls = 6

// serviceMethod looks through a generated literal.
func (m *machine) serviceMethod(x *closure, depth int) (served, bool) {
	if !generatedAt(x.pkg, x.lit.Pos()) {
		return served{}, false
	}
	var target value
	m.in(m.bodyOf(x), func() { target = m.serviceCall(x.pkg, x.lit.Body, 0) })
	if target == nil {
		return served{}, false
	}
	s := m.resolve(target, depth+1)
	s.around = slices.Concat([]Handler{m.describe(x)}, s.around)
	s.wrappers = append([]value{x}, s.wrappers...)
	return s, true
}

func generatedAt(pkg *packages.Package, pos token.Pos) bool {
	for _, f := range pkg.Syntax {
		if f.FileStart <= pos && pos <= f.FileEnd {
			return ast.IsGenerated(f)
		}
	}
	return false
}

// serviceCall finds the first call in a generated body that a context is the
// first argument of: a method of a service, a function that was handed in, or
// another generated function, which is followed.
func (m *machine) serviceCall(pkg *packages.Package, body *ast.BlockStmt, depth int) value {
	if depth > maxServiceCalls {
		return nil
	}
	for _, call := range callsIn(body) {
		sig, ok := types.Unalias(typeOrInvalid(pkg, call.Fun)).Underlying().(*types.Signature)
		if !ok || !takesContext(sig) || sig.Results().Len() == 0 {
			continue
		}
		if target := m.calledService(pkg, call, depth); target != nil {
			return target
		}
	}
	return nil
}

func typeOrInvalid(pkg *packages.Package, e ast.Expr) types.Type {
	if t := pkg.TypesInfo.TypeOf(e); t != nil {
		return t
	}
	return types.Typ[types.Invalid]
}

func (m *machine) calledService(pkg *packages.Package, call *ast.CallExpr, depth int) value {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		sel := pkg.TypesInfo.Selections[f]
		if sel == nil || sel.Kind() != types.MethodVal {
			return nil
		}
		fn := sel.Obj().(*types.Func)
		if fn.Pkg() == nil || m.surface.byPackage[fn.Pkg().Path()] != nil || !types.IsInterface(sel.Recv()) && !m.code.own(fn.Pkg()) {
			return nil
		}
		return m.serviceOf(fn, m.receiver(f, sel))
	case *ast.Ident:
		switch obj := pkg.TypesInfo.Uses[f].(type) {
		case *types.Func:
			if d := m.code.funcs[m.code.key(obj)]; d != nil && d.generated {
				return m.serviceWithin(d, m.args(call), depth)
			}
		case *types.Var:
			return m.handedIn(m.eval(f), depth)
		}
	}
	return nil
}

// serviceWithin follows a call of another generated function.
func (m *machine) serviceWithin(d *declared, args []value, depth int) value {
	sig := d.fn.Signature()
	b := body{pkg: d.pkg, env: newEnv(nil), typ: d.decl.Type, block: d.decl.Body, sig: sig, self: &function{fn: d.fn}}
	var target value
	m.in(b, func() {
		m.bindParams(d.decl.Type, sig, args)
		target = m.serviceCall(d.pkg, d.decl.Body, depth+1)
	})
	return target
}

// handedIn is a function value that a generated literal captured: followed
// where it is generated too.
func (m *machine) handedIn(v value, depth int) value {
	for _, c := range choices(v) {
		switch x := bare(c).(type) {
		case *closure:
			if !generatedAt(x.pkg, x.lit.Pos()) {
				return x
			}
			var target value
			m.in(m.bodyOf(x), func() { target = m.serviceCall(x.pkg, x.lit.Body, depth+1) })
			if target != nil {
				return target
			}
		case *function:
			if m.code.funcs[m.code.key(x.fn)] != nil {
				return x
			}
		}
	}
	return nil
}

// serviceOf is the method that answers a call: the receiver's own, or where
// that is a gRPC client, the same method of the server that it stands for.
func (m *machine) serviceOf(fn *types.Func, recv value) value {
	n := named(fn.Signature().Recv().Type())
	if n == nil {
		return nil
	}
	if service, ok := strings.CutSuffix(n.Obj().Name(), "Client"); ok && fn.Pkg() != nil {
		if server, ok := fn.Pkg().Scope().Lookup(service + "Server").(*types.TypeName); ok {
			if obj, _, _ := types.LookupFieldOrMethod(server.Type(), true, fn.Pkg(), fn.Name()); obj != nil {
				if g, ok := obj.(*types.Func); ok {
					return m.implementationOf(g, &unknown{typ: server.Type(), why: service})
				}
			}
		}
	}
	return m.implementationOf(fn, recv)
}
