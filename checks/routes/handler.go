package routes

import (
	"go/ast"
	"go/types"
	"reflect"
	"slices"

	"golang.org/x/tools/go/packages"
)

// served is what a handler value comes down to.
type served struct {
	// router is set where a router (or a group) serves.
	router *router
	fn     value
	name   string
	// around are the functions that a request passes first, outermost first.
	around []Handler
	// wrappers are the values of those that are functions of the module.
	wrappers []value
	// strip are prefixes taken off the path, outermost first.
	strip          []value
	static, opaque bool
	// methods are those that it answers, where its maker says so.
	methods []string
}

// maxWrappers bounds how deep handlers may be wrapped.
const maxWrappers = 24

// resolve looks through wrappers and adapters down to what serves a request.
func (m *machine) resolve(v value, depth int) served {
	if depth > maxWrappers {
		return served{name: "a handler wrapped too often", opaque: true}
	}
	switch x := bare(v).(type) {
	case *alt:
		return m.resolveAlternatives(x, depth)
	case *router:
		return served{router: x}
	case *closure:
		if s, ok := m.serviceMethod(x, depth); ok {
			return s
		}
		if s, ok := m.through(m.bodyOf(x), depth); ok {
			return s
		}
		return served{fn: x}
	case *function:
		return m.resolveFunction(x, depth)
	case *pointer, *structVal, *slice, *mapVal:
		return m.resolveObject(v, depth)
	case *unknown:
		return m.resolveUnknown(x, depth)
	case nil:
		return served{name: "nothing", opaque: true}
	}
	return served{name: "a value that is not a handler", opaque: true}
}

// resolveAlternatives takes the best of several: one that was followed, with
// everything that may be around it.
func (m *machine) resolveAlternatives(a *alt, depth int) served {
	var best *served
	for _, v := range a.vals {
		if _, isNull := bare(v).(null); isNull {
			continue
		}
		s := m.resolve(v, depth+1)
		switch {
		case best == nil || best.opaque && !s.opaque:
			best = &s
		case len(s.around) > len(best.around) && !s.opaque:
			s.around = conditional(s.around, best.around)
			best = &s
		case !s.opaque:
			best.around = conditional(best.around, s.around)
		}
	}
	if best == nil {
		return served{name: "nil", opaque: true}
	}
	return *best
}

// conditional marks what is around one alternative only.
func conditional(long, short []Handler) []Handler {
	has := map[string]bool{}
	for _, h := range short {
		has[h.Name] = true
	}
	out := make([]Handler, len(long))
	for i, h := range long {
		h.Conditional = h.Conditional || !has[h.Name]
		out[i] = h
	}
	return out
}

func (m *machine) resolveFunction(f *function, depth int) served {
	if d := m.code.funcs[m.code.key(f.fn)]; d != nil {
		if s, ok := m.forwarded(d, f, depth); ok {
			return s
		}
		if b, ok := m.declaredBody(d, f); ok {
			if s, ok := m.through(b, depth); ok {
				return s
			}
		}
		return served{fn: f}
	}
	if f.bound {
		if r, ok := bare(f.recv).(*router); ok && r.lib.types[r.kind].Serves == f.fn.Name() {
			return served{router: r}
		}
		if f.fn.Name() == "ServeHTTP" {
			return m.resolveForeign(f, depth)
		}
		if types.IsInterface(f.fn.Type().(*types.Signature).Recv().Type()) {
			if g, ok := m.implementationOf(f.fn, f.recv).(*function); ok && g.fn != f.fn {
				return m.resolveFunction(g, depth+1)
			}
		}
	}
	return served{fn: f}
}

