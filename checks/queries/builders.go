package queries

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/report"
)

// builder is what the methods of an ORM do to a query, by their names.
type builder struct {
	// lists fill the slice that they are given and send the query; so does a sender
	// with the slice that model was given.
	lists, senders, model string
	// neutral methods change neither which rows there are nor how many.
	neutral string
	// creates add what they are given to its table, and never change what is there
	// instead; insert is the type that alone does so.
	creates, insert string
	// raw says that Raw and Exec take a text first.
	raw bool
}

// builders by the import path of their types, without major version.
var builders = map[string]builder{
	"gorm.io/gorm": {raw: true, lists: "Find", creates: "Create CreateInBatches FirstOrCreate",
		neutral: "WithContext Session Debug Model Order Preload Unscoped Select Omit"},
	"github.com/jinzhu/gorm": {raw: true, lists: "Find", creates: "Create FirstOrCreate",
		neutral: "New Debug Model Order Preload Unscoped Select Omit"},
	"xorm.io/xorm": {lists: "Find", creates: "Insert InsertOne",
		neutral: "Context Asc Desc OrderBy Cols Omit NoAutoCondition NewSession"},
	"github.com/uptrace/bun": {senders: "Scan", model: "Model", creates: "Model", insert: "InsertQuery",
		neutral: "NewSelect Order OrderExpr Column Relation"},
}

// limiting methods bound a query in every ORM.
const limiting = "Limit"

func among(list, name string) bool {
	for _, s := range strings.Fields(list) {
		if s == name {
			return true
		}
	}
	return false
}

// builderOf is the ORM that a method belongs to.
func builderOf(fn *types.Func) (builder, bool) {
	if fn == nil || fn.Pkg() == nil || fn.Signature().Recv() == nil {
		return builder{}, false
	}
	b, ok := builders[fn.Pkg().Path()]
	return b, ok
}

// builtList is a list that an ORM queries.
type builtList struct {
	query
	extent
}

// builderLists finds the lists that ORMs query on the request path, and the
// types whose rows they add there.
func (a *audit) builderLists(onPath map[*types.Func]bool) (lists []builtList, created map[string]report.Position) {
	created = map[string]report.Position{}
	for _, pkg := range a.Program.Packages {
		for _, file := range pkg.Syntax {
			if isAside(strings.TrimPrefix(a.Program.Position(file.Pos()).File, a.ModuleDir+"/")) {
				continue
			}
			for _, decl := range file.Decls {
				fn, ok := decl.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				obj, _ := pkg.TypesInfo.Defs[fn.Name].(*types.Func)
				if !onPath[obj] {
					continue
				}
				c := chains{pkg: pkg, constants: constants{pkg, file}}
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					call, ok := n.(*ast.CallExpr)
					if !ok {
						return true
					}
					at := a.Program.Position(call.Pos())
					if e, ok := c.list(call); ok {
						lists = append(lists, builtList{query{Position: at, function: a.Program.Enclosing(pkg, call.Pos()), in: obj}, e})
					}
					if t := c.created(call); t != "" && !created[t].IsValid() {
						created[t] = at
					}
					return true
				})
			}
		}
	}
	return lists, created
}

// chains reads the method chains of one file.
type chains struct {
	pkg       *packages.Package
	constants constants
}

// list is how many rows a call lists; false for a call that lists none.
func (c chains) list(call *ast.CallExpr) (extent, bool) {
	fn := callee(c.pkg.TypesInfo, call)
	b, ok := builderOf(fn)
	if !ok {
		return extent{}, false
	}
	var whole string
	switch {
	case among(b.lists, fn.Name()) && len(call.Args) > 0:
		if whole = c.slice(call.Args[0]); whole == "" {
			return extent{}, false
		}
		if len(call.Args) > 1 {
			return extent{reason: filtered}, true
		}
	case among(b.senders, fn.Name()):
		if whole = c.modelled(call, b); whole == "" {
			return extent{}, false
		}
	default:
		return extent{}, false
	}
	e := c.walk(call, b)
	if !e.bounded && e.reason == "" {
		e.whole = whole
	}
	return e, true
}

