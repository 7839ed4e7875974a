package routes

import (
	"go/ast"
	"go/token"
	"go/types"
	"net/http"
	"strings"
)

// wire does what a router library's call does.
func (m *machine) wire(lib *library, c *Call, name string, recv value, args []value, e *ast.CallExpr) value {
	w := &wireCall{machine: m, lib: lib, call: c, name: name, args: args, expr: e, pos: e.Pos()}
	if sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr); ok {
		w.pos = sel.Sel.Pos()
	}
	m.ended = false
	switch c.Does {
	case Create:
		return m.newRouter(lib, c.Result, w.pos)
	case Wrap, Strip, Static:
		if c.On == "" || c.Does != Static {
			return m.opaque(&origin{fn: m.callee(e), name: lib.Name + "." + name, recv: recv, args: args}, m.typeOf(e), e)
		}
	case Value:
		return c.Run(w, nil)
	case Serve:
		w.serve(recv)
		return m.symbolic(m.typeOf(e), name, e.Pos())
	}
	if c.On == "" {
		recv = w.defaultReceiver()
	}
	var result value
	recvs := choices(recv)
	for _, r := range recvs {
		if _, isNull := bare(r).(null); isNull && len(recvs) > 1 {
			continue
		}
		result = join(result, w.on(r))
	}
	return result
}

// wireCall is one call of a router library.
type wireCall struct {
	*machine
	lib  *library
	call *Call
	name string
	args []value
	expr *ast.CallExpr
	pos  token.Pos
	// indirect: the arguments are not those of expr.
	indirect bool
}

func (w *wireCall) defaultReceiver() value {
	if w.call.Router > 0 {
		return w.arg(w.call.Router)
	}
	if r := w.defaultRouter(w.lib.Packages[0], ""); r != nil {
		return r
	}
	return w.foreignRouter(w.lib, w.lib.Types[0], w.name, w.pos)
}

// arg is the n-th argument counted from 1, or the last; nil where there is none.
func (w *wireCall) arg(n int) value {
	if n == Last {
		n = len(w.args)
	}
	if n < 1 || n > len(w.args) {
		return nil
	}
	if r, isRest := w.args[n-1].(*rest); isRest {
		return &unknown{why: r.why, pos: w.pos}
	}
	return w.args[n-1]
}

// middleware are the arguments that are middleware, in order.
func (w *wireCall) middleware() []value {
	if w.call.Middleware == 0 {
		return nil
	}
	skip := w.call.Handler
	if skip == Last {
		skip = len(w.args)
	}
	var out []value
	for i := w.call.Middleware; i <= len(w.args); i++ {
		if i == skip || i == w.call.Path || i == w.call.Callback {
			continue
		}
		if v := w.arg(i); v != nil {
			if list, ok := bare(v).(*slice); ok {
				for _, c := range list.cells {
					out = append(out, c.v)
				}
				continue
			}
			out = append(out, v)
		}
	}
	return out
}

func (w *wireCall) on(recv value) value {
	switch r := bare(recv).(type) {
	case *router:
		return w.onRouter(r)
	case *entry:
		return w.onRoute(r)
	}
	if w.call.Does == Build || w.call.Does == Subrouter || w.call.Does == Drop {
		return recv // a builder that was not followed has been reported where it began
	}
	t := w.lib.Types[0]
	if rt, ok := w.lib.types[strings.Fields(w.call.On + " -")[0]]; ok {
		t = rt
	}
	return w.onRouter(w.foreignRouter(w.lib, t, "the router", w.pos))
}

func (w *wireCall) onRouter(r *router) value {
	switch w.call.Does {
	case Register, Static:
		return w.register(r)
	case Group:
		return w.group(r)
	case Mount:
		return w.mount(r)
	case Use:
		c := &r.use
		if w.call.All {
			c = &r.all
		}
		w.set(c, appended(c.v, w.scoped(r), w.pos))
	case Prefix:
		r.own = w.arg(w.call.Path)
	case Attach:
		w.attach(r)
	case Special:
		return w.call.Run(w, r)
	}
	return r
}

