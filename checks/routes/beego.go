package routes

import (
	"go/ast"
	"go/token"
	"go/types"
	"net/http"
	"regexp"
	"strings"
)

// beego describes github.com/beego/beego in every major version: functions,
// controllers by name, by mapping or by comment, and namespaces.
func beego() Library {
	const (
		apps  = "HttpServer ControllerRegister"
		all   = apps + " Namespace"
		verbs = "Get Post Put Patch Delete Head Options"
	)
	lib := Library{
		Name: "beego",
		Packages: []string{
			"github.com/beego/beego/v2/server/web", "github.com/beego/beego", "github.com/astaxie/beego", "github.com/beego/beego/v2/adapter",
		},
		Types: []Type{
			{Name: "HttpServer", Root: true, Handles: true}, {Name: "ControllerRegister", Root: true, Handles: true}, {Name: "App", Root: true, Handles: true},
			{Name: "Namespace", Root: true},
		},
		Defaults: []string{"BeeApp"},
		Pattern:  Syntax{Brace: true, Colon: true, Star: true, Respell: beegoPaths},
		Slash:    SlashIgnored,
		Calls: []Call{
			{Names: "NewHttpSever NewHttpServerWithCfg", Does: Create, Result: "HttpServer"},
			{Names: "NewControllerRegister NewControllerRegisterWithCfg", Does: Create, Result: "ControllerRegister"},
			{Names: "NewNamespace", Does: Value, Run: newBeegoNamespace},
			{Names: "AddNamespace", Does: Special, Run: addBeegoNamespaces},
			{On: "Namespace", Names: "Namespace", Does: Special, Run: addBeegoNamespaces},
			{On: "Namespace", Names: "Filter", Does: Use, Middleware: 2},
			{On: "Namespace", Names: "Cond", Does: Ignore},
			{On: apps, Names: "Add", Does: Special, Run: beegoController},
		},
	}
	for _, on := range []string{"", all} {
		lib.Calls = append(lib.Calls,
			Call{On: on, Names: verbs, Does: Register, Path: 1, Handler: 2},
			Call{On: on, Names: "Any", Does: Register, Method: "*", Path: 1, Handler: 2},
			Call{On: on, Names: "CtrlAny", Does: Register, Method: "*", Path: 1, Handler: 2},
			Call{On: on, Names: "Handler", Does: Register, Method: "*", Path: 1, Handler: 2},
			Call{On: on, Names: "Router RouterWithOpts", Does: Special, Run: beegoController},
			Call{On: on, Names: "RESTRouter", Does: Special, Run: beegoRest},
			Call{On: on, Names: "Include", Does: Special, Run: beegoInclude},
			Call{On: on, Names: "AutoRouter AddAuto", Does: Special, Run: func(w *wireCall, r *router) value { return w.beegoAuto(r, nil, w.arg(1)) }},
			Call{On: on, Names: "AutoPrefix AddAutoPrefix", Does: Special, Run: func(w *wireCall, r *router) value { return w.beegoAuto(r, w.arg(1), w.arg(2)) }},
			Call{On: on, Names: "InsertFilter InsertFilterChain", Does: Special, Run: beegoFilter},
			Call{On: on, Names: "SetStaticPath DelStaticPath UnregisterFixedRoute", Does: Ignore},
		)
		for _, verb := range strings.Fields(verbs) {
			lib.Calls = append(lib.Calls, Call{On: on, Names: "Ctrl" + verb, Does: Register, Method: strings.ToUpper(verb), Path: 1, Handler: 2})
		}
	}
	return lib
}

var (
	beegoOptional = regexp.MustCompile(`/?\?:`)
	beegoKinds    = regexp.MustCompile(`:(\w+):(int|string)\b`)
	beegoLimited  = regexp.MustCompile(`:(\w+)\(`)
)

