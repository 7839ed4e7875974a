package routes

// kratos describes the HTTP transport of github.com/go-kratos/kratos, which its
// generated RegisterXHTTPServer functions use.
func kratos() Library {
	return Library{
		Name:     "kratos",
		Packages: []string{"github.com/go-kratos/kratos/v2/transport/http", "github.com/go-kratos/kratos/v3/transport/http"},
		Types:    []Type{{Name: "Server", Root: true, Handles: true}, {Name: "Router"}},
		Pattern:  Syntax{Brace: true},
		Slash:    SlashRedirects,
		Calls: []Call{
			{Names: "NewServer", Does: Value, Run: newKratosServer},
			{On: "Server", Names: "Route", Does: Group, Result: "Router", Path: 1, Middleware: 2},
			{On: "Server", Names: "Handle HandleFunc", Does: Register, Method: "*", Path: 1, Handler: 2},
			{On: "Server", Names: "HandlePrefix", Does: Register, Method: "*", Path: 1, Handler: 2, Subtree: true},
			{On: "Server", Names: "Use", Does: Special, Run: kratosUse},
			{On: "Router", Names: "Group", Does: Group, Result: "Router", Path: 1, Middleware: 2},
			{On: "Router", Names: "GET POST PUT PATCH DELETE HEAD OPTIONS CONNECT TRACE", Does: Register, Path: 1, Handler: 2, Middleware: 3},
			{On: "Router", Names: "Handle", Does: Register, MethodArg: 1, Path: 2, Handler: 3, Middleware: 4},
		},
	}
}

// newKratosServer reads the options that bear on routes.
func newKratosServer(w *wireCall, _ *router) value {
	r := w.newRouter(w.lib, "Server", w.pos)
	for _, o := range w.rest(1) {
		switch name, args := optionOf(o); name {
		case "PathPrefix":
			r.own = args[0]
		case "Middleware", "Filter":
			w.useAll(r, args...)
		}
	}
	return r
}

// kratosUse adds middleware for operations that a selector names.
func kratosUse(w *wireCall, r *router) value {
	for _, mw := range w.rest(2) {
		if knownText(w.arg(1)) != "*" {
			mw = &applied{fn: mw, perhaps: true}
		}
		w.useAll(r, mw)
	}
	return r
}
