package routes

import (
	"go/token"
	"slices"
	"strings"
)

// What the tables' Special and Value calls are written with: see Call.Run.

// optionOf recognises a functional option by the name of the function that
// made it, and gives what it was called with.
func optionOf(v value) (name string, args []value) {
	u, ok := bare(v).(*unknown)
	if !ok || u.origin == nil {
		return "", nil
	}
	if u.origin.fn == nil { // code that could not be loaded: the name as it is written
		return u.origin.name[strings.LastIndex(u.origin.name, ".")+1:], u.origin.args
	}
	return u.origin.fn.Name(), u.origin.args
}

// newEntry starts a route of a router with the middleware that it has by now.
func (w *wireCall) newEntry(r *router, middleware ...value) *entry {
	return &entry{
		lib: w.lib, name: w.lib.Name + "." + w.name, router: r, pos: w.pos, chain: w.chain(), reached: w.reached,
		middleware: append(listed(r.use.v), middleware...),
	}
}

func (w *wireCall) addEntry(en *entry) { w.entries = append(w.entries, en) }

// child makes a group below a router.
func (w *wireCall) child(r *router, kind string, prefix value, middleware ...value) *router {
	c := w.newRouter(w.lib, kind, w.pos)
	if prefix == nil {
		prefix = text("")
	}
	c.parents = []edge{{parent: r, prefix: prefix, before: append(listed(r.use.v), middleware...)}}
	return c
}

// rest are the arguments from the n-th on, slices among them opened.
func (w *wireCall) rest(n int) []value {
	var out []value
	for i := n; i <= len(w.args); i++ {
		v := w.arg(i)
		if list, ok := bare(v).(*slice); ok {
			out = append(out, listed(list)...)
			continue
		}
		out = append(out, v)
	}
	return out
}

// use adds middleware to a router.
func (w *wireCall) use(r *router, mws ...value) { w.set(&r.use, appended(r.use.v, mws, w.pos)) }

// useAll adds middleware for all routes of a router, earlier ones included.
func (w *wireCall) useAll(r *router, mws ...value) { w.set(&r.all, appended(r.all.v, mws, w.pos)) }

// unknownRoutes notes that a call registers routes which are not known.
func (w *wireCall) unknownRoutes(r *router, why string) {
	en := w.newEntry(r)
	u := &unknown{why: why, pos: w.pos}
	en.path, en.handler = u, u
	w.addEntry(en)
}

// anyOf is a value that is one of several.
func anyOf(vals []value) value {
	var out value
	for _, v := range vals {
		out = join(out, v)
	}
	return out
}

// again carries out another call of the library on a router, with arguments
// that came some other way; false where there is no such call.
func (w *wireCall) again(r *router, name string, args []value, pos token.Pos) bool {
	c := w.lib.calls[callKey{r.kind, name}]
	if c == nil {
		return false
	}
	twin := &wireCall{machine: w.machine, lib: w.lib, call: c, name: name, args: args, expr: w.expr, pos: pos, indirect: true}
	twin.on(r)
	return true
}

// knownText is a value's text where all of it is known.
func knownText(v value) string {
	s, _ := strOf(choices(v)[0]).known()
	return s
}

// texts are the known texts among values.
func texts(vals []value) []string {
	var out []string
	for _, v := range vals {
		if s := knownText(v); s != "" {
			out = append(out, s)
		}
	}
	return slices.Clip(out)
}
