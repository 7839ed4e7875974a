package routes

// gin describes github.com/gin-gonic/gin.
func gin() Library {
	const routers = "Engine RouterGroup IRouter IRoutes"
	return Library{
		Name:     "gin",
		Packages: []string{"github.com/gin-gonic/gin"},
		Types: []Type{
			{Name: "Engine", Root: true, Handles: true}, {Name: "RouterGroup"}, {Name: "IRouter"}, {Name: "IRoutes"},
		},
		Pattern: Syntax{Colon: true, Star: true},
		Slash:   SlashRedirects,
		Calls: []Call{
			{Names: "New Default", Does: Create, Result: "Engine"},
			{On: "Engine", Names: "With", Does: Ignore},
			{On: routers, Names: "GET POST PUT PATCH DELETE HEAD OPTIONS", Does: Register, Path: 1, Handler: Last, Middleware: 2},
			{On: routers, Names: "Any", Does: Register, Method: "*", Path: 1, Handler: Last, Middleware: 2},
			{On: routers, Names: "Handle Match", Does: Register, MethodArg: 1, Path: 2, Handler: Last, Middleware: 3},
			{On: routers, Names: "Group", Does: Group, Result: "RouterGroup", Path: 1, Middleware: 2},
			{On: routers, Names: "Use", Does: Use, Middleware: 1},
			{On: routers, Names: "NoRoute NoMethod", Does: Ignore},
			{On: routers, Names: "Static StaticFS", Does: Static, Path: 1, Subtree: true},
			{On: routers, Names: "StaticFile StaticFileFS", Does: Static, Path: 1},
			{Names: "WrapF WrapH", Does: Wrap},
		},
	}
}
