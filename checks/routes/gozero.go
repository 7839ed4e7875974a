package routes

import (
	"maps"
	"slices"
)

// goZero describes github.com/zeromicro/go-zero/rest, whose routes come in
// tables.
func goZero() Library {
	return Library{
		Name:     "go-zero",
		Packages: []string{"github.com/zeromicro/go-zero/rest", "github.com/tal-tech/go-zero/rest"},
		Types:    []Type{{Name: "Server", Root: true, Handles: true}},
		Pattern:  Syntax{Colon: true},
		Slash:    SlashIgnored,
		Calls: []Call{
			{Names: "MustNewServer NewServer", Does: Create, Result: "Server"},
			{On: "Server", Names: "AddRoute AddRoutes", Does: Special, Run: addZeroRoutes},
			{On: "Server", Names: "Use", Does: Use, Middleware: 1, All: true},
			{On: "Server", Names: "Start StartWithOpts Stop PrintRoutes Routes", Does: Ignore},
			{Names: "WithMiddlewares WithMiddleware", Does: Value, Run: withZeroMiddleware},
			{Names: "ToMiddleware", Does: Wrap},
		},
	}
}

func addZeroRoutes(w *wireCall, r *router) value {
	prefix, guards := value(nil), []value(nil)
	for _, o := range w.rest(2) {
		switch name, args := optionOf(o); name {
		case "WithPrefix":
			prefix = args[0]
		case "WithJwt", "WithJwtTransition", "WithSignature":
			guards = append(guards, o)
		}
	}
	g := w.child(r, "Server", prefix, guards...)
	for _, c := range choices(w.arg(1)) {
		w.zeroRoutes(g, c)
	}
	return r
}

func (w *wireCall) zeroRoutes(g *router, v value) {
	switch x := bare(v).(type) {
	case *slice:
		for _, c := range x.cells {
			w.zeroRoutes(g, c.v)
		}
		if x.open {
			w.unknownRoutes(g, "more routes than are known")
		}
	case *structVal, *unknown:
		if u, ok := x.(*unknown); ok && u.fields["Path"] == nil {
			w.unknownRoutes(g, "a table of routes that is not known")
			return
		}
		en := w.newEntry(g)
		w.fromStruct(en, x)
		en.pos = literalPos(en.path, en.pos)
		w.addEntry(en)
	case null:
	default:
		w.unknownRoutes(g, "a table of routes that is not known")
	}
}

// withZeroMiddleware puts middleware on each of the routes.
func withZeroMiddleware(w *wireCall, _ *router) value {
	mws := &slice{}
	switch x := bare(w.arg(1)).(type) {
	case *slice:
		mws = x
	default:
		mws.cells = []*cell{{v: w.arg(1)}}
	}
	out := &slice{}
	for _, v := range w.rest(2) {
		var fields map[string]*cell
		route := copied(bare(v))
		switch x := route.(type) {
		case *structVal:
			fields = x.fields
		case *unknown: // its type could not be loaded
			x = &unknown{typ: x.typ, why: x.why, pos: x.pos, fields: maps.Clone(x.fields)}
			route, fields = x, x.fields
		}
		if fields == nil {
			out.open = true
			continue
		}
		all := &slice{cells: slices.Clone(mws.cells)}
		if have := fields["Middlewares"]; have != nil {
			all.cells = append(all.cells, have.v.(*slice).cells...)
		}
		fields["Middlewares"] = &cell{v: all}
		out.cells = append(out.cells, &cell{v: route})
	}
	return out
}
