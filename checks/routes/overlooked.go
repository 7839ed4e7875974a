package routes

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// What no table knows must not be mistaken for nothing: a call of another
// module that looks like a registration, or that is given a router, is kept as
// unresolved.

// registering are the method names that register, in lower case.
var registering = map[string]bool{
	"get": true, "post": true, "put": true, "patch": true, "delete": true, "del": true, "head": true, "options": true,
	"any": true, "all": true, "handle": true, "handlefunc": true, "handler": true, "handlerfunc": true, "route": true, "add": true,
	"addroute": true, "addhandler": true, "mount": true, "register": true, "registerhandler": true, "method": true, "methodfunc": true, "match": true, "path": true,
	"group": true, "bind": true, "bindhandler": true,
}

// notRouters are words of import paths whose packages have methods of that
// shape for other things than HTTP requests.
var notRouters = []string{
	"bot", "telegram", "telebot", "discord", "slack", "cron", "mock", "gock", "httptest", "cli", "cobra", "mqtt", "paho", "nats", "amqp", "watermill", "asynq",
	"socket.io", "fsnotify", "etcd", "zookeeper", "consul", "x509", "testify", "afero", "vfs", "coap",
}

// resemblesRegistration judges a method by its signature: named like one that
// registers, a text, and then a function or a handler.
func resemblesRegistration(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.Recv() == nil || fn.Pkg() == nil || isStandard(fn.Pkg().Path()) || !registering[strings.ToLower(fn.Name())] {
		return false
	}
	if hasWord(fn.Pkg().Path(), notRouters) {
		return false
	}
	path := -1
	for i := range sig.Params().Len() {
		t := elementOf(sig, i)
		switch {
		case path < 0 && isString(t):
			path = i
		case path >= 0 && (takesHandler(t) || isEmptyInterface(t)):
			return true
		}
	}
	return false
}

// elementOf is a parameter's type, that of one element where it is variadic.
func elementOf(sig *types.Signature, i int) types.Type {
	t := sig.Params().At(i).Type()
	if s, ok := t.(*types.Slice); ok && sig.Variadic() && i == sig.Params().Len()-1 {
		return s.Elem()
	}
	return t
}

// takesHandler: a function with a parameter, or something with ServeHTTP.
func takesHandler(t types.Type) bool {
	if f, ok := t.Underlying().(*types.Signature); ok {
		return f.Params().Len() > 0
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "ServeHTTP")
	_, ok := obj.(*types.Func)
	return ok
}

