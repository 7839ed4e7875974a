package routes

// bunRouter describes github.com/uptrace/bunrouter. Its groups are values:
// Use gives a new one and leaves the old as it was.
func bunRouter() Library {
	const routers = "Router CompatRouter VerboseRouter Group CompatGroup VerboseGroup"
	return Library{
		Name:     "bunrouter",
		Packages: []string{"github.com/uptrace/bunrouter"},
		Types: []Type{
			{Name: "Router", Root: true, Handles: true}, {Name: "CompatRouter", Root: true, Handles: true}, {Name: "VerboseRouter", Root: true, Handles: true},
			{Name: "Group"}, {Name: "CompatGroup"}, {Name: "VerboseGroup"},
		},
		Pattern: Syntax{Colon: true, Star: true},
		Slash:   SlashRedirects,
		Calls: []Call{
			{Names: "New", Does: Value, Run: newBunRouter},
			{On: routers, Names: "GET POST PUT PATCH DELETE HEAD OPTIONS", Does: Register, Path: 1, Handler: 2},
			{On: routers, Names: "Handle", Does: Register, MethodArg: 1, Path: 2, Handler: 3},
			{On: routers, Names: "NewGroup", Does: Special, Run: bunGroup},
			{On: routers, Names: "WithGroup", Does: Group, Result: "Group", Path: 1, Callback: 2},
			{On: routers, Names: "Use WithMiddleware", Does: Group, Result: "Group", Middleware: 1},
			{On: routers, Names: "Compat Verbose", Does: Group, Result: "Group"},
			{Names: "HTTPHandler HTTPHandlerFunc", Does: Wrap},
		},
	}
}

func newBunRouter(w *wireCall, _ *router) value {
	r := w.newRouter(w.lib, "Router", w.pos)
	w.bunOptions(r, w.rest(1))
	return r
}

func bunGroup(w *wireCall, r *router) value {
	g := w.child(r, "Group", w.arg(1))
	w.bunOptions(g, w.rest(2))
	return g
}

func (w *wireCall) bunOptions(g *router, options []value) {
	for _, o := range options {
		switch name, args := optionOf(o); name {
		case "Use", "WithMiddleware":
			w.use(g, args...)
		case "WithGroup":
			if len(args) == 1 {
				w.apply1(args[0], []value{g}, w.expr)
				w.machine.ended = false
			}
		}
	}
}
