package routes

import (
	"go/types"
	"strings"
)

// huma describes github.com/danielgtaylor/huma/v2: an API is a layer on another
// router, and its functions take it as their first argument.
func huma() Library {
	const (
		base     = "github.com/danielgtaylor/huma/v2"
		adapters = base + "/adapters/"
		apis     = "API Group"
	)
	return Library{
		Name: "huma",
		Packages: []string{
			base, adapters + "humachi", adapters + "humagin", adapters + "humaecho", adapters + "humafiber", adapters + "humago", adapters + "humamux",
			adapters + "humahttprouter", adapters + "humabunrouter", adapters + "humaflow",
		},
		Types:   []Type{{Name: "API", Root: true}, {Name: "Group", Root: true}},
		Pattern: Syntax{Brace: true},
		Literal: true,
		Calls: []Call{
			{Names: "New NewCompat", Does: Group, Result: "API", Router: 1},
			{Names: "NewWithGroup", Does: Group, Result: "API", Router: 2},
			{Names: "NewWithPrefix", Does: Group, Result: "API", Router: 1, Path: 2},
			{Names: "NewAdapter NewCompatAdapter", Does: Special, Router: 1, Run: humaAdapter},
			{Names: "NewAPI", Does: Value, Run: func(w *wireCall, _ *router) value { return w.arg(2) }},
			{Names: "NewGroup", Does: Special, Router: 1, Run: humaGroup},
			{Names: "Register", Does: Register, Router: 1, Route: 2, Handler: 3},
			{Names: "Get Post Put Patch Delete Head", Does: Register, Router: 1, Path: 2, Handler: 3},
			{Names: "AutoRegister", Does: Special, Router: 1, Run: humaAutoRegister},
			{On: apis, Names: "UseMiddleware", Does: Use, Middleware: 1},
			{On: apis, Names: "UseModifier UseSimpleModifier UseTransformer", Does: Ignore},
		},
	}
}

// humaSSE describes huma's server-sent events.
func humaSSE() Library {
	return Library{
		Name:     "huma",
		Packages: []string{"github.com/danielgtaylor/huma/v2/sse"},
		Types:    []Type{{Name: "API", Root: true}},
		Pattern:  Syntax{Brace: true},
		Literal:  true,
		Calls:    []Call{{Names: "Register", Does: Register, Router: 1, Route: 2, Handler: 4}},
	}
}

// humaAdapter: some adapters take a prefix.
func humaAdapter(w *wireCall, r *router) value {
	prefix := value(text(""))
	if v := w.arg(2); v != nil && isStr(bare(v)) {
		prefix = v
	}
	return w.child(r, "API", prefix)
}

// humaGroup: each prefix brings the group's routes once.
func humaGroup(w *wireCall, r *router) value { return w.child(r, "Group", anyOf(w.rest(2))) }

// humaAutoRegister calls every method whose name begins with Register.
func humaAutoRegister(w *wireCall, r *router) value {
	server := w.arg(2)
	t := dynamicType(server)
	if t == nil || types.IsInterface(t) {
		w.unknownRoutes(r, "the Register methods of a value that is not known")
		return r
	}
	for sel := range types.NewMethodSet(t).Methods() {
		name := sel.Obj().Name()
		if !strings.HasPrefix(name, "Register") {
			continue
		}
		if g := w.method(t, server, name, sel.Obj().Pkg()); g != nil {
			w.invoke(g, []value{r}, w.expr)
			w.machine.ended = false
		}
	}
	return r
}
