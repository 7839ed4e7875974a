package routes

// hertz describes github.com/cloudwego/hertz, gin's surface with a context
// in front of the handlers.
func hertz() Library {
	const (
		routers = "Hertz Engine RouterGroup IRouter IRoutes"
		verbs   = "GET POST PUT PATCH DELETE HEAD OPTIONS"
	)
	lib := Library{
		Name: "hertz",
		Packages: []string{
			"github.com/cloudwego/hertz/pkg/app/server", "github.com/cloudwego/hertz/pkg/route", "github.com/cloudwego/hertz/pkg/common/adaptor",
		},
		Types: []Type{
			{Name: "Hertz", Root: true, Handles: true}, {Name: "Engine", Root: true, Handles: true}, {Name: "RouterGroup"}, {Name: "IRouter"}, {Name: "IRoutes"},
		},
		Pattern: Syntax{Colon: true, Star: true},
		Slash:   SlashRedirects,
		Calls: []Call{
			{Names: "New Default", Does: Create, Result: "Hertz"},
			{Names: "NewEngine", Does: Create, Result: "Engine"},
			{On: routers, Names: verbs, Does: Register, Path: 1, Handler: Last, Middleware: 2},
			{On: routers, Names: "Any", Does: Register, Method: "*", Path: 1, Handler: Last, Middleware: 2},
			{On: routers, Names: "AnyEX", Does: Register, Method: "*", Path: 1, Handler: 2},
			{On: routers, Names: "Handle", Does: Register, MethodArg: 1, Path: 2, Handler: Last, Middleware: 3},
			{On: routers, Names: "HandleEX", Does: Register, MethodArg: 1, Path: 2, Handler: 3},
			{On: routers, Names: "Group", Does: Group, Result: "RouterGroup", Path: 1, Middleware: 2},
			{On: routers, Names: "Use", Does: Use, Middleware: 1},
			{On: routers, Names: "NoRoute NoMethod", Does: Ignore},
			{On: routers, Names: "Static StaticFS", Does: Static, Path: 1, Subtree: true},
			{On: routers, Names: "StaticFile", Does: Static, Path: 1},
			{Names: "HertzHandler", Does: Wrap},
		},
	}
	for _, verb := range []string{"GET", "POST", "PUT", "DELETE", "HEAD"} { // the handler's name follows it
		lib.Calls = append(lib.Calls, Call{On: routers, Names: verb + "EX", Does: Register, Method: verb, Path: 1, Handler: 2})
	}
	return lib
}