// walk goes down the chain below a call to the handle that it starts from.
func (c chains) walk(call *ast.CallExpr, b builder) extent {
	e := extent{}
	for range 40 { // longer chains, and variables made of themselves, are not followed
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return extent{reason: filtered}
		}
		next, ok := c.resolved(sel.X).(*ast.CallExpr)
		if !ok {
			if !c.handle(sel.X) {
				e.reason = filtered
			}
			return e
		}
		fn := callee(c.pkg.TypesInfo, next)
		if _, ok := builderOf(fn); !ok {
			return extent{reason: filtered}
		}
		switch {
		case fn.Name() == limiting:
			return extent{bounded: true}
		case !among(b.neutral, fn.Name()) && fn.Name() != b.model:
			e.reason = filtered // a limit may still come
		}
		call = next
	}
	return extent{reason: filtered}
}

// resolved follows a variable that is set once and used once: chains change what
// they start from, so that whatever else is done with it may be a condition.
func (c chains) resolved(e ast.Expr) ast.Expr {
	e = ast.Unparen(e)
	id, ok := e.(*ast.Ident)
	if !ok {
		return e
	}
	if v, ok := c.pkg.TypesInfo.Uses[id].(*types.Var); ok && !v.IsField() && v.Parent() != c.pkg.Types.Scope() {
		if init := c.constants.only(v); init != nil && c.uses(v) == 1 {
			return ast.Unparen(init)
		}
	}
	return e
}

func (c chains) uses(v *types.Var) int {
	n := 0
	for _, obj := range c.pkg.TypesInfo.Uses {
		if obj == v {
			n++
		}
	}
	return n
}

// handle reports whether a chain starts from a field or from a variable of a
// package, which no condition has been added to.
func (c chains) handle(e ast.Expr) bool {
	var id *ast.Ident
	switch x := c.resolved(e).(type) {
	case *ast.SelectorExpr:
		id = x.Sel
	case *ast.Ident:
		id = x
	default:
		return false
	}
	v, ok := c.pkg.TypesInfo.Uses[id].(*types.Var)
	return ok && (v.IsField() || v.Pkg() != nil && v.Parent() == v.Pkg().Scope())
}

// slice is the element type of &xs, by name; empty where it is none of the module's.
func (c chains) slice(e ast.Expr) string {
	t := c.pkg.TypesInfo.TypeOf(e)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	elem := sliceOf(t)
	if elem == nil {
		return ""
	}
	return typeName(elem)
}

// modelled is the element type of the slice that the chain's model was given.
func (c chains) modelled(call *ast.CallExpr, b builder) string {
	for range 40 {
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return ""
		}
		next, ok := c.resolved(sel.X).(*ast.CallExpr)
		if !ok {
			return ""
		}
		if fn := callee(c.pkg.TypesInfo, next); fn != nil && fn.Name() == b.model && len(next.Args) == 1 {
			return c.slice(next.Args[0])
		}
		call = next
	}
	return ""
}

// created is the type whose row a call adds; empty where it adds none.
func (c chains) created(call *ast.CallExpr) string {
	fn := callee(c.pkg.TypesInfo, call)
	b, ok := builderOf(fn)
	if !ok || !among(b.creates, fn.Name()) || len(call.Args) == 0 {
		return ""
	}
	if b.insert != "" && !strings.HasSuffix(fn.Signature().Recv().Type().String(), b.insert) {
		return ""
	}
	if name := c.slice(call.Args[0]); name != "" {
		return name
	}
	return typeName(c.pkg.TypesInfo.TypeOf(call.Args[0]))
}

// typeName is "pkg.Type" of a named struct or a pointer to one.
func typeName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return ""
	}
	if _, ok := n.Underlying().(*types.Struct); !ok {
		return ""
	}
	return n.Obj().Pkg().Name() + "." + n.Obj().Name()
}
