package routes

// httpTreeMux describes github.com/dimfeld/httptreemux.
func httpTreeMux() Library {
	const routers = "TreeMux ContextMux Group ContextGroup IContextGroup"
	return Library{
		Name: "httptreemux",
		Packages: []string{
			"github.com/dimfeld/httptreemux/v5", "github.com/dimfeld/httptreemux/v4", "github.com/dimfeld/httptreemux",
		},
		Types: []Type{
			{Name: "TreeMux", Root: true, Handles: true}, {Name: "ContextMux", Root: true, Handles: true},
			{Name: "Group"}, {Name: "ContextGroup"}, {Name: "IContextGroup"},
		},
		Pattern: Syntax{Colon: true, Star: true},
		Slash:   SlashRedirects,
		Calls: []Call{
			{Names: "New", Does: Create, Result: "TreeMux"},
			{Names: "NewContextMux", Does: Create, Result: "ContextMux"},
			{On: routers, Names: "GET POST PUT PATCH DELETE HEAD OPTIONS", Does: Register, Path: 1, Handler: 2},
			{On: routers, Names: "Handle Handler", Does: Register, MethodArg: 1, Path: 2, Handler: 3},
			{On: routers, Names: "NewGroup", Does: Group, Result: "Group", Path: 1},
			{On: routers, Names: "NewContextGroup", Does: Group, Result: "ContextGroup", Path: 1},
			{On: routers, Names: "UsingContext", Does: Group, Result: "ContextGroup"},
			{On: routers, Names: "Use UseHandler", Does: Use, Middleware: 1},
		},
	}
}
