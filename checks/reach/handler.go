package reach

import (
	"go/token"
	"strconv"

	"github.com/backend-conformance/conformance/checks/routes"
)

// maxBound is how many captures within captures are followed.
const maxBound = 5

// FromHandler walks from a route's handler (or a middleware) and from the
// functions that it captured. It is nil where the source is not in the module.
// Calls of captured functions that are known are not dynamic.
func (g *Graph) FromHandler(h routes.Handler) *Reached {
	roots, known := g.handlerRoots(h)
	if len(roots) == 0 {
		return nil
	}
	all := g.From(roots...)
	kept := all.Dynamic[:0]
	for _, d := range all.Dynamic {
		if !known[d.Declared] {
			kept = append(kept, d)
		}
	}
	all.Dynamic = kept
	return all
}

// handlerRoots are the bodies of a handler and of the functions that it
// captured; known are the variables that hold those.
func (g *Graph) handlerRoots(h routes.Handler) (roots []Root, known map[token.Pos]bool) {
	known = map[token.Pos]bool{}
	var add func(h *routes.Handler, depth int)
	add = func(h *routes.Handler, depth int) {
		if f := g.program.FuncAt(h.Key); f != nil && h.Key.IsValid() {
			switch {
			case f.Lit != nil:
				roots = append(roots, Root{f.Package, f.Lit.Body})
			case f.Decl != nil && f.Decl.Body != nil:
				roots = append(roots, Root{f.Package, f.Decl.Body})
			}
		}
		for _, b := range h.Bound {
			if b.Handler != nil && depth < maxBound {
				known[b.Pos] = b.Handler.Key.IsValid()
				add(b.Handler, depth+1)
			}
		}
	}
	add(&h, 0)
	return roots, known
}

// HandlerKey tells handlers apart by where a walk from them begins.
func HandlerKey(h routes.Handler) string {
	var b []byte
	var add func(h *routes.Handler, depth int)
	add = func(h *routes.Handler, depth int) {
		b = strconv.AppendInt(b, int64(h.Key), 10)
		for _, bound := range h.Bound {
			if bound.Handler != nil && depth < maxBound {
				b = strconv.AppendInt(append(b, '('), int64(bound.Pos), 10)
				b = append(b, ' ')
				add(bound.Handler, depth+1)
				b = append(b, ')')
			}
		}
	}
	add(&h, 0)
	return string(b)
}
