package routes

import "strings"

// fasthttpRouter describes github.com/fasthttp/router. It serves through a
// method value: fasthttp.ListenAndServe(addr, r.Handler).
func fasthttpRouter() Library {
	const routers = "Router Group"
	return Library{
		Name:     "fasthttp/router",
		Packages: []string{"github.com/fasthttp/router", "github.com/buaazp/fasthttprouter"},
		Types:    []Type{{Name: "Router", Root: true, Handles: true, Serves: "Handler"}, {Name: "Group"}},
		Pattern:  Syntax{Brace: true, Colon: true, Respell: optionalBrace},
		Slash:    SlashRedirects,
		Calls: []Call{
			{Names: "New", Does: Create, Result: "Router"},
			{On: routers, Names: "GET HEAD POST PUT PATCH DELETE CONNECT OPTIONS TRACE", Does: Register, Path: 1, Handler: 2},
			{On: routers, Names: "ANY", Does: Register, Method: "*", Path: 1, Handler: 2},
			{On: routers, Names: "Handle", Does: Register, MethodArg: 1, Path: 2, Handler: 3},
			{On: routers, Names: "Group", Does: Group, Result: "Group", Path: 1},
			{On: routers, Names: "ServeFiles ServeFS ServeFilesCustom", Does: Static, Path: 1},
			{On: routers, Names: "Mutable List", Does: Ignore},
		},
	}
}

// optionalBrace writes out "{name?}" and "{name?:re}" with and without.
func optionalBrace(text string) []string {
	i := strings.Index(text, "?")
	if i < 0 {
		return []string{text}
	}
	open := strings.LastIndexByte(text[:i], '{')
	if open < 0 || i+1 == len(text) || text[i+1] != '}' && text[i+1] != ':' {
		return []string{text}
	}
	without := strings.TrimSuffix(text[:open], "/")
	if without == "" {
		without = "/"
	}
	return []string{text[:i] + text[i+1:], without}
}

// fasthttp describes github.com/valyala/fasthttp, which has no router: what it
// serves is a function, or a router's.
func fasthttp() Library {
	return Library{
		Name:     "fasthttp",
		Packages: []string{"github.com/valyala/fasthttp", "github.com/valyala/fasthttp/fasthttpadaptor"},
		Types:    []Type{{Name: "handler", Root: true, Handles: true}},
		Pattern:  Syntax{},
		Slash:    SlashExact,
		Calls: []Call{
			{
				Names: "ListenAndServe ListenAndServeTLS ListenAndServeTLSEmbed ListenAndServeUNIX Serve ServeTLS ServeTLSEmbed",
				Does:  Serve, Handler: Last,
			},
			{On: "Server", Names: "ListenAndServe ListenAndServeTLS ListenAndServeTLSEmbed ListenAndServeUNIX Serve ServeTLS ServeTLSEmbed", Does: Serve},
			{Names: "NewFastHTTPHandler NewFastHTTPHandlerFunc", Does: Wrap},
			{Names: "FSHandler", Does: Static},
		},
	}
}
