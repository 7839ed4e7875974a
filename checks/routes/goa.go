package routes

// goa describes the muxer of goa.design/goa, which its generated servers mount
// themselves on.
func goa() Library {
	const routers = "Muxer MiddlewareMuxer ResolverMuxer"
	return Library{
		Name:     "goa",
		Packages: []string{"goa.design/goa/v3/http", "goa.design/goa/http"},
		Types: []Type{
			{Name: "Muxer", Root: true, Handles: true}, {Name: "MiddlewareMuxer", Root: true, Handles: true}, {Name: "ResolverMuxer", Root: true, Handles: true},
		},
		Pattern: Syntax{Brace: true},
		Calls: []Call{
			{Names: "NewMuxer", Does: Create, Result: "ResolverMuxer"},
			{On: routers, Names: "Handle", Does: Register, MethodArg: 1, Path: 2, Handler: 3},
			{On: routers, Names: "Use", Does: Use, Middleware: 1, All: true},
		},
	}
}
