package routes

// fiber describes github.com/gofiber/fiber, v2 and v3. In v3 every argument
// after the path is a handler, run in order; the last one serves.
func fiber() Library {
	const (
		routers = "App Group Router"
		verbs   = "Get Post Put Patch Delete Head Options Connect Trace"
		chained = "Register Registering"
	)
	return Library{
		Name:     "fiber",
		Packages: []string{"github.com/gofiber/fiber", "github.com/gofiber/fiber/v2", "github.com/gofiber/fiber/v3"},
		Types: []Type{
			{Name: "App", Root: true, Handles: true}, {Name: "Group"}, {Name: "Router"}, {Name: "Register"}, {Name: "Registering"},
		},
		Pattern:    Syntax{Colon: true, Star: true, Optional: true},
		Slash:      SlashIgnored,
		HeadForGet: true,
		Calls: []Call{
			{Names: "New NewWithCustomCtx", Does: Create, Result: "App"},
			{On: routers, Names: verbs, Does: Register, Path: 1, Handler: Last, Middleware: 2},
			{On: routers, Names: "All", Does: Register, Method: "*", Path: 1, Handler: Last, Middleware: 2},
			{On: routers, Names: "Add", Does: Register, MethodArg: 1, Path: 2, Handler: Last, Middleware: 3},
			{On: routers, Names: "Group", Does: Group, Result: "Group", Path: 1, Middleware: 2},
			{On: routers, Names: "Route", Does: Group, Result: "Group", Path: 1, Callback: 2},
			{On: routers, Names: "RouteChain", Does: Group, Result: "Registering", Path: 1},
			{On: routers, Names: "Mount", Does: Mount, Path: 1, Handler: 2},
			{On: routers, Names: "Use", Does: Use, Middleware: 1, Scoped: true},
			{On: routers, Names: "Static", Does: Static, Path: 1, Subtree: true},
			{On: routers, Names: "Name", Does: Ignore},
			{On: chained, Names: verbs, Does: Register, Handler: Last, Middleware: 1},
			{On: chained, Names: "All", Does: Register, Method: "*", Handler: Last, Middleware: 1},
			{On: chained, Names: "Add", Does: Register, MethodArg: 1, Handler: Last, Middleware: 2},
			{On: chained, Names: "RouteChain", Does: Group, Result: "Registering", Path: 1},
		},
	}
}