func isEmptyInterface(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

// isStandard: import paths of the standard library have no dot in front.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// hasWord reports whether an import path has one of the words in it.
func hasWord(path string, words []string) bool {
	parts := strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' || r == '-' || r == '_' || r == '.' })
	return slices.ContainsFunc(parts, func(part string) bool {
		return slices.ContainsFunc(words, func(w string) bool {
			return part == w || len(w) > 4 && strings.Contains(part, w)
		})
	})
}

// overlooked looks at a call of a function that is neither evaluated nor known
// to a table.
func (m *machine) overlooked(o *origin, e *ast.CallExpr) {
	if o.fn == nil || o.fn.Pkg() == nil || m.code.own(o.fn.Pkg()) || isStandard(o.fn.Pkg().Path()) {
		return
	}
	if resemblesRegistration(o.fn) {
		m.unknownRouter(o, e)
		return
	}
	m.routerGivenAway(o, e)
}

// unknownRouter notes a registration on a router that no table has.
func (m *machine) unknownRouter(o *origin, e *ast.CallExpr) {
	path, method := "", strings.ToUpper(o.fn.Name())
	if !isVerb(method) {
		method = ""
	}
	handled := false
	for _, a := range o.args {
		s, isText := bare(a).(str)
		switch {
		case isText && path == "":
			text, _ := s.known()
			if word, rest, ok := strings.Cut(text, " "); ok && isVerb(word) {
				method, text = word, rest
			}
			if isVerb(strings.ToUpper(text)) {
				method = strings.ToUpper(text)
			} else if strings.HasPrefix(text, "/") {
				path = text
			}
		case path != "" && isHandling(a):
			handled = true
		}
	}
	if path == "" || !handled {
		return
	}
	_, name := typeName(o.fn.Signature().Recv().Type())
	en := &entry{lib: unknownLibrary, pos: callPos(e), reached: m.reached, fixed: method, path: text("")}
	if prefix, ok := prefixOf(o.recv, 0); ok {
		en.path = text(strings.TrimSuffix(prefix, "/") + path)
	}
	m.lost = append(m.lost, lost{
		en:     en,
		reason: "router " + o.fn.Pkg().Name() + "." + name + " is not known; declare the route " + path + " under routes: in the configuration",
	})
}

// prefixOf is what stands before the paths of an unknown router: nothing where
// a function without a path made it, and what a chain of groups was made with.
func prefixOf(recv value, depth int) (string, bool) {
	u, ok := bare(recv).(*unknown)
	if !ok || u.origin == nil || depth > maxWrappers {
		return "", false
	}
	prefix := ""
	if u.origin.recv != nil {
		if prefix, ok = prefixOf(u.origin.recv, depth+1); !ok {
			return "", false
		}
	}
	for _, a := range u.origin.args {
		if s, isText := bare(a).(str); isText {
			part, known := s.known()
			return prefix + part, known && (part == "" || strings.HasPrefix(part, "/"))
		}
	}
	return prefix, true
}

// unknownLibrary stands for routers that no table has.
var unknownLibrary = newSurface([]Library{{Name: "unknown", Packages: []string{"unknown"}, Pattern: Syntax{Brace: true, Colon: true, Star: true}}}).byPackage["unknown"]

// isHandling: a function, or an object that could serve.
func isHandling(v value) bool {
	switch x := bare(v).(type) {
	case *closure, *function, *router, *pointer, *structVal:
		return true
	case *alt:
		return slices.ContainsFunc(x.vals, isHandling)
	case *unknown:
		return x.typ != nil && takesHandler(x.typ)
	}
	return false
}

// harmless are words of import paths and functions that take a router for
// other ends than serving an API.
var harmless = []string{
	"pprof", "prometheus", "metrics", "expvar", "otel", "opentelemetry", "opentracing", "trace", "tracing", "tracer", "jaeger", "zipkin", "datadog", "newrelic",
	"sentry", "apm", "log", "logger", "logging", "zap", "zerolog", "logrus", "cors", "session", "sessions", "csrf", "secure", "gzip", "compress", "brotli",
	"swagger", "swag", "swaggo", "redoc", "scalar", "rapidoc", "static", "spa", "graceful", "autotls", "endless", "manners", "lambda", "httpexpect", "testify",
	"httptest", "spew", "debug", "limiter", "ratelimit", "throttle", "acme", "autocert", "h2c", "favicon", "nethttp",
}

// serving are functions that only serve, print or walk what they are given.
var serving = []string{"serve", "listen", "run", "start", "print", "walk", "dump", "shutdown", "must", "wrap", "set", "recover"}

// routerGivenAway notes a function of another module that is handed a router:
// it may register more.
func (m *machine) routerGivenAway(o *origin, e *ast.CallExpr) {
	if m.surface.byPackage[o.fn.Pkg().Path()] != nil || hasWord(o.fn.Pkg().Path(), harmless) {
		return
	}
	name := strings.ToLower(o.fn.Name())
	if slices.ContainsFunc(serving, func(w string) bool { return strings.HasPrefix(name, w) }) {
		return
	}
	sig := o.fn.Signature()
	for i, a := range o.args {
		for _, c := range choices(a) {
			r, ok := bare(c).(*router)
			if !ok || r.lib == nil || !m.mayRegister(elementAt(sig, i)) {
				continue
			}
			m.lost = append(m.lost, lost{
				en:     &entry{lib: r.lib, router: r, pos: callPos(e), reached: m.reached},
				reason: shortPath(o.fn) + " is given the router and may register more routes",
			})
			return
		}
	}
}

func elementAt(sig *types.Signature, i int) types.Type {
	if n := sig.Params().Len(); n == 0 || i >= n && !sig.Variadic() {
		return nil
	} else if i >= n {
		i = n - 1
	}
	return elementOf(sig, i)
}

// mayRegister: through a parameter of that type routes can be added. An
// http.Handler only serves, and a parameter of any type says nothing.
func (m *machine) mayRegister(t types.Type) bool {
	if t == nil || isEmptyInterface(t) {
		return false
	}
	if _, isParam := types.Unalias(t).(*types.TypeParam); isParam {
		return false
	}
	pkg, name := typeName(t)
	if _, _, ok := m.surface.routerType(pkg, name); ok {
		return true
	}
	set := types.NewMethodSet(t)
	for sel := range set.Methods() {
		if fn, ok := sel.Obj().(*types.Func); ok && registering[strings.ToLower(fn.Name())] {
			return true
		}
	}
	return false
}

// shortPath is a function with its package's import path.
func shortPath(fn *types.Func) string {
	if recv := receiverName(fn); recv != "" {
		return fn.Pkg().Path() + "." + recv + "." + fn.Name()
	}
	return fn.Pkg().Path() + "." + fn.Name()
}

// lost is what may have registered something.
type lost struct {
	en     *entry
	reason string
}

// reportLost lists what may have registered something, once places are known.
func (m *machine) reportLost() {
	served := map[*types.Func]bool{}
	for _, r := range m.found.routes {
		served[r.Handler.Func] = true
	}
	for _, l := range m.lost {
		if g, ok := bare(l.en.handler).(*function); ok && served[g.fn] {
			continue // it is registered in another way
		}
		u := Unresolved{Position: m.p.Position(l.en.pos), Router: l.en.lib.Name, Method: l.en.fixed, Reached: l.en.reached, Reason: l.reason}
		u.Prefix = m.lostPrefix(l.en)
		m.found.unresolved = append(m.found.unresolved, u)
	}
}

// lostPrefix is what is known of the paths of a lost registration.
func (m *machine) lostPrefix(en *entry) string {
	at := []place{{}}
	if en.router != nil {
		at = m.places(en.router, 0)
	}
	for _, p := range at {
		for _, pat := range m.patternsOf(en.lib, en.path) {
			if full := joinPaths(p.path, pat.path, en.lib.Literal); full != "" {
				prefix, _, _ := fillHoles(full, len(p.path))
				return prefix
			}
		}
	}
	return ""
}