// resolveForeign looks into an object whose ServeHTTP is another module's: a
// router, a map from methods, or a struct with a handler among its fields.
func (m *machine) resolveForeign(f *function, depth int) served {
	switch x := target(f.recv).(type) {
	case *router, *unknown, *alt:
		return m.resolve(x, depth+1)
	case *structVal:
		for _, c := range sortedFields(x.fields) {
			if c.v == nil || !m.handlerLike(c.v) || !m.takesRequest(c.v) {
				continue
			}
			if s := m.resolve(c.v, depth+1); s.router != nil || s.fn != nil {
				s.around = append([]Handler{{Name: shortName(f.fn)}}, s.around...)
				return s
			}
		}
		return served{name: shortName(f.fn), opaque: true}
	}
	return served{fn: f}
}

// declaredBody opens a declared method for looking through, where it can be a
// wrapper: its receiver is a function, or it is the ServeHTTP of a struct.
func (m *machine) declaredBody(d *declared, f *function) (body, bool) {
	sig := f.fn.Type().(*types.Signature)
	if sig.Recv() == nil || !f.bound {
		return body{}, false
	}
	_, isFunc := sig.Recv().Type().Underlying().(*types.Signature)
	if !isFunc && f.fn.Name() != "ServeHTTP" {
		return body{}, false
	}
	e := newEnv(nil)
	b := body{pkg: d.pkg, env: e, typ: d.decl.Type, block: d.decl.Body, sig: d.fn.Type().(*types.Signature), self: f, decl: d.decl, recv: f.recv}
	return b, true
}

// resolveObject finds the method by which an object serves.
func (m *machine) resolveObject(v value, depth int) served {
	t := dynamicType(v)
	if t == nil {
		return served{name: "a value of unknown type", opaque: true}
	}
	for _, name := range []string{"ServeHTTP", "Handle"} {
		if g := m.method(t, v, name, nil); g != nil {
			return m.resolveFunction(g, depth+1)
		}
	}
	if p, ok := bare(v).(*pointer); ok && !types.IsInterface(t) {
		return m.resolve(p.to.v, depth+1)
	}
	return served{name: types.TypeString(t, func(p *types.Package) string { return p.Name() }), opaque: true}
}

// resolveUnknown looks into a call of another module: a wrapper that was
// given the handler.
func (m *machine) resolveUnknown(u *unknown, depth int) served {
	o := u.origin
	if o == nil {
		return served{name: u.why, opaque: true}
	}
	call := m.tableCall(o)
	if call != nil && call.Does == Static {
		return served{name: o.name, static: true, opaque: true}
	}
	var s served
	found := false
	for i, a := range o.args {
		if call != nil && call.Handler > 0 && i != call.Handler-1 || !m.handlerLike(a) || call == nil && !m.takesRequest(a) {
			continue
		}
		inner := m.resolve(a, depth+1)
		if inner.router != nil || inner.fn != nil || len(inner.strip) > 0 {
			s, found = inner, true
			break
		}
		if inner.static {
			s.static = true
		}
	}
	if call != nil && call.Does == Strip && call.Path <= len(o.args) {
		s.strip = append([]value{o.args[call.Path-1]}, s.strip...)
		if !found {
			inner := m.resolve(o.args[call.Handler-1], depth+1)
			inner.strip = append(s.strip, inner.strip...)
			return inner
		}
		return s
	}
	if !found {
		return served{name: o.name, opaque: true, static: s.static}
	}
	s.around = append(m.wrappersOf(o, call), s.around...)
	if call != nil && call.Answers != nil {
		s.methods = call.Answers(o)
	}
	return s
}

func (m *machine) tableCall(o *origin) *Call {
	if o.fn == nil || o.fn.Pkg() == nil {
		return nil
	}
	_, c := m.surface.call(o.fn.Pkg().Path(), receiverName(o.fn), o.fn.Name())
	return c
}

// wrappersOf are the middleware that a wrapper of another module stands for:
// functions collected by its receiver (a chain), then itself.
func (m *machine) wrappersOf(o *origin, call *Call) []Handler {
	var out []Handler
	if call != nil && call.Does == Wrap {
		return nil
	}
	out = append(out, Handler{Name: o.name, Func: o.fn})
	for r, ok := bare(o.recv).(*unknown); ok && r.origin != nil; r, ok = bare(r.origin.recv).(*unknown) {
		var own []Handler
		for _, a := range r.origin.args {
			if m.handlerLike(a) {
				own = append(own, m.describeMiddleware(a)...)
			}
		}
		out = append(own, out...)
	}
	return out
}

