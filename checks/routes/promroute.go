package routes

// promRoute describes github.com/prometheus/common/route, httprouter with
// prefixes.
func promRoute() Library {
	return Library{
		Name:     "prometheus/common/route",
		Packages: []string{"github.com/prometheus/common/route"},
		Types:    []Type{{Name: "Router", Handles: true}},
		Pattern:  Syntax{Colon: true, Star: true},
		Slash:    SlashRedirects,
		Literal:  true,
		Calls: []Call{
			{Names: "New", Does: Create, Result: "Router"},
			{On: "Router", Names: "Get Options Post Put Head", Does: Register, Path: 1, Handler: 2},
			{On: "Router", Names: "Del", Does: Register, Method: "DELETE", Path: 1, Handler: 2},
			{On: "Router", Names: "WithPrefix", Does: Group, Result: "Router", Path: 1},
			{On: "Router", Names: "WithInstrumentation", Does: Group, Result: "Router"},
			{On: "Router", Names: "Redirect", Does: Ignore},
			{Names: "FileServe", Does: Static},
		},
	}
}
