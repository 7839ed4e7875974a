package behaviour

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
)

// served is how a function dealt with a request.
type served struct {
	out *outcome
	// known: it could be run. next: the handler behind it may be reached.
	known, next bool
	// service: it gets what generated code took out of the request.
	service bool
	// fn is the function that was given the request.
	fn *behaviour.Function
}

// bound makes the closure of a handler, with what is known of the variables
// that it captured. The others are operands: nobody can tell them.
func (m *machine) bound(h routes.Handler, fn *behaviour.Function) *closure {
	free := make([]value, len(fn.SSA.FreeVars))
	instance := m.instance(h)
	for i, v := range fn.SSA.FreeVars {
		t := v.Type()
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		c := m.cellAt(v, instance, t)
		m.fill(c, h, v)
		free[i] = value{kind: notNull, cell: c}
	}
	return m.closure(fn, free)
}

// instance numbers the closures of one literal by what they captured, below
// the numbers that elements have.
func (m *machine) instance(h routes.Handler) int {
	key := h.Name + boundKey(h)
	if n, ok := m.instances[key]; ok {
		return n
	}
	n := -2 - len(m.instances)
	m.instances[key] = n
	return n
}

// fill puts into a captured variable what is known of it: of a struct field by
// field.
func (m *machine) fill(c *cell, h routes.Handler, v *ssa.FreeVar) {
	b := boundAt(h, v.Pos(), v.Name())
	st, ok := c.typ.Underlying().(*types.Struct)
	if !ok || len(b.Fields) == 0 {
		c.keep(m.boundValue(b, c.typ))
		return
	}
	for i := range st.NumFields() {
		f := st.Field(i)
		n := slices.IndexFunc(b.Fields, func(b routes.Bound) bool { return b.Name == f.Name() })
		part := m.part(c, i, f.Type())
		if n < 0 {
			part.keep(value{operand: true})
			continue
		}
		part.keep(m.boundValue(b.Fields[n], f.Type()))
	}
}

// captured is the value of a captured variable, parameter or receiver.
func (m *machine) captured(h routes.Handler, pos token.Pos, name string, t types.Type) value {
	return m.boundValue(boundAt(h, pos, name), t)
}

// boundAt is what is known of a variable; the zero Bound where nothing is.
func boundAt(h routes.Handler, pos token.Pos, name string) routes.Bound {
	for _, b := range h.Bound {
		if b.Pos == pos || !b.Pos.IsValid() && b.Name == name {
			return b
		}
	}
	return routes.Bound{}
}

func (m *machine) boundValue(b routes.Bound, t types.Type) value {
	if b.Const != nil {
		return constantOf(b.Const)
	}
	if b.Nil {
		return zeroOf(t)
	}
	if b.Handler != nil && !(m.behind[b.Handler.Key] && isHandlerLike(t)) {
		if fn := m.x.byKey[b.Handler.Key]; fn != nil {
			return m.handlerValue(*b.Handler, fn)
		}
	}
	if isHandlerLike(t) {
		return value{kind: notNull, next: true}
	}
	return value{operand: true}
}

// handlerValue is a handler as a function value, its receiver bound.
func (m *machine) handlerValue(h routes.Handler, fn *behaviour.Function) value {
	c := m.bound(h, fn)
	if recv := fn.SSA.Signature.Recv(); recv != nil {
		c = m.closure(fn, []value{m.captured(h, fn.SSA.Params[0].Pos(), fn.SSA.Params[0].Name(), recv.Type())})
	}
	return value{kind: notNull, fn: c}
}

func boundKey(h routes.Handler) string { return keyOfBound(h.Bound) }