// beegoPaths rewrites ":id:int", ":id([0-9]+)", "?:id" and "*.*".
func beegoPaths(text string) []string {
	text = strings.Replace(text, "*.*", "{path}.{ext}", 1)
	if at := beegoOptional.FindStringIndex(text); at != nil {
		without := text[:at[0]]
		if without == "" {
			without = "/"
		}
		return append(beegoPaths(strings.Replace(text, "?:", ":", 1)), without)
	}
	text = beegoKinds.ReplaceAllStringFunc(text, func(s string) string {
		name, kind, _ := strings.Cut(s[1:], ":")
		if kind == "int" {
			return "{" + name + ":[0-9]+}"
		}
		return "{" + name + "}"
	})
	for {
		at := beegoLimited.FindStringSubmatchIndex(text)
		if at == nil {
			return []string{text}
		}
		end := closing(text, at[1]-1)
		if end < 0 {
			return []string{text}
		}
		text = text[:at[0]] + "{" + text[at[2]:at[3]] + ":" + text[at[1]:end] + "}" + text[end+1:]
	}
}

// closing is where the parenthesis at i is closed; -1 where it is not.
func closing(text string, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// newBeegoNamespace makes a group and carries out its NS... arguments on it.
func newBeegoNamespace(w *wireCall, _ *router) value {
	ns := w.newRouter(w.lib, "Namespace", w.pos)
	ns.own = w.arg(1)
	for _, v := range w.rest(2) {
		for _, link := range choices(v) {
			w.beegoLink(ns, link)
		}
	}
	return ns
}

// beegoLink does what web.NSGet(...) and its kin stand for: the method of the
// same name without NS on the namespace.
func (w *wireCall) beegoLink(ns *router, link value) {
	name, args := optionOf(link)
	u, _ := bare(link).(*unknown)
	name, ok := strings.CutPrefix(name, "NS")
	switch {
	case !ok:
		if _, isNull := bare(link).(null); !isNull {
			w.unknownRoutes(ns, "a part of the namespace that is not known")
		}
	case name == "Namespace":
		sub := &wireCall{machine: w.machine, lib: w.lib, call: w.call, name: name, args: args, expr: w.expr, pos: u.pos, indirect: true}
		w.beegoPlace(newBeegoNamespace(sub, nil), ns)
	case name == "Before":
		w.use(ns, args...)
	case name == "After" || name == "Cond":
	default:
		w.again(ns, name, args, u.pos)
	}
}

func addBeegoNamespaces(w *wireCall, r *router) value {
	for _, v := range w.rest(1) {
		w.beegoPlace(v, r)
	}
	return r
}

func (w *wireCall) beegoPlace(v value, parent *router) {
	for _, c := range choices(v) {
		if ns, ok := bare(c).(*router); ok && ns != parent {
			ns.parents = append(ns.parents, edge{parent: parent, prefix: text(""), before: listed(parent.use.v), pos: w.pos})
		}
	}
}

// beegoFilter: a filter's pattern says below which prefix it runs.
func beegoFilter(w *wireCall, r *router) value {
	fn := w.arg(3)
	if w.name == "InsertFilterChain" {
		fn = w.arg(2)
	}
	prefix := strings.TrimRight(knownText(w.arg(1)), "*")
	if strings.Trim(prefix, "/") != "" {
		fn = &scope{at: r, prefixes: []value{text(strings.TrimSuffix(prefix, "/"))}, fn: fn}
	}
	w.useAll(r, fn)
	return r
}

var beegoVerbs = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

// beegoController registers a controller's methods: those that mappings such
// as "get,post:Save;delete:Remove" name, else those named like a method.
func beegoController(w *wireCall, r *router) value {
	path, ctrl := w.arg(1), w.arg(2)
	var mappings []string
	for _, v := range w.rest(3) {
		if name, args := optionOf(v); name == "WithRouterMethods" {
			mappings = append(mappings, texts(args)...)
			continue
		}
		mappings = append(mappings, texts([]value{v})...)
	}
	for _, mapping := range strings.Split(strings.Join(mappings, ";"), ";") {
		verbs, name, ok := strings.Cut(mapping, ":")
		if !ok {
			continue
		}
		for _, verb := range strings.Split(verbs, ",") {
			w.beegoAction(r, strings.ToUpper(strings.TrimSpace(verb)), path, ctrl, strings.TrimSpace(name), false)
		}
	}
	if len(mappings) == 0 {
		for _, verb := range beegoVerbs {
			w.beegoAction(r, verb, path, ctrl, verb[:1]+strings.ToLower(verb[1:]), true)
		}
	}
	return r
}

// beegoRest is Router for a collection and for one of its objects.
func beegoRest(w *wireCall, r *router) value {
	beegoController(w, r)
	twin := *w
	twin.args = []value{w.binaryText(w.arg(1), text("/:objectId")), w.arg(2)}
	return beegoController(&twin, r)
}

// beegoAction registers one method of a controller; own leaves out what the
// framework's controller declares, which only refuses.
func (w *wireCall) beegoAction(r *router, verb string, path, ctrl value, name string, own bool) {
	en := w.newEntry(r, w.beegoPrepare(ctrl)...)
	en.fixed = verb
	en.path = path
	if !w.indirect {
		en.pos = w.writtenAt(path)
	}
	t := dynamicType(ctrl)
	if t == nil {
		if own {
			return
		}
		en.handler = &unknown{why: name}
		w.addEntry(en)
		return
	}
	g := w.method(t, ctrl, name, nil)
	if g == nil || own && w.foreignMethod(g) {
		return
	}
	en.handler = g
	w.addEntry(en)
}

// foreignMethod: the router library itself declares the method.
func (w *wireCall) foreignMethod(g *function) bool {
	return g.fn.Pkg() != nil && w.surface.byPackage[g.fn.Pkg().Path()] == w.lib
}

// beegoPrepare is the method that runs before each action of a controller.
func (w *wireCall) beegoPrepare(ctrl value) []value {
	t := dynamicType(ctrl)
	if t == nil {
		return nil
	}
	if g := w.method(t, ctrl, "Prepare", nil); g != nil && !w.foreignMethod(g) {
		return []value{g}
	}
	return nil
}

// beegoAuto registers /controller/method for every method of a controller.
func (w *wireCall) beegoAuto(r *router, prefix, ctrl value) value {
	t := dynamicType(ctrl)
	n := named(t)
	if n == nil || types.IsInterface(n) {
		w.unknownRoutes(r, "a controller that is not known")
		return r
	}
	if prefix == nil {
		prefix = text("")
	}
	base := "/" + strings.ToLower(strings.TrimSuffix(n.Obj().Name(), "Controller")) + "/"
	for sel := range types.NewMethodSet(t).Methods() {
		g := w.method(t, ctrl, sel.Obj().Name(), sel.Obj().Pkg())
		if g == nil || !sel.Obj().Exported() || w.foreignMethod(g) || g.fn.Signature().Params().Len() > 0 || sel.Obj().Name() == "Prepare" {
			continue
		}
		w.beegoAction(r, "*", w.binaryText(prefix, text(base+strings.ToLower(sel.Obj().Name()))), ctrl, sel.Obj().Name(), false)
	}
	return r
}

// beegoInclude registers what bee generated from "@router" comments. Where no
// such file is in the module, a comment alone serves nothing, and whether the
// file is generated before the build cannot be told.
func beegoInclude(w *wireCall, r *router) value {
	generated := w.beegoGenerated()
	for _, ctrl := range w.rest(1) {
		n := named(dynamicType(ctrl))
		if n == nil || types.IsInterface(n) {
			w.unknownRoutes(r, "a controller that is not known")
			continue
		}
		if generated == nil {
			w.beegoComments(r, ctrl)
			continue
		}
		for _, c := range generated[n.Obj().Pkg().Path()+":"+n.Obj().Name()] {
			for _, verb := range c.verbs {
				en := w.newEntry(r, w.beegoPrepare(ctrl)...)
				en.fixed, en.path, en.pos = strings.ToUpper(verb), text(c.path), c.pos
				en.handler = &unknown{why: c.method}
				if g := w.method(dynamicType(ctrl), ctrl, c.method, nil); g != nil {
					en.handler = g
				}
				w.addEntry(en)
			}
		}
	}
	return r
}

// beegoComment is one generated entry of GlobalControllerRouter.
type beegoComment struct {
	method, path string
	verbs        []string
	pos          token.Pos
}

// beegoGenerated reads the entries that generated code adds to
// GlobalControllerRouter, by controller; nil where there are none.
func (w *wireCall) beegoGenerated() map[string][]beegoComment {
	var out map[string][]beegoComment
	for _, pkg := range w.p.Packages {
		for _, f := range pkg.Syntax {
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.AssignStmt)
				if !ok || len(s.Lhs) != 1 || len(s.Rhs) != 1 {
					return true
				}
				index, ok := s.Lhs[0].(*ast.IndexExpr)
				if sel, isSel := index0(index).(*ast.SelectorExpr); !ok || !isSel || sel.Sel.Name != "GlobalControllerRouter" {
					return true
				}
				key := knownText(fromTyped(pkg.TypesInfo, index.Index))
				if out == nil {
					out = map[string][]beegoComment{}
				}
				out[key] = append(out[key], beegoLiterals(pkg.TypesInfo, s.Rhs[0])...)
				return false
			})
		}
	}
	return out
}

