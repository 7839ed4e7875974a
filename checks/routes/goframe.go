package routes

import (
	"go/types"
	"reflect"
	"strings"
	"unicode"
)

// goFrame describes the server of github.com/gogf/gf. A pattern may name its
// method and host, "POST:/login@example.com"; an object stands for all its
// methods, and a request type's g.Meta may hold path and method.
func goFrame() Library {
	const (
		all   = "Server Domain RouterGroup"
		verbs = "GET POST PUT PATCH DELETE HEAD OPTIONS CONNECT TRACE"
	)
	return Library{
		Name:     "goframe",
		Packages: []string{"github.com/gogf/gf/v2/net/ghttp", "github.com/gogf/gf/v2/frame/g", "github.com/gogf/gf/net/ghttp", "github.com/gogf/gf/frame/g"},
		Types:    []Type{{Name: "Server", Root: true, Handles: true}, {Name: "Domain", Root: true}, {Name: "RouterGroup"}},
		Pattern:  Syntax{Brace: true, Colon: true, Star: true, MethodFirst: true, Respell: framePaths},
		Slash:    SlashIgnored,
		Calls: []Call{
			{Names: "Server GetServer", Does: Create, Result: "Server"},
			{On: "Server", Names: "Domain", Does: Group, Result: "Domain"},
			{On: all, Names: "Group", Does: Group, Result: "RouterGroup", Path: 1, Callback: 2},
			{On: "RouterGroup", Names: "Clone", Does: Group, Result: "RouterGroup"},
			{On: "RouterGroup", Names: "Middleware", Does: Use, Middleware: 1},
			{On: all, Names: "Use BindMiddlewareDefault", Does: Use, Middleware: 1, All: true},
			{On: "Server Domain", Names: "BindMiddleware", Does: Use, Middleware: 2, All: true},
			{On: "RouterGroup", Names: verbs + " ALL", Does: Special, Run: frameVerb},
			{On: "RouterGroup", Names: "Map ALLMap", Does: Special, Run: frameMap},
			{On: "RouterGroup", Names: "Bind", Does: Special, Run: frameBind},
			{On: "RouterGroup", Names: "REST", Does: Special, Run: frameREST},
			{On: "Server Domain", Names: "BindHandler BindObject BindObjectMethod", Does: Special, Run: frameHandler},
			{On: "Server Domain", Names: "BindObjectRest", Does: Special, Run: frameREST},
			{On: all, Names: "Hook BindHookHandler BindHookHandlerByMap BindStatusHandler BindStatusHandlerByMap EnablePProf AddStaticPath SetServerRoot", Does: Ignore},
			{Names: "WrapF WrapH", Does: Wrap},
		},
	}
}

// framePaths turns "METHOD:/path@host" into "METHOD /path".
func framePaths(text string) []string {
	text, _, _ = strings.Cut(text, "@")
	if method, path, ok := strings.Cut(text, ":"); ok && strings.HasPrefix(path, "/") && !strings.Contains(method, "/") {
		if strings.EqualFold(method, "ALL") {
			return []string{path}
		}
		return []string{strings.ToUpper(method) + " " + path}
	}
	return []string{text}
}

func frameVerb(w *wireCall, r *router) value {
	method := w.name
	if method == "ALL" {
		method = "*"
	}
	w.frameAdd(r, method, w.arg(1), w.arg(2), texts(w.rest(3)))
	return r
}

func frameHandler(w *wireCall, r *router) value {
	var only []string
	for _, s := range texts(w.rest(3)) {
		only = append(only, strings.Split(s, ",")...)
	}
	w.frameAdd(r, "", w.arg(1), w.arg(2), only)
	return r
}

// frameMap registers a map from patterns to handlers.
func frameMap(w *wireCall, r *router) value {
	x, ok := bare(w.arg(1)).(*mapVal)
	if !ok || x.open {
		w.unknownRoutes(r, "a map of handlers that is not known")
	}
	if ok {
		for i, k := range x.keys {
			if x.cells[i].v != nil {
				w.frameAdd(r, "", k, x.cells[i].v, nil)
			}
		}
	}
	return r
}

// frameBind registers objects and functions by what their requests' Meta says.
func frameBind(w *wireCall, r *router) value {
	for _, v := range w.rest(1) {
		w.frameAdd(r, "", text("/"), v, nil)
	}
	return r
}

