package reach

import (
	"go/token"

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