func index0(e *ast.IndexExpr) ast.Expr {
	if e == nil {
		return nil
	}
	return e.X
}

// beegoLiterals reads web.ControllerComments{Method:, Router:, AllowHTTPMethods:}.
func beegoLiterals(info *types.Info, e ast.Expr) []beegoComment {
	var out []beegoComment
	ast.Inspect(e, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if _, name := typeName(info.TypeOf(lit)); name != "ControllerComments" {
			return true
		}
		c := beegoComment{pos: lit.Pos()}
		for _, elt := range lit.Elts {
			kv, ok := elt.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			switch id, _ := kv.Key.(*ast.Ident); {
			case id == nil:
			case id.Name == "Method":
				c.method = knownText(fromTyped(info, kv.Value))
			case id.Name == "Router":
				c.path, c.pos = knownText(fromTyped(info, kv.Value)), kv.Pos()
			case id.Name == "AllowHTTPMethods":
				if list, ok := kv.Value.(*ast.CompositeLit); ok {
					for _, v := range list.Elts {
						c.verbs = append(c.verbs, knownText(fromTyped(info, v)))
					}
				}
			}
		}
		out = append(out, c)
		return false
	})
	return out
}

var beegoRouterComment = regexp.MustCompile(`^//\s*@router\s+(\S+)(?:\s+\[([^\]]*)\])?`)

// beegoComments notes what "// @router /path [get,post]" would register.
func (w *wireCall) beegoComments(r *router, ctrl value) {
	t := dynamicType(ctrl)
	for sel := range types.NewMethodSet(t).Methods() {
		g := w.method(t, ctrl, sel.Obj().Name(), sel.Obj().Pkg())
		if g == nil {
			continue
		}
		d := w.code.funcs[w.code.key(g.fn)]
		if d == nil || d.decl.Doc == nil {
			continue
		}
		for _, c := range d.decl.Doc.List {
			found := beegoRouterComment.FindStringSubmatch(c.Text)
			if found == nil {
				continue
			}
			verbs := found[2]
			if verbs == "" {
				verbs = http.MethodGet
			}
			for _, verb := range strings.Split(verbs, ",") {
				en := w.newEntry(r)
				en.fixed, en.path, en.handler, en.pos = strings.ToUpper(strings.TrimSpace(verb)), text(found[1]), g, c.Pos()
				w.lost = append(w.lost, lost{en: en, reason: "the @router comment counts only with the file that bee generates from it, which is not in the module"})
			}
		}
	}
}