// scope is middleware for the paths below some prefixes only.
type scope struct {
	at       *router
	prefixes []value
	fn       value
}

// scoped reads middleware arguments that texts may limit to prefixes; a router
// among them is mounted there.
func (w *wireCall) scoped(r *router) []value {
	if !w.call.Scoped {
		return w.middleware()
	}
	var prefixes, out []value
	for i := 1; i <= len(w.args); i++ {
		switch x := bare(w.arg(i)).(type) {
		case str:
			prefixes = append(prefixes, x)
		case *slice:
			prefixes = append(prefixes, listed(x)...)
		case *router:
			path := value(text(""))
			if len(prefixes) > 0 {
				path = prefixes[0]
			}
			x.parents = append(x.parents, edge{parent: r, prefix: path, before: listed(r.use.v), pos: w.pos})
		default:
			if len(prefixes) > 0 {
				out = append(out, &scope{at: r, prefixes: prefixes, fn: w.arg(i)})
				continue
			}
			out = append(out, w.arg(i))
		}
	}
	return out
}

func appended(list value, more []value, pos token.Pos) value {
	out := &slice{}
	if s, ok := list.(*slice); ok {
		out.cells = append(out.cells, s.cells...)
	}
	for _, v := range more {
		out.cells = append(out.cells, &cell{v: &applied{fn: v, pos: pos}})
	}
	return out
}

// applied is a middleware in a router's list, by the call that added it; perhaps:
// on some paths only.
type applied struct {
	fn      value
	pos     token.Pos
	perhaps bool
}

func listed(list value) []value {
	s, ok := list.(*slice)
	if !ok {
		return nil
	}
	out := make([]value, len(s.cells))
	for i, c := range s.cells {
		out[i] = c.v
	}
	return out
}

// register adds a route, complete or to be built.
func (w *wireCall) register(r *router) value {
	en := &entry{
		lib: w.lib, name: w.lib.Name + "." + w.name, router: r, pos: w.pos, chain: w.chain(), reached: w.reached,
		subtree: w.call.Subtree, static: w.call.Does == Static, noStrip: w.call.NoStrip,
	}
	if w.call.Route > 0 {
		w.fromStruct(en, w.arg(w.call.Route))
		if w.call.Handler != 0 {
			en.handler = w.arg(w.call.Handler)
		}
	} else {
		w.fill(en)
	}
	en.middleware = append(listed(r.use.v), en.middleware...)
	if w.call.Detached {
		en.router = nil
	}
	w.entries = append(w.entries, en)
	switch w.typeOf(w.expr).Underlying().(type) {
	case *types.Interface: // gin's IRoutes, fiber's Router: the receiver again
		return r
	}
	return en
}

func (w *wireCall) fill(en *entry) {
	c := w.call
	switch {
	case en.static:
		en.fixed = http.MethodGet
	case c.MethodArg > 0 && c.MethodRest:
		list := &slice{}
		for i := c.MethodArg; i <= len(w.args); i++ {
			list.cells = append(list.cells, &cell{v: w.arg(i)})
		}
		en.method = list
	case c.MethodArg > 0:
		en.method = w.arg(c.MethodArg)
	case c.Method == "?" || c.Does == Build:
	case c.Method != "":
		en.fixed = c.Method
	default:
		en.fixed = strings.ToUpper(w.name)
	}
	if c.Path != 0 {
		w.setPath(en, w.arg(c.Path))
	}
	if c.Host > 0 {
		en.host = w.arg(c.Host)
	}
	if c.Handler != 0 {
		en.handler = w.arg(c.Handler)
		if en.handler == nil || c.Handler == Last && len(w.args) <= max(c.Path, c.MethodArg) {
			en.handler = &unknown{why: "no handler", pos: w.pos}
		}
	}
	en.middleware = append(en.middleware, w.middleware()...)
}

