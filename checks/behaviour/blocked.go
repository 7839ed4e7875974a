package behaviour

import (
	"go/types"
	"slices"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
)

// Blocker is the middleware that ends every request before it gets to a route's
// handler, whatever the request carries; not ok where there is none. A
// middleware that could not be followed is none.
func (x *Index) Blocker(r *routes.Route, op *spec.Operation) (routes.Handler, bool) {
	rq := requestOf(r, op)
	rq.path, rq.pattern = "", "" // what is mounted somewhere may see another one
	steps := x.chain(r, rq, false)
	for i, s := range steps[:len(steps)-1] {
		if s.class == ours && s.known && !s.next && !s.over && !s.handsOver && !s.handler.Conditional && ownsRequest(s.fn) && !x.runsOneOf(s, steps[i+1:]) {
			return s.handler, true
		}
	}
	return routes.Handler{}, false
}

// runsOneOf: the function calls one that stands behind it by itself, as those do
// that choose a handler by the method.
func (x *Index) runsOneOf(s step, behind []step) bool {
	return slices.ContainsFunc(behind, func(b step) bool {
		fn := x.byKey[b.handler.Key]
		return fn != nil && s.entered[fn]
	})
}

// ownsRequest tells a function that a request goes through from a callback of a
// library's middleware, such as func(*http.Request, error): it gets the answer,
// too, and nothing else but the next handler, and gives no verdict.
func ownsRequest(fn *behaviour.Function) bool {
	if fn == nil {
		return false
	}
	sig, answers := fn.SSA.Signature, false
	for i := range sig.Params().Len() {
		switch t := sig.Params().At(i).Type(); {
		case behaviour.IsAnswer(t):
			answers = true
		case !behaviour.IsRequest(t) && !isHandlerLike(t) && !isChain(t):
			return false
		}
	}
	return answers && !asks(sig)
}

// isChain: the rest of the chain as a value, as go-restful's filters get it.
func isChain(t types.Type) bool {
	for _, name := range []string{"ProcessFilter", "Next"} {
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
		if _, ok := obj.(*types.Func); ok {
			return true
		}
	}
	return false
}

// asks: what it gives is for the code that calls it, such as the bool of a
// function that says which requests to skip.
func asks(sig *types.Signature) bool {
	for i := range sig.Results().Len() {
		if t := sig.Results().At(i).Type(); !isError(t) && !isHandlerLike(t) {
			return true
		}
	}
	return false
}