// handlerLike: functions, routers and objects with ServeHTTP.
func (m *machine) handlerLike(v value) bool {
	switch x := bare(v).(type) {
	case *closure, *function, *router:
		return true
	case *unknown:
		return x.origin != nil
	case *alt:
		for _, a := range x.vals {
			if m.handlerLike(a) {
				return true
			}
		}
	case *pointer, *structVal:
		if t := dynamicType(v); t != nil {
			obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "ServeHTTP")
			_, ok := obj.(*types.Func)
			return ok
		}
	}
	return false
}

// takesRequest tells a handler from other functions that a wrapper is given:
// it takes something of net/http or of a router's package, or a context and
// more.
func (m *machine) takesRequest(v value) bool {
	sig, ok := dynamicType(bare(v)).(*types.Signature)
	return !ok || m.signatureTakesRequest(sig)
}

func (m *machine) signatureTakesRequest(sig *types.Signature) bool {
	for p := range sig.Params().Variables() {
		pkg, name := typeName(p.Type())
		if pkg == "net/http" || m.surface.byPackage[pkg] != nil || pkg == "github.com/valyala/fasthttp" {
			return true
		}
		if name == "Context" && pkg == "context" && sig.Params().Len() > 1 && sig.Results().Len() > 0 {
			return true
		}
	}
	return false
}

// identify fills in who a function is.
func (m *machine) identify(fn value) Handler {
	switch x := bare(fn).(type) {
	case *closure:
		h := Handler{Body: x.lit, Key: x.lit.Pos(), Pos: m.p.Position(x.lit.Pos()), Name: "func literal"}
		if f := m.p.FuncAt(x.lit.Pos()); f != nil {
			h.Name = f.Name
		}
		h.Args = m.captured(x)
		return h
	case *function:
		h := Handler{Func: x.fn, Name: shortName(x.fn)}
		if d := m.code.funcs[m.code.key(x.fn)]; d != nil {
			h.Name, h.Body, h.Key = m.declaredName(d), d.decl, d.decl.Name.Pos()
			h.Pos = m.p.Position(d.decl.Name.Pos())
		}
		return h
	}
	return Handler{Name: "unknown"}
}

// describeMiddleware lists what a middleware value stands for; of alternatives
// that cannot be told apart the first.
func (m *machine) describeMiddleware(v value) []Handler {
	var seen [][]Handler
	for _, c := range choices(v) {
		hs := m.describeChoice(c)
		if !slices.ContainsFunc(seen, func(o []Handler) bool { return reflect.DeepEqual(o, hs) }) {
			seen = append(seen, hs)
		}
	}
	out := slices.Concat(seen...)
	for i := range out {
		out[i].Conditional = len(seen) > 1
	}
	return out
}

// describeChoice is the function itself and, where it only adapts another one,
// that too.
func (m *machine) describeChoice(v value) []Handler {
	switch x := bare(v).(type) {
	case *closure:
		return append([]Handler{m.describe(x)}, m.adapted(m.capturedFunctions(x))...)
	case *function:
		hs := []Handler{m.describe(x)}
		if _, isFunc := dynamicFuncReceiver(x); isFunc {
			hs = append(hs, m.adapted([]value{x.recv})...)
		}
		return hs
	case *unknown:
		if x.origin == nil {
			return []Handler{{Name: x.why}}
		}
		h := Handler{Name: x.origin.name, Func: x.origin.fn, Args: m.argNames(x.origin.args)}
		return append([]Handler{h}, m.adapted(x.origin.args)...)
	case *pointer, *structVal:
		return m.objectMiddleware(v)
	}
	return nil
}

