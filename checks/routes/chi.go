package routes

// chi describes github.com/go-chi/chi in every major version.
func chi() Library {
	const routers = "Mux Router"
	return Library{
		Name: "chi",
		Packages: []string{
			"github.com/go-chi/chi", "github.com/go-chi/chi/v2", "github.com/go-chi/chi/v3",
			"github.com/go-chi/chi/v4", "github.com/go-chi/chi/v5", "github.com/pressly/chi",
		},
		Types:   []Type{{Name: "Mux", Handles: true}, {Name: "Router", Handles: true}},
		Pattern: Syntax{Brace: true, Star: true, MethodFirst: true}, MountRoot: true,
		Calls: []Call{
			{Names: "NewRouter NewMux", Does: Create, Result: "Mux"},
			{On: routers, Names: "Get Post Put Patch Delete Head Options Connect Trace Query", Does: Register, Path: 1, Handler: 2},
			{On: routers, Names: "Method MethodFunc", Does: Register, MethodArg: 1, Path: 2, Handler: 3},
			{On: routers, Names: "Handle HandleFunc", Does: Register, Method: "?", Path: 1, Handler: 2},
			{On: routers, Names: "Route", Does: Group, Result: "Mux", Path: 1, Callback: 2},
			{On: routers, Names: "Group", Does: Group, Result: "Mux", Callback: 1},
			{On: routers, Names: "With", Does: Group, Result: "Mux", Middleware: 1},
			{On: routers, Names: "Mount", Does: Mount, Path: 1, Handler: 2},
			{On: routers, Names: "Use", Does: Use, Middleware: 1},
			{On: routers, Names: "NotFound MethodNotAllowed", Does: Ignore},
		},
	}
}
