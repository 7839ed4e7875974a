package routes

// httprouter describes github.com/julienschmidt/httprouter.
func httprouter() Library {
	return Library{
		Name:     "httprouter",
		Packages: []string{"github.com/julienschmidt/httprouter"},
		Types:    []Type{{Name: "Router", Root: true, Handles: true}},
		Pattern:  Syntax{Colon: true, Star: true},
		Slash:    SlashRedirects,
		Calls: []Call{
			{Names: "New", Does: Create, Result: "Router"},
			{On: "Router", Names: "GET HEAD OPTIONS POST PUT PATCH DELETE", Does: Register, Path: 1, Handler: 2},
			{On: "Router", Names: "Handle Handler HandlerFunc", Does: Register, MethodArg: 1, Path: 2, Handler: 3},
			{On: "Router", Names: "ServeFiles", Does: Static, Path: 1},
		},
	}
}
