package routes

// echo describes github.com/labstack/echo, v4 and v5.
func echo() Library {
	const routers = "Echo Group"
	return Library{
		Name:     "echo",
		Packages: []string{"github.com/labstack/echo", "github.com/labstack/echo/v4", "github.com/labstack/echo/v5"},
		Types:    []Type{{Name: "Echo", Root: true, Handles: true}, {Name: "Group"}},
		Pattern:  Syntax{Colon: true, Star: true},
		Literal:  true,
		Calls: []Call{
			{Names: "New NewWithConfig", Does: Create, Result: "Echo"},
			{On: routers, Names: "GET POST PUT PATCH DELETE HEAD OPTIONS CONNECT TRACE QUERY", Does: Register, Path: 1, Handler: 2, Middleware: 3},
			{On: routers, Names: "Any", Does: Register, Method: "*", Path: 1, Handler: 2, Middleware: 3},
			{On: routers, Names: "Add Match", Does: Register, MethodArg: 1, Path: 2, Handler: 3, Middleware: 4},
			{On: routers, Names: "Group", Does: Group, Result: "Group", Path: 1, Middleware: 2},
			{On: "Echo", Names: "Host", Does: Group, Result: "Group", Host: 1, Middleware: 2},
			{On: "Echo", Names: "Use Pre", Does: Use, Middleware: 1, All: true},
			{On: "Group", Names: "Use", Does: Use, Middleware: 1},
			{On: routers, Names: "RouteNotFound", Does: Ignore},
			{On: routers, Names: "Static StaticFS", Does: Static, Path: 1, Subtree: true},
			{On: routers, Names: "File FileFS", Does: Static, Path: 1},
			{Names: "WrapHandler WrapMiddleware", Does: Wrap},
			{On: "Echo", Names: "AddRoute", Does: Register, Route: 1},
			{On: "Group", Names: "AddRoute", Does: Register, Route: 1},
		},
	}
}
