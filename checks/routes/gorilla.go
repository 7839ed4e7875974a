package routes

// gorilla describes github.com/gorilla/mux: a route is a builder, and its
// calls may come in any order.
func gorilla() Library {
	return Library{
		Name:     "gorilla/mux",
		Packages: []string{"github.com/gorilla/mux", "github.com/containous/mux", "github.com/traefik/mux"},
		Types:    []Type{{Name: "Router", Handles: true}},
		Pattern:  Syntax{Brace: true},
		Literal:  true,
		Calls: []Call{
			{Names: "NewRouter", Does: Create, Result: "Router"},
			{On: "Router", Names: "HandleFunc Handle", Does: Register, Method: "?", Path: 1, Handler: 2},
			{On: "Router", Names: "Path", Does: Register, Method: "?", Path: 1},
			{On: "Router", Names: "PathPrefix", Does: Register, Method: "?", Path: 1, Subtree: true},
			{On: "Router", Names: "Methods", Does: Register, Method: "?", MethodArg: 1, MethodRest: true},
			{On: "Router", Names: "Host", Does: Register, Method: "?", Host: 1},
			{On: "Router", Names: "NewRoute Schemes Queries Headers HeadersRegexp MatcherFunc Name BuildVarsFunc", Does: Register, Method: "?"},
			{On: "Router", Names: "StrictSlash SkipClean UseEncodedPath OmitRouteFromContext OmitRouterFromContext", Does: Ignore},
			{On: "Router", Names: "Use", Does: Use, Middleware: 1, All: true},
			{On: "Route", Names: "Path", Does: Build, Path: 1, Extends: true},
			{On: "Route", Names: "PathPrefix", Does: Build, Path: 1, Subtree: true, Extends: true},
			{On: "Route", Names: "Methods", Does: Build, MethodArg: 1, MethodRest: true},
			{On: "Route", Names: "Host", Does: Build, Host: 1},
			{On: "Route", Names: "Handler HandlerFunc", Does: Build, Handler: 1},
			{On: "Route", Names: "Subrouter", Does: Subrouter, Result: "Router"},
			{On: "Route", Names: "BuildOnly", Does: Drop},
			{On: "Route", Names: "Schemes Queries Headers HeadersRegexp MatcherFunc Name BuildVarsFunc SkipClean", Does: Build},
		},
	}
}
