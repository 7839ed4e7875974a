package routes

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strings"
)

// writtenAt is the line that shows a route: the registering call, but through
// functions that only pass a path on to the place where it is given, and into
// a table to its row.
func (w *wireCall) writtenAt(path value) token.Pos {
	n := w.call.Path
	if n == Last {
		n = len(w.expr.Args)
	}
	if n < 1 || n > len(w.expr.Args) {
		return w.pos
	}
	return shownAt(w.fr, w.expr.Args[n-1], w.pos, path)
}

// shownAt follows a path expression up the calls.
func shownAt(fr *frame, e ast.Expr, pos token.Pos, path value) token.Pos {
	for range maxDepth {
		src := decisive(fr.pkg.TypesInfo, e)
		id, isIdent := src.(*ast.Ident)
		if !isIdent {
			if isRow(fr.pkg.TypesInfo, src) {
				return literalPos(path, pos)
			}
			return pos
		}
		obj, ok := fr.pkg.TypesInfo.Uses[id].(*types.Var)
		if !ok {
			return pos
		}
		i := paramIndex(fr.sig, obj)
		if i < 0 || !isString(obj.Type()) {
			if rangesOver(fr, obj) {
				return literalPos(path, pos)
			}
			return pos
		}
		if fr.expr == nil || fr.outer == nil || i >= len(fr.expr.Args) || len(fr.expr.Args) < fr.sig.Params().Len() {
			return pos
		}
		e = fr.expr.Args[i]
		pos = callPos(fr.expr)
		fr = fr.outer
	}
	return pos
}

// callPos is a method call's name, else the call's start.
func callPos(e *ast.CallExpr) token.Pos {
	if sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr); ok {
		return sel.Sel.Pos()
	}
	return e.Pos()
}

// decisive is the part of an expression that tells one path from another: the
// last operand that is not a separator.
func decisive(info *types.Info, e ast.Expr) ast.Expr {
	switch x := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		if tv, ok := info.Types[x.Y]; ok && tv.Value != nil && strings.Trim(tv.Value.ExactString(), `"/ `) == "" {
			return decisive(info, x.X)
		}
		return decisive(info, x.Y)
	case *ast.CallExpr:
		return telling(info, x)
	case *ast.StarExpr:
		return decisive(info, x.X)
	default:
		return x
	}
}

// telling is the argument that tells one path from another: the last text with
// more than verbs and slashes in it, else the last that is not a constant.
func telling(info *types.Info, call *ast.CallExpr) ast.Expr {
	var variable ast.Expr
	for i := len(call.Args) - 1; i >= 0; i-- {
		a := call.Args[i]
		tv := info.Types[a]
		if tv.Value == nil {
			if variable == nil {
				variable = a
			}
			continue
		}
		if strings.Trim(verb.ReplaceAllString(tv.Value.ExactString(), ""), `"/ `) != "" {
			return a
		}
	}
	if variable == nil {
		return call
	}
	return decisive(info, variable)
}

var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-z]`)

// isRow recognises what is read from a table: a field, an element, a getter.
func isRow(info *types.Info, e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.SelectorExpr:
		sel := info.Selections[x]
		return sel != nil && sel.Kind() == types.FieldVal
	case *ast.IndexExpr:
		return true
	case *ast.CallExpr:
		return len(x.Args) == 0
	}
	return false
}

func paramIndex(sig *types.Signature, obj *types.Var) int {
	if sig == nil || sig.Variadic() && sig.Params().Len() > 0 && sig.Params().At(sig.Params().Len()-1) == obj {
		return -1
	}
	for i := range sig.Params().Len() {
		if sig.Params().At(i) == obj {
			return i
		}
	}
	return -1
}

// rangesOver reports whether a variable is one that a range loop sets.
func rangesOver(fr *frame, obj *types.Var) bool {
	for _, f := range fr.pkg.Syntax {
		if obj.Pos() < f.FileStart || f.FileEnd < obj.Pos() {
			continue
		}
		found := false
		ast.Inspect(f, func(n ast.Node) bool {
			if n == nil || found || n.Pos() > obj.Pos() || n.End() < obj.Pos() {
				return false
			}
			if r, ok := n.(*ast.RangeStmt); ok {
				found = r.Key != nil && r.Key.Pos() == obj.Pos() || r.Value != nil && r.Value.Pos() == obj.Pos()
			}
			return !found
		})
		return found
	}
	return false
}

// literalPos is where the telling part of a path is written.
func literalPos(path value, otherwise token.Pos) token.Pos {
	s, ok := bare(choices(path)[0]).(str)
	if !ok {
		return otherwise
	}
	for i := len(s.pieces) - 1; i >= 0; i-- {
		if p := s.pieces[i]; p.hole == nil && p.pos.IsValid() && strings.Trim(p.text, "/") != "" {
			return p.pos
		}
	}
	return otherwise
}
