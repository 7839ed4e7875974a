package routes

// goRestful describes github.com/emicklei/go-restful: web services with a root
// path, whose routes are builders that count once the service is given them,
// and which count once a container is given them.
func goRestful() Library {
	return Library{
		Name:     "go-restful",
		Packages: []string{"github.com/emicklei/go-restful/v3", "github.com/emicklei/go-restful/v2", "github.com/emicklei/go-restful"},
		Types:    []Type{{Name: "Container", Root: true, Handles: true}, {Name: "WebService", Root: true}},
		Defaults: []string{"DefaultContainer"},
		Pattern:  Syntax{Brace: true},
		Slash:    SlashIgnored,
		Calls: []Call{
			{Names: "NewContainer", Does: Create, Result: "Container"},
			{Names: "Add", Does: Attach, Attached: 1},
			{Names: "Filter", Does: Use, Middleware: 1, All: true},
			{On: "Container", Names: "Add", Does: Attach, Attached: 1},
			{On: "Container", Names: "Filter", Does: Use, Middleware: 1, All: true},
			{On: "Container", Names: "Handle HandleWithFilter", Does: Register, Method: "*", Path: 1, Handler: 2, Subtree: true},
			{On: "WebService", Names: "Path", Does: Prefix, Path: 1},
			{On: "WebService", Names: "Filter", Does: Use, Middleware: 1, All: true},
			{On: "WebService", Names: "GET POST PUT PATCH DELETE HEAD OPTIONS", Does: Register, Path: 1, Detached: true},
			{On: "WebService", Names: "Method", Does: Register, MethodArg: 1, Detached: true},
			{On: "WebService", Names: "Route", Does: Attach, Attached: 1},
			{On: "WebService", Names: "Consumes Produces ApiVersion Param Doc SetDynamicRoutes TypeNameHandleFunc", Does: Ignore},
			{On: "RouteBuilder", Names: "To", Does: Build, Handler: 1},
			{On: "RouteBuilder", Names: "Path", Does: Build, Path: 1},
			{On: "RouteBuilder", Names: "Method", Does: Build, MethodArg: 1},
			{On: "RouteBuilder", Names: "Filter", Does: Build, Middleware: 1},
			{
				On: "RouteBuilder", Does: Ignore,
				Names: "Consumes Produces Doc Notes Operation Param Reads Writes Returns ReturnsWithHeaders DefaultReturns Metadata " +
					"Deprecate Do If AddExtension AllowedMethodsWithoutContentType ContentEncodingEnabled ReadsWithSchema WritesWithSchema",
			},
		},
	}
}
