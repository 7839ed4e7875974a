package source

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Uses is what a function does with a variable that holds a resource.
type Uses struct {
	// Methods are the methods called on it, and fields read from it, by name;
	// for fields of fields "Body.Close".
	Methods map[string][]token.Pos
	// Deferred are those of them that run in a defer statement.
	Deferred map[string]bool
	// Handed says that it is returned, stored, or given to a function that may
	// keep it, so that somebody else may release it.
	Handed bool
}

// UsesOf looks at every use of obj below root, literals included.
func UsesOf(info *types.Info, root ast.Node, obj types.Object) Uses {
	u := Uses{Methods: map[string][]token.Pos{}, Deferred: map[string]bool{}}
	var stack []ast.Node
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if id, ok := n.(*ast.Ident); ok && info.Uses[id] == obj {
			u.use(stack)
		}
		return true
	})
	return u
}

// use classifies one use by what stands around it.
func (u *Uses) use(stack []ast.Node) {
	name := ""
	i := len(stack) - 2
	for ; i >= 0; i-- {
		sel, ok := stack[i].(*ast.SelectorExpr)
		if !ok || sel.X != stack[i+1] {
			break
		}
		if name != "" {
			name += "."
		}
		name += sel.Sel.Name
	}
	if i < 0 {
		return
	}
	if name != "" {
		u.Methods[name] = append(u.Methods[name], stack[len(stack)-1].Pos())
		for _, n := range stack {
			if _, ok := n.(*ast.DeferStmt); ok {
				u.Deferred[name] = true
			}
		}
		return
	}
	switch parent := stack[i].(type) {
	case *ast.BinaryExpr: // compared with nil
	case *ast.AssignStmt:
		for _, rhs := range parent.Rhs {
			u.Handed = u.Handed || ast.Node(rhs) == stack[i+1]
		}
	default:
		u.Handed = true
	}
}

// Made is a variable that a call sets: a resource that somebody must release.
type Made struct {
	Var  *types.Var
	Call *ast.CallExpr
	// Blank says that the result is assigned to the blank identifier.
	Blank bool
	// Err is the variable of the error beside it; nil where there is none.
	Err types.Object
}

// MadeBy yields the variables in a function that calls set to a value of a type
// that is wanted, closures left out.
func MadeBy(info *types.Info, body ast.Node, wanted func(types.Type) bool) []Made {
	var made []Made
	Inspect(body, func(n ast.Node) bool {
		as, ok := n.(*ast.AssignStmt)
		if !ok || len(as.Rhs) != 1 {
			return true
		}
		call, ok := ast.Unparen(as.Rhs[0]).(*ast.CallExpr)
		if !ok {
			return true
		}
		for i, lhs := range as.Lhs {
			id, ok := lhs.(*ast.Ident)
			if !ok || !wanted(resultType(info, call, i)) {
				continue
			}
			m := Made{Call: call, Blank: id.Name == "_"}
			m.Var, _ = info.ObjectOf(id).(*types.Var)
			if last, ok := as.Lhs[len(as.Lhs)-1].(*ast.Ident); ok && len(as.Lhs) > 1 {
				m.Err = info.ObjectOf(last)
			}
			if m.Var != nil || m.Blank {
				made = append(made, m)
			}
		}
		return true
	})
	return made
}

func resultType(info *types.Info, call *ast.CallExpr, i int) types.Type {
	switch t := info.TypeOf(call).(type) {
	case *types.Tuple:
		if i < t.Len() {
			return t.At(i).Type()
		}
		return types.Typ[types.Invalid]
	case nil:
		return types.Typ[types.Invalid]
	default:
		return t
	}
}
