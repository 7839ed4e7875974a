package matrix

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"sort"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/routes"
)

// nearest names up to three routes that a reader would suspect: the same path
// with another method, the same end elsewhere, or one segment apart. The first
// mount segments are the base path, which all routes share.
func (b *builder) nearest(method string, path []segment, mount int) []string {
	type scored struct {
		text  string
		score int
	}
	var found []scored
	for _, r := range b.routes {
		if r.route.Static || r.route.Derived {
			continue
		}
		if s := likeness(method, path, mount, r); s > 0 {
			found = append(found, scored{fmt.Sprintf("%s %s (%s)", r.route.Method, r.route.Path, r.route.Pos), s})
		}
	}
	sort.SliceStable(found, func(i, j int) bool {
		if found[i].score != found[j].score {
			return found[i].score > found[j].score
		}
		return found[i].text < found[j].text
	})
	var out []string
	for _, f := range found {
		if len(out) < 3 && (len(out) == 0 || out[len(out)-1] != f.text) {
			out = append(out, f.text)
		}
	}
	return out
}

// likeness is 0 for routes not worth naming, higher for closer ones.
func likeness(method string, path []segment, mount int, r indexed) int {
	sameMethod := 0
	if r.route.Serves(method) {
		sameMethod = 1
	}
	if match(path, r.segs) == exact {
		return 20
	}
	if n := len(r.segs) - len(path); n > 0 && len(literals(path)) > 0 && match(path, r.segs[n:]) == exact {
		return 10 + sameMethod
	}
	if n := len(path) - len(r.segs); n > 0 && len(literals(r.segs)) > 0 && match(path[n:], r.segs) == exact {
		return 10 + sameMethod
	}
	if len(path) != len(r.segs) || len(path) == 0 {
		return 0
	}
	differ, same := 0, 0
	for i := range path {
		if matchSegment(path[i], r.segs[i]) != exact {
			differ++
		}
		if i >= mount && path[i].kind == literal && begins(path[i].text, r.segs[i]) {
			same++
		}
	}
	if differ == 1 && same > 0 && sameMethod == 1 {
		return 1 + same
	}
	return 0
}

// begins holds for the same words, and for "team" and "teams".
func begins(text string, s segment) bool {
	return s.kind == literal && text != "" && s.text != "" && (strings.HasPrefix(text, s.text) || strings.HasPrefix(s.text, text))
}

// handlerKnows reports whether the handler, or a function of the module that it
// calls, mentions the literals of the operation that fall on parameters of the
// route: `GET /{slug}` that branches on "feed" serves /feed too.
func (b *builder) handlerKnows(r *routes.Route, op, route []segment) bool {
	if b.program == nil || r.Handler.Body == nil {
		return false
	}
	fn := b.program.FuncAt(r.Handler.Key)
	if fn == nil {
		return false
	}
	said := map[string]bool{}
	mentions(b.program, fn.Package, r.Handler.Body, 3, map[ast.Node]bool{}, said)
	for i, s := range op {
		if s.kind != literal || i < len(route) && route[i].kind == literal {
			continue
		}
		if !said[s.text] && !said["/"+s.text] {
			return false
		}
	}
	return true
}

// mentions collects the string constants in a function, in what it calls, and
// in the package variables that either uses.
func mentions(p *load.Program, pkg *packages.Package, body ast.Node, depth int, seen map[ast.Node]bool, said map[string]bool) {
	if body == nil || depth == 0 || seen[body] {
		return
	}
	seen[body] = true
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case ast.Expr:
			if tv, ok := pkg.TypesInfo.Types[n]; ok && tv.Value != nil && tv.Value.Kind() == constant.String {
				said[constant.StringVal(tv.Value)] = true
			}
		}
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch used := pkg.TypesInfo.Uses[id].(type) {
		case *types.Func:
			if fn := p.FuncAt(used.Pos()); fn != nil && fn.Decl != nil {
				mentions(p, fn.Package, fn.Decl, depth-1, seen, said)
			}
		case *types.Var:
			if in, value := initial(p, used); value != nil {
				mentions(p, in, value, depth-1, seen, said)
			}
		}
		return true
	})
}

// initial is the expression that a package variable of the module starts with.
func initial(p *load.Program, v *types.Var) (*packages.Package, ast.Expr) {
	if v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return nil, nil
	}
	for _, pkg := range p.Packages {
		if pkg.Types != v.Pkg() {
			continue
		}
		for _, in := range pkg.TypesInfo.InitOrder {
			if slices.Contains(in.Lhs, v) {
				return pkg, in.Rhs
			}
		}
	}
	return nil, nil
}