// objectMiddleware: an object whose method does the work (negroni's ServeHTTP).
func (m *machine) objectMiddleware(v value) []Handler {
	s := m.resolveObject(v, 0)
	if s.fn == nil {
		return []Handler{{Name: s.name}}
	}
	return []Handler{m.describe(s.fn)}
}

func (m *machine) adapted(vals []value) []Handler {
	var out []Handler
	for _, v := range vals {
		switch x := bare(v).(type) {
		case *closure, *function:
			out = append(out, m.describe(x))
		}
	}
	return out
}

func dynamicFuncReceiver(f *function) (value, bool) {
	if !f.bound {
		return nil, false
	}
	switch bare(f.recv).(type) {
	case *closure, *function:
		return f.recv, true
	}
	return nil, false
}

// body is a function opened for looking through.
type body struct {
	pkg   *packages.Package
	env   *env
	typ   *ast.FuncType
	block *ast.BlockStmt
	sig   *types.Signature
	self  value
	outer *types.Signature
	decl  *ast.FuncDecl
	recv  value
}

func (m *machine) bodyOf(c *closure) body {
	sig, _ := c.pkg.TypesInfo.TypeOf(c.lit).(*types.Signature)
	return body{pkg: c.pkg, env: newEnv(c.env), typ: c.lit.Type, block: c.lit.Body, sig: sig, self: c, outer: c.outer}
}

// in evaluates something inside the function, with its parameters unknown.
func (m *machine) in(b body, f func()) {
	fr, logs, quiet, limit := m.fr, len(m.logs), m.quiet, m.limit
	m.fr = &frame{pkg: b.pkg, name: "handler", sig: b.sig, env: b.env, outer: nil}
	m.logs = append(m.logs, &writeLog{old: map[*cell]value{}})
	m.quiet, m.limit = 1, m.steps+quietSteps
	defer func() {
		m.undo(logs + 1)
		m.fr, m.quiet, m.limit = fr, quiet, limit
		if r := recover(); r != nil && r != errQuiet { //nolint:errorlint // a sentinel of our own
			panic(r)
		}
	}()
	if b.decl != nil {
		m.bindReceiver(b.decl, b.recv)
	}
	m.bindParams(b.typ, nil, nil)
	f()
}

// captured names the functions and texts that a literal takes from around it.
func (m *machine) captured(c *closure) []string {
	var names []string
	for _, v := range m.freeValues(c) {
		names = append(names, m.argNames([]value{v})...)
	}
	return names
}

// capturedFunctions are those that a literal may hand a request on to: neither
// predicates nor what takes a text out of the request.
func (m *machine) capturedFunctions(c *closure) []value {
	var out []value
	for _, v := range m.freeValues(c) {
		switch bare(v).(type) {
		case *closure, *function:
			if sig, ok := dynamicType(bare(v)).(*types.Signature); !ok || answers(sig) {
				out = append(out, v)
			}
		}
	}
	return out
}

// freeValues are the values of the variables that a literal uses from the
// functions around it, in order of first use.
func (m *machine) freeValues(c *closure) []value {
	var out []value
	seen := map[types.Object]bool{}
	ast.Inspect(c.lit.Body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj, ok := c.pkg.TypesInfo.Uses[id].(*types.Var)
		if !ok || seen[obj] || obj.Pos() >= c.lit.Pos() && obj.Pos() < c.lit.End() {
			return true
		}
		seen[obj] = true
		if cell := c.env.lookup(obj); cell != nil && cell.v != nil {
			out = append(out, cell.v)
		}
		return true
	})
	return out
}

func (m *machine) argNames(vals []value) []string {
	var out []string
	for _, v := range vals {
		switch x := bare(v).(type) {
		case str:
			if s, ok := x.known(); ok {
				out = append(out, s)
			}
		case *function:
			out = append(out, m.describe(x).Name)
		case *slice:
			for _, c := range x.cells {
				if s, ok := bare(c.v).(str); ok {
					out = append(out, s.show())
				}
			}
		}
	}
	return out
}
