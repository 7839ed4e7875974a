package taint

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// of is what reaches a sink through e. For addresses only what comes before the
// path counts: a fixed host cannot be changed by what follows it.
func (v *values) of(e ast.Expr, kind Kind) value {
	v.depth = 0
	clear(v.seen)
	if kind == URL || kind == Redirect {
		if fixedStart(v.scope, e, kind) {
			return safe
		}
	}
	return v.eval(e, kind)
}

// fixedStart knows "https://host/" + x and fmt.Sprintf("https://host/%s", x).
func fixedStart(scope *web.Scope, e ast.Expr, kind Kind) bool {
	e = scope.Resolve(e)
	for {
		if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.ADD {
			if scope.String(b) == "" {
				e = scope.Resolve(b.X)
				continue
			}
		}
		break
	}
	if call, ok := e.(*ast.CallExpr); ok && len(call.Args) > 1 {
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sprintf" {
			e = call.Args[0]
		}
	}
	start := scope.String(e)
	if kind == Redirect && strings.HasPrefix(start, "/") && len(start) > 1 && start[1] != '/' && start[1] != '%' {
		return true
	}
	_, rest, ok := strings.Cut(start, "://")
	host, _, path := strings.Cut(rest, "/")
	return ok && path && host != "" && !strings.Contains(host, "%")
}

func (v *values) eval(e ast.Expr, kind Kind) value {
	v.depth++
	defer func() { v.depth-- }()
	if v.depth > 25 {
		return unknown(e)
	}
	e = ast.Unparen(e)
	tv := v.pass.TypesInfo.Types[e]
	if tv.Value != nil || harmless(tv.Type) || kind == Log && web.TypeName(tv.Type) == "net/url.URL" {
		return safe // an address prints itself escaped
	}
	switch x := e.(type) {
	case *ast.Ident:
		return v.variable(x, kind)
	case *ast.SelectorExpr:
		return v.field(x, kind)
	case *ast.IndexExpr:
		return v.index(x, kind)
	case *ast.SliceExpr:
		return v.eval(x.X, kind)
	case *ast.StarExpr:
		return v.eval(x.X, kind)
	case *ast.UnaryExpr:
		return v.eval(x.X, kind)
	case *ast.TypeAssertExpr:
		return v.eval(x.X, kind)
	case *ast.BinaryExpr:
		return worse(v.eval(x.X, kind), v.eval(x.Y, kind))
	case *ast.CompositeLit:
		return v.elements(x, kind)
	case *ast.CallExpr:
		return v.result(x, kind)
	}
	return unknown(e)
}

// harmless types cannot carry text: numbers, truth values, times, ids.
func harmless(t types.Type) bool {
	if t == nil {
		return false
	}
	switch web.TypeName(t) {
	case "time.Time", "time.Duration", "github.com/google/uuid.UUID", "github.com/gofrs/uuid.UUID", "github.com/shopspring/decimal.Decimal":
		return true
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsNumeric|types.IsBoolean) != 0
}

// isStruct knows structs and pointers to them, but for those that build text.
func isStruct(t types.Type) bool {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	_, ok := t.Underlying().(*types.Struct)
	return ok && web.TypeName(t) != "strings.Builder" && web.TypeName(t) != "bytes.Buffer"
}

func (v *values) variable(id *ast.Ident, kind Kind) value {
	obj, ok := v.pass.TypesInfo.ObjectOf(id).(*types.Var)
	if !ok {
		return unknown(id)
	}
	if web.IsError(obj.Type()) {
		return unknown(id) // what went wrong is not what was sent
	}
	if kind == SQL && isStruct(obj.Type()) {
		return safe // a condition by example: its fields become arguments
	}
	if v.tested[obj] && kind != Log && kind != HTML {
		return value{Unknown, id, -1} // somebody looked at it
	}
	if call := v.filled[obj]; call != nil {
		return value{Input, call, -1}
	}
	if v.seen[obj] {
		return safe // its other values are looked at further up
	}
	v.seen[obj] = true
	defer delete(v.seen, obj)
	if i, ok := v.params[obj]; ok && len(v.sets[obj]) == 0 {
		if web.IsRequest(obj.Type()) {
			return unknown(id)
		}
		return value{Given, id, i}
	}
	if obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() {
		if init := v.globals[obj]; init != nil {
			return v.eval(init, kind)
		}
		return unknown(id)
	}
	sets := v.sets[obj]
	if len(sets) == 0 {
		if _, isParam := v.params[obj]; !isParam && !declaredEmpty(obj, v.f) {
			return unknown(id)
		}
	}
	out := safe
	for _, s := range sets {
		out = worse(out, v.eval(s, kind))
	}
	return out
}

// declaredEmpty says that a variable is declared in this function, so that
// without assignments it stays empty.
func declaredEmpty(obj types.Object, f source.Func) bool {
	return f.Body.Pos() <= obj.Pos() && obj.Pos() <= f.Body.End()
}