func (w *wireCall) setPath(en *entry, p value) {
	if p == nil {
		p = &unknown{why: "no path", pos: w.pos}
	}
	if w.call.Extends && en.path != nil {
		p = w.binary(token.ADD, en.path, p, w.expr)
	}
	en.path = p
	if !w.indirect {
		en.pos = w.writtenAt(p)
	}
}

// fromStruct reads a route that is passed as a struct.
func (w *wireCall) fromStruct(en *entry, v value) {
	field := func(names ...string) value {
		for _, n := range names {
			if c := w.namedField(v, n); c != nil && c.v != nil {
				return c.v
			}
		}
		return nil
	}
	en.method = field("Method")
	en.path = field("Path")
	en.handler = field("Handler")
	if mws, ok := bare(field("Middlewares")).(*slice); ok {
		en.middleware = append(en.middleware, listed(mws)...)
	}
}

// group makes a child router.
func (w *wireCall) group(r *router) value {
	child := w.newRouter(w.lib, w.call.Result, w.pos)
	prefix := value(text(""))
	if w.call.Path > 0 {
		prefix = w.arg(w.call.Path)
	}
	before := append(listed(r.use.v), w.middleware()...)
	child.parents = []edge{{parent: r, prefix: prefix, before: before, host: w.hostArg()}}
	if w.call.Callback == 0 {
		return child
	}
	if fn := w.arg(w.call.Callback); fn != nil {
		w.apply1(fn, []value{child}, w.expr)
		w.machine.ended = false
	}
	return child
}

func (w *wireCall) hostArg() value {
	if w.call.Host == 0 {
		return nil
	}
	return w.arg(w.call.Host)
}

// mount puts a handler below a path; whether it is a router is seen later,
// when all of it has been evaluated.
func (w *wireCall) mount(r *router) value {
	en := &entry{
		lib: w.lib, name: w.lib.Name + "." + w.name, router: r, pos: w.pos, chain: w.chain(), reached: w.reached, fixed: "*",
		path: w.arg(w.call.Path), handler: w.arg(w.call.Handler), subtree: true, mount: true, noStrip: w.call.NoStrip,
		middleware: append(listed(r.use.v), w.middleware()...),
	}
	w.entries = append(w.entries, en)
	return r
}

func (w *wireCall) attach(r *router) {
	for _, v := range choices(w.arg(w.call.Attached)) {
		switch x := bare(v).(type) {
		case *entry:
			if x.router != nil && x.router != r {
				twin := *x
				x = &twin
				w.entries = append(w.entries, x)
			}
			x.router, x.reached, x.chain = r, w.reached, w.chain()
			x.middleware = append(listed(r.use.v), x.middleware...)
		case *router:
			x.parents = append(x.parents, edge{parent: r, prefix: text(""), before: listed(r.use.v), pos: w.pos})
		case *unknown:
			w.entries = append(w.entries, &entry{
				lib: w.lib, name: w.lib.Name + "." + w.name, router: r, pos: w.pos, chain: w.chain(), reached: w.reached, path: x, handler: x,
			})
		}
	}
}

func (w *wireCall) onRoute(en *entry) value {
	switch w.call.Does {
	case Build:
		if w.call.Subtree {
			en.subtree = true
		}
		method := en.fixed
		w.fill(en)
		if en.fixed == "" {
			en.fixed = method
		}
	case Drop:
		en.dropped = true
	case Subrouter:
		child := w.newRouter(w.lib, w.call.Result, w.pos)
		prefix := en.path
		if prefix == nil {
			prefix = text("")
		}
		en.grouped = true
		child.parents = []edge{{parent: en.router, prefix: prefix, before: nil, host: en.host, methods: en.method}}
		return child
	}
	return en
}

// serve notes what is wrapped around a router where it is served.
func (w *wireCall) serve(recv value) {
	h := w.arg(w.call.Handler)
	if recv != nil {
		h = nil
		if c := w.namedField(recv, "Handler"); c != nil {
			h = c.v
		}
	}
	if h != nil {
		w.machine.serve(h)
	}
}

func (m *machine) serve(h value) { m.served = append(m.served, h) }
