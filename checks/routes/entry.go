package routes

import (
	"go/token"
	"go/types"
	"slices"
)

// router is a router, a group of one, or one that comes from elsewhere.
type router struct {
	lib  *library
	kind string // the library's type name
	pos  token.Pos
	// parents say below what its routes are served; a group has one, a mounted
	// router one for each mount, a server of its own none.
	parents []edge
	// own is a prefix that the router sets on itself.
	own value
	// use holds middleware for routes registered later, all that for all routes.
	use, all cell
	methods  value
	host     value
	fields   map[string]*cell
	// foreign routers come from code that was not followed; prefixUnknown is the
	// reason where something may stand before their paths.
	// unseen ones have been set up by code that was not followed.
	foreign       bool
	unseen        bool
	why           string
	prefixUnknown string
	// wrapped is around the whole router where it is served.
	wrapped []Handler
	places  []place
	placed  bool
	placing bool
}

// edge places a router below another.
type edge struct {
	parent  *router
	prefix  value
	before  []value // middleware of the parent that applies
	around  []Handler
	host    value
	methods value
	// absolute: the child sees the URL itself, less what was stripped, rather
	// than the rest below the parent's path.
	absolute bool
	// front: no router is above; a function that compares the path hands the
	// request to the child.
	front bool
	at    *entry
	pos   token.Pos
}

// entry is a route as it is registered; builders fill it in call by call.
type entry struct {
	lib        *library
	name       string // the call's
	router     *router
	method     value // a string, a slice of strings, or nil
	fixed      string
	path       value
	handler    value
	middleware []value // what the router had, then the route's own
	host       value
	pos        token.Pos
	chain      []link
	reached    bool
	dropped    bool
	subtree    bool
	static     bool
	mount      bool
	noStrip    bool
	grouped    bool // turned into a subrouter
}

func (m *machine) newRouter(lib *library, kind string, pos token.Pos) *router {
	r := &router{lib: lib, kind: kind, pos: pos, use: cell{v: &slice{}}, all: cell{v: &slice{}}}
	m.routers = append(m.routers, r)
	return r
}

// foreignRouter stands for a router that code outside the evaluation made.
func (m *machine) foreignRouter(lib *library, t Type, why string, pos token.Pos) *router {
	r := m.newRouter(lib, t.Name, pos)
	r.foreign, r.why = true, why
	if !t.Root {
		r.prefixUnknown = why
	}
	return r
}

// defaultRouter is a library's ready router: the one of a package variable, or
// with an empty name the one that package functions use.
func (m *machine) defaultRouter(pkgPath, name string) *router {
	lib := m.surface.byPackage[pkgPath]
	if lib == nil || len(lib.Defaults) == 0 || name != "" && !slices.Contains(lib.Defaults, name) {
		return nil
	}
	if name == "" {
		name = lib.Defaults[0]
	}
	r := m.defaults[lib.Name+"."+name]
	if r == nil {
		r = m.newRouter(lib, lib.Types[0].Name, token.NoPos)
		m.defaults[lib.Name+"."+name] = r
	}
	return r
}

// hasType answers a type assertion on a router.
func (r *router) hasType(t types.Type) answer {
	pkg, name := typeName(t)
	if slices.Contains(r.lib.Packages, pkg) && name == r.kind {
		return yes
	}
	if iface, ok := t.Underlying().(*types.Interface); ok {
		if iface.NumMethods() == 1 && iface.Method(0).Name() == "ServeHTTP" && !r.lib.types[r.kind].Handles {
			return no
		}
		return maybe
	}
	return no
}
