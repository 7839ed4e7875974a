package routes

// netHTTP describes net/http's ServeMux with the patterns of Go 1.22.
func netHTTP() Library {
	return Library{
		Name:       "net/http",
		Packages:   []string{"net/http"},
		Types:      []Type{{Name: "ServeMux", Root: true, Handles: true}},
		Defaults:   []string{"DefaultServeMux"},
		Pattern:    Syntax{Brace: true, MethodFirst: true, Tree: true},
		Slash:      SlashExact,
		HeadForGet: true,
		Calls: []Call{
			{Names: "NewServeMux", Does: Create, Result: "ServeMux"},
			{Names: "Handle HandleFunc", Does: Register, Method: "?", Path: 1, Handler: 2},
			{On: "ServeMux", Names: "Handle HandleFunc", Does: Register, Method: "?", Path: 1, Handler: 2},
			{Names: "StripPrefix", Does: Strip, Path: 1, Handler: 2},
			{Names: "TimeoutHandler MaxBytesHandler AllowQuerySemicolons", Does: Wrap},
			{On: "CrossOriginProtection", Names: "Handler", Does: Wrap},
			{Names: "ListenAndServe ListenAndServeTLS Serve ServeTLS", Does: Serve, Handler: 2},
			{Names: "FileServer FileServerFS", Does: Static},
			{Names: "RedirectHandler NotFoundHandler", Does: Static},
		},
	}
}