// frameREST registers an object's methods that are named like HTTP methods.
func frameREST(w *wireCall, r *router) value {
	for _, g := range w.frameMethods(r, w.arg(2), nil) {
		if name := strings.ToUpper(g.fn.Name()); isVerb(name) {
			w.frameRoute(r, name, w.arg(1), g)
		}
	}
	return r
}

// frameAdd registers a function, or an object's methods, of which only those
// that are named where some are.
func (w *wireCall) frameAdd(r *router, method string, pattern, handler value, only []string) {
	for _, h := range choices(handler) {
		if _, ok := dynamicType(h).(*types.Signature); ok {
			w.frameFunction(r, method, pattern, h)
			continue
		}
		for _, g := range w.frameMethods(r, h, only) {
			if frameMeta(g.fn.Signature()) != "" {
				w.frameFunction(r, method, pattern, g)
				continue
			}
			path := pattern
			if len(only) == 0 || w.name == "BindObject" {
				path = w.binaryText(pattern, text("/"+frameURI(g.fn.Name())))
				if g.fn.Name() == "Index" {
					w.frameRoute(r, method, pattern, g)
				}
			}
			w.frameRoute(r, method, path, g)
		}
	}
}

// frameMethods are the methods of an object that take a request.
func (w *wireCall) frameMethods(r *router, object value, only []string) []*function {
	t := dynamicType(object)
	if t == nil || types.IsInterface(t) {
		w.unknownRoutes(r, "an object whose methods are not known")
		return nil
	}
	if _, isPtr := types.Unalias(t).(*types.Pointer); !isPtr {
		t = types.NewPointer(t)
	}
	wanted := map[string]bool{}
	for _, name := range only {
		wanted[strings.TrimSpace(name)] = true
	}
	var out []*function
	for sel := range types.NewMethodSet(t).Methods() {
		name := sel.Obj().Name()
		g := w.method(t, object, name, sel.Obj().Pkg())
		if g == nil || !sel.Obj().Exported() || name == "Init" || name == "Shut" || len(wanted) > 0 && !wanted[name] {
			continue
		}
		if n := g.fn.Signature().Params().Len(); n == 1 || n == 2 {
			out = append(out, g)
		}
	}
	return out
}

// frameFunction registers a function; what its request's Meta says counts more
// than the pattern.
func (w *wireCall) frameFunction(r *router, method string, pattern, fn value) {
	sig, _ := dynamicType(fn).(*types.Signature)
	meta := reflect.StructTag(frameMeta(sig))
	path := meta.Get("path")
	if path == "" {
		w.frameRoute(r, method, pattern, fn)
		return
	}
	methods := strings.Split(meta.Get("method"), ",")
	if meta.Get("method") == "" {
		methods = []string{"*"}
	}
	for _, m := range methods {
		if m = strings.ToUpper(strings.TrimSpace(m)); m == "ALL" {
			m = "*"
		}
		for _, p := range strings.Split(path, ",") {
			w.frameRoute(r, m, text(strings.TrimSpace(p)), fn)
		}
	}
}

func (w *wireCall) frameRoute(r *router, method string, path, fn value) {
	en := w.newEntry(r)
	en.fixed, en.path, en.handler = method, path, fn
	w.addEntry(en)
}

// frameMeta is the tag of the Meta that a request type embeds: the second
// parameter of func(ctx, *Req) (*Res, error).
func frameMeta(sig *types.Signature) string {
	if sig == nil || sig.Params().Len() != 2 {
		return ""
	}
	n := named(sig.Params().At(1).Type())
	if n == nil {
		return ""
	}
	st, ok := n.Underlying().(*types.Struct)
	if !ok {
		return ""
	}
	for i := range st.NumFields() {
		if f := st.Field(i); f.Embedded() && f.Name() == "Meta" {
			return st.Tag(i)
		}
	}
	return ""
}

// frameURI is a method's name in a path: "UserInfo" is "user-info".
func frameURI(name string) string {
	var b strings.Builder
	for i, c := range name {
		if unicode.IsUpper(c) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// isVerb reports whether a word in upper case is one of the usual methods.
func isVerb(name string) bool {
	switch name {
	case "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS":
		return true
	}
	return false
}
