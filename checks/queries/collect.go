package queries

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
)

// query is a statement that Go code sends.
type query struct {
	report.Position
	// text is empty where it is put together at run time.
	text string
	// function is the declaration around it, in its object; nil at file level.
	function string
	in       *types.Func
	// rows says that the result is any number of rows, lists that they are
	// gathered in a slice.
	rows, lists bool
}

// collect finds every statement that the module's code sends, in order. Tests
// are not loaded. A function that hands its parameter on as the text is not a
// statement itself: its callers are, also those that know it by an interface.
func collect(p *load.Program, moduleDir string) []query {
	c := collector{program: p, moduleDir: moduleDir, graph: reach.Of(p), wrappers: map[*types.Func]call{}, called: map[*types.Func]bool{}}
	for range maxWrapping {
		before := len(c.wrappers)
		c.each(c.wrapper)
		if len(c.wrappers) == before {
			break
		}
	}
	var found []query
	c.each(func(s site) {
		if q, ok := c.query(s); ok {
			found = append(found, q)
		}
	})
	return found
}

// maxWrapping is how many functions may lie between a text and the call that
// sends it.
const maxWrapping = 4

type collector struct {
	program   *load.Program
	moduleDir string
	// wrappers are functions of the module that send what they are given.
	wrappers map[*types.Func]call
	// called are the wrappers for which a call was seen.
	called map[*types.Func]bool
	graph  *reach.Graph
}

// site is a call that sends its argument text.
type site struct {
	pkg  *packages.Package
	file *ast.File
	in   *ast.FuncDecl
	call *ast.CallExpr
	text ast.Expr
	rows bool
}

// each calls f for every site outside of tests and examples.
func (c *collector) each(f func(site)) {
	for _, pkg := range c.program.Packages {
		if pkg.TypesInfo == nil {
			continue
		}
		for _, file := range pkg.Syntax {
			if isAside(strings.TrimPrefix(c.program.Position(file.Pos()).File, c.moduleDir+"/")) {
				continue
			}
			for _, decl := range file.Decls {
				fn, _ := decl.(*ast.FuncDecl)
				ast.Inspect(decl, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok {
						if how, ok := c.sends(callee(pkg.TypesInfo, call)); ok && how.text < len(call.Args) {
							f(site{pkg, file, fn, call, call.Args[how.text], how.rows})
						}
					}
					return true
				})
			}
		}
	}
}

func (c *collector) sends(fn *types.Func) (call, bool) {
	if fn == nil {
		return call{}, false
	}
	how, found := call{}, false
	for _, target := range append(slices.Clone(c.graph.Implementations(fn)), fn.Origin()) {
		if w, ok := c.wrappers[target]; ok {
			c.called[target] = true
			how, found = w, true
		}
	}
	if found {
		return how, true
	}
	return sends(fn)
}

// wrapper notes the function around a site whose text is its own parameter.
func (c *collector) wrapper(s site) {
	if s.in == nil {
		return
	}
	fn, ok := s.pkg.TypesInfo.Defs[s.in.Name].(*types.Func)
	if i := parameter(s, fn); ok && i >= 0 {
		c.wrappers[fn] = call{text: i, rows: s.rows}
	}
}

// parameter is the index of the parameter that is sent, -1 where it is none.
func parameter(s site, fn *types.Func) int {
	id, ok := ast.Unparen(s.text).(*ast.Ident)
	if !ok || fn == nil {
		return -1
	}
	params := fn.Signature().Params()
	for i := range params.Len() {
		if s.pkg.TypesInfo.Uses[id] == params.At(i) && !(fn.Signature().Variadic() && i == params.Len()-1) {
			return i
		}
	}
	return -1
}

// query is what a site sends; false for the own call of a wrapper that others
// call, and for a script that is read from a file and run as it is.
func (c *collector) query(s site) (query, bool) {
	var fn *types.Func
	if s.in != nil {
		fn, _ = s.pkg.TypesInfo.Defs[s.in.Name].(*types.Func)
		if parameter(s, fn) >= 0 && c.called[fn] {
			return query{}, false
		}
	}
	if fromBytes(s.pkg.TypesInfo, s.text) && s.call.Args[len(s.call.Args)-1] == s.text {
		return query{}, false
	}
	text, at := constants{pkg: s.pkg, file: s.file}.of(s.text)
	return query{
		Position: c.program.Position(at), text: text, function: c.program.Enclosing(s.pkg, s.call.Pos()), in: fn,
		rows: s.rows, lists: fillsSlice(s) || returnsSlice(fn) || gathers(s),
	}, true
}

// fillsSlice reports whether the call puts its rows in a slice itself: Select(&orders, text).
func fillsSlice(s site) bool {
	return s.rows && slices.ContainsFunc(s.call.Args, func(e ast.Expr) bool {
		p, ok := s.pkg.TypesInfo.TypeOf(e).(*types.Pointer)
		return ok && e.Pos() < s.text.Pos() && sliceOf(p.Elem()) != nil
	})
}

// gathers reports whether the function around the call appends in a loop over rows.
func gathers(s site) bool {
	if s.in == nil {
		return false
	}
	found := false
	ast.Inspect(s.in, func(n ast.Node) bool {
		if loop, ok := n.(*ast.ForStmt); ok && calls(loop.Cond, "Next") {
			ast.Inspect(loop.Body, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				found = found || ok && calls(e, "append")
				return !found
			})
		}
		return !found
	})
	return found
}

// calls reports whether an expression is a call of a function of this name.
func calls(e ast.Expr, name string) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == name
	case *ast.SelectorExpr:
		return f.Sel.Name == name
	}
	return false
}

func returnsSlice(fn *types.Func) bool {
	if fn == nil {
		return false
	}
	for v := range fn.Signature().Results().Variables() {
		if sliceOf(v.Type()) != nil {
			return true
		}
	}
	return false
}

// sliceOf is the type of the elements; nil for what is no slice, and for bytes.
func sliceOf(t types.Type) types.Type {
	s, ok := t.Underlying().(*types.Slice)
	if !ok || types.Identical(s.Elem(), types.Typ[types.Byte]) {
		return nil
	}
	return s.Elem()
}

// fromBytes reports a conversion of bytes to a string.
func fromBytes(info *types.Info, e ast.Expr) bool {
	conv, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(conv.Args) != 1 || !info.Types[conv.Fun].IsType() {
		return false
	}
	slice, ok := info.TypeOf(conv.Args[0]).Underlying().(*types.Slice)
	return ok && types.Identical(slice.Elem(), types.Typ[types.Byte])
}

// aside are folders whose code belongs to tests or examples.
var aside = regexp.MustCompile(`(^|/)(testdata|tests?|testing|testutils?|fixtures?|mocks?|examples?|e2e|benchmarks?)/`)

func isAside(file string) bool { return strings.HasSuffix(file, "_test.go") || aside.MatchString(file) }

func callee(info *types.Info, c *ast.CallExpr) *types.Func {
	var name *ast.Ident
	switch f := ast.Unparen(c.Fun).(type) {
	case *ast.SelectorExpr:
		name = f.Sel
	case *ast.Ident:
		name = f
	}
	fn, _ := info.Uses[name].(*types.Func)
	return fn
}