func (v *values) field(sel *ast.SelectorExpr, kind Kind) value {
	if v.scope.FromRequest(sel) {
		return value{Input, sel, -1}
	}
	root := sel.X
	for {
		if inner, ok := ast.Unparen(root).(*ast.SelectorExpr); ok {
			root = inner.X
			continue
		}
		break
	}
	obj := source.Object(v.pass.TypesInfo, root)
	if call := v.filled[obj]; call != nil && obj != nil {
		if v.tested[v.pass.TypesInfo.ObjectOf(sel.Sel)] && kind != Log && kind != HTML {
			return unknown(sel)
		}
		return value{Input, sel, -1}
	}
	return unknown(sel)
}

// index knows maps of constants (an allow-list), and the request's own maps.
func (v *values) index(x *ast.IndexExpr, kind Kind) value {
	if v.scope.FromRequest(x) {
		return value{Input, x, -1}
	}
	if lit, ok := v.scope.Resolve(x.X).(*ast.CompositeLit); ok {
		return v.elements(lit, kind)
	}
	if init := v.globals[source.Object(v.pass.TypesInfo, x.X)]; init != nil {
		return v.eval(init, kind)
	}
	if _, isMap := v.pass.TypesInfo.TypeOf(x.X).Underlying().(*types.Map); isMap {
		return unknown(x)
	}
	return v.eval(x.X, kind)
}

func (v *values) elements(lit *ast.CompositeLit, kind Kind) value {
	out := safe
	if kind == SQL && isStruct(v.pass.TypesInfo.TypeOf(lit)) {
		return safe
	}
	for _, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			elt = kv.Value
		}
		out = worse(out, v.eval(elt, kind))
	}
	return out
}

// buildsSQL knows the last step of query builders, which make placeholders.
func buildsSQL(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (sel.Sel.Name == "ToSql" || sel.Sel.Name == "ToSQL" || sel.Sel.Name == "MustSql")
}

// fromNumbers knows plain functions that get nothing but numbers and constants:
// what they return is made of those.
func (v *values) fromNumbers(call *ast.CallExpr) bool {
	fn := web.Callee(v.pass.TypesInfo, call)
	if fn == nil || fn.Signature().Recv() != nil || !source.SameModule(v.pass, fn.Pkg()) || len(call.Args) == 0 {
		return false
	}
	for _, a := range call.Args {
		tv := v.pass.TypesInfo.Types[a]
		if tv.Value == nil && !harmless(tv.Type) {
			return false
		}
	}
	return true
}

// passing are functions whose result is text of their arguments.
var passing = map[string]bool{
	"fmt.Sprint": true, "fmt.Sprintf": true, "fmt.Sprintln": true, "strings.Join": true, "strings.ToLower": true, "strings.ToUpper": true,
	"strings.TrimSpace": true, "strings.Trim": true, "strings.TrimPrefix": true, "strings.TrimSuffix": true, "strings.TrimRight": true, "strings.TrimLeft": true,
	"strings.Split": true, "strings.Fields": true, "strings.Repeat": true, "strings.Replace": true, "strings.ReplaceAll": true, "strings.Title": true,
	"path/filepath.Join": true, "path.Join": true, "path/filepath.Clean": true, "path.Clean": true, "net/url.PathUnescape": true, "net/url.QueryUnescape": true,
	"io.ReadAll": true, "net/url.Parse": true, "net/url.JoinPath": true, "net/url.URL.String": true, "net/url.URL.JoinPath": true,
	"strings.Builder.String": true, "bytes.Buffer.String": true, "bytes.Buffer.Bytes": true,
}

func (v *values) result(call *ast.CallExpr, kind Kind) value {
	info := v.pass.TypesInfo
	name := web.Name(web.Callee(info, call))
	if sanitizes(name, kind) || kind == SQL && buildsSQL(call) || v.fromNumbers(call) {
		return safe
	}
	if (name == "strings.ReplaceAll" || name == "strings.Replace") && (kind == Log || kind == HTML) {
		return unknown(call) // somebody escapes
	}
	if in, ok := v.scope.Input(call); ok {
		if in.Into == nil && !(in.Parses && in.Place != web.Body) {
			return value{Input, call, -1}
		}
		return safe
	}
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		if b, ok := info.Uses[id].(*types.Builtin); ok && b.Name() != "append" {
			return safe
		}
	}
	isConversion := info.Types[call.Fun].IsType()
	isAppend := name == "" && source.Text(call.Fun) == "append"
	switch {
	case isConversion, isAppend, passing[name]:
		out := safe
		if recv := web.Receiver(call); recv != nil && web.Callee(info, call) != nil && web.Callee(info, call).Signature().Recv() != nil {
			out = v.eval(recv, kind)
		}
		args := call.Args
		if name == "strings.Replace" || name == "strings.ReplaceAll" {
			args = append([]ast.Expr{call.Args[0]}, call.Args[2])
		}
		for _, a := range args {
			out = worse(out, v.eval(a, kind))
		}
		return out
	case v.scope.FromRequest(call):
		return value{Input, call, -1}
	}
	return unknown(call)
}
