package routes

// pocketbase describes the router of github.com/pocketbase/pocketbase, which
// an app gets with its serve event.
func pocketbase() Library {
	const routers = "Router RouterGroup"
	return Library{
		Name:       "pocketbase",
		Packages:   []string{"github.com/pocketbase/pocketbase/tools/router"},
		Types:      []Type{{Name: "Router", Root: true, Handles: true}, {Name: "RouterGroup"}},
		Pattern:    Syntax{Brace: true, Tree: true},
		HeadForGet: true,
		HandsOut:   true,
		Calls: []Call{
			{Names: "NewRouter", Does: Create, Result: "Router"},
			{On: routers, Names: "GET POST PUT PATCH DELETE HEAD OPTIONS SEARCH", Does: Register, Path: 1, Handler: 2},
			{On: routers, Names: "Any", Does: Register, Method: "*", Path: 1, Handler: 2},
			{On: routers, Names: "Route", Does: Register, MethodArg: 1, Path: 2, Handler: 3},
			{On: routers, Names: "Group", Does: Group, Result: "RouterGroup", Path: 1},
			{On: routers, Names: "Bind BindFunc", Does: Use, Middleware: 1, All: true},
			{On: "Route", Names: "Bind BindFunc", Does: Build, Middleware: 1},
			{On: "Route", Names: "Unbind", Does: Ignore},
			{On: routers, Names: "Unbind", Does: Ignore},
		},
	}
}