func keyOfBound(bound []routes.Bound) string {
	var parts []string
	for _, b := range bound {
		s := b.Name + "="
		switch {
		case b.Const != nil:
			s += b.Const.ExactString()
		case b.Handler != nil:
			s += b.Handler.Name + "{" + boundKey(*b.Handler) + "}"
		case b.Nil:
			s += "nil"
		case len(b.Fields) > 0:
			s += "{" + keyOfBound(b.Fields) + "}"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ";")
}

// isHandlerLike reports whether t can be the handler behind a middleware.
func isHandlerLike(t types.Type) bool {
	if sig, ok := t.Underlying().(*types.Signature); ok {
		return behaviour.IsHandler(sig)
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "ServeHTTP")
	fn, ok := obj.(*types.Func)
	return ok && behaviour.IsHandler(fn.Signature())
}

// maxLayers bounds functions that make functions that make handlers.
const maxLayers = 4

// serve runs a function as a handler or middleware: one that takes a handler or
// returns one is applied until a request can be given to it.
func (m *machine) serve(c *closure, layer int) served {
	fn := c.fn.SSA
	args := m.serveArgs(c, fn)
	out := m.call(c, args, nil)
	if takesRequest(fn.Signature) {
		return served{out: out, known: true, next: m.goesOn(fn.Signature, out), fn: c.fn}
	}
	if isService(fn.Signature) {
		return served{out: out, service: true, fn: c.fn}
	}
	if layer >= maxLayers || fn.Signature.Results().Len() == 0 {
		return served{out: out}
	}
	v := out.result
	if v.tuple != nil {
		v = v.result(0)
	}
	if v.next { // hands the request on untouched on some path
		inner := m.serveValue(v, layer)
		inner.next, inner.known = true, true
		return inner
	}
	return m.serveValue(v, layer)
}

func (m *machine) serveValue(v value, layer int) served {
	switch {
	case v.fn != nil:
		c := v.fn
		if t := m.bind(c, nil); len(t.args) > 0 {
			return m.serveMethod(t, layer)
		}
		return m.serve(c, layer+1)
	case v.dyn != nil:
		obj, _, _ := types.LookupFieldOrMethod(v.dyn, true, nil, "ServeHTTP")
		if fn, ok := obj.(*types.Func); ok {
			if own := m.x.byName[fn.Origin().FullName()]; own != nil {
				return m.serveMethod(target{m.closure(own, nil), []value{v}}, layer)
			}
		}
	}
	return served{out: &outcome{clean: true, passes: true}}
}

// serveMethod serves with a method whose receiver is known.
func (m *machine) serveMethod(t target, layer int) served {
	sig := t.c.fn.SSA.Signature
	rest := m.serveArgs(t.c, t.c.fn.SSA)
	out := m.call(t.c, append(t.args, rest[len(rest)-sig.Params().Len():]...), nil)
	if takesRequest(sig) {
		return served{out: out, known: true, next: m.goesOn(sig, out), fn: t.c.fn}
	}
	if layer < maxLayers && out.result.fn != nil {
		return m.serveValue(out.result, layer+1)
	}
	return served{out: out, service: isService(sig), fn: t.c.fn}
}

// servesAnything reports whether a function has to do with serving by its type:
// it takes a request or a handler, or gives a function that does.
func servesAnything(sig *types.Signature, depth int) bool {
	if takesRequest(sig) {
		return true
	}
	for _, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
		for i := range tuple.Len() {
			t := tuple.At(i).Type()
			if inner, ok := t.Underlying().(*types.Signature); ok && depth < maxLayers && servesAnything(inner, depth+1) || isHandlerLike(t) {
				return true
			}
		}
	}
	return false
}

func takesRequest(sig *types.Signature) bool {
	if behaviour.IsHandler(sig) {
		return true
	}
	for i := range sig.Params().Len() {
		if behaviour.IsRequest(sig.Params().At(i).Type()) {
			return true
		}
	}
	return false
}

// isService knows functions that a generated server calls: what comes in is a
// context or a struct of parameters, what goes out an answer, no function.
func isService(sig *types.Signature) bool {
	if sig.Params().Len() == 0 || sig.Results().Len() == 0 || isHandlerLike(sig.Results().At(0).Type()) {
		return false
	}
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		if behaviour.TypeName(t) == "context.Context" || holdsRequest(t) {
			return true
		}
	}
	return false
}

// holdsRequest: a struct with the request among its fields.
func holdsRequest(t types.Type) bool {
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range st.NumFields() {
		if behaviour.IsRequest(st.Field(i).Type()) {
			return true
		}
	}
	return false
}

func (m *machine) goesOn(sig *types.Signature, out *outcome) bool {
	if behaviour.ContinuesByItself(sig) {
		return out.passes
	}
	if behaviour.ContinuesUnanswered(sig) && out.silent {
		return true
	}
	if out.kinds.has(eventNext) {
		return true
	}
	// one that is asked before the handler: no error means go on
	return isError(lastType(sig)) && sig.Results().Len() > 1 && out.clean
}

// serveArgs are the arguments for a function that is applied: requests, next
// handlers, operands that nobody can tell.
func (m *machine) serveArgs(c *closure, fn *ssa.Function) []value {
	args := make([]value, 0, len(fn.Params))
	for _, p := range fn.Params {
		v := parameter(p.Type())
		if isHandlerLike(p.Type()) {
			v = value{kind: notNull, next: true}
		} else if v.kind == unknown {
			v.operand = fn.Signature.Recv() == nil || p != fn.Params[0]
		}
		args = append(args, v)
	}
	return args
}
