package behaviour

import (
	"go/constant"
	"go/types"
	"net/http"
	"regexp"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
)

// operate performs a call that means something to a request. done is false
// where the call is also a function of the module that has to be looked into.
func (f *frame) operate(b *ssa.BasicBlock, instr ssa.CallInstruction, op behaviour.Op, args []value) (v value, done bool) {
	switch {
	case op.Context != nil:
		return f.context(b, instr, op.Context, args)
	case op.Credential != nil:
		if fn := behaviour.Callee(instr.Common()); op.Credential.Library && f.m.x.inModule(fn.Pkg()) {
			return value{}, false // its body says more
		}
		return f.credential(b, instr, args), true
	case op.Stop:
		f.note(b, event{kind: eventStop, pos: instr.Pos()})
		if f.recording {
			f.notes[b.Index].stops = true
		}
		return value{}, true
	case op.Validate != nil:
		return f.validate(b, instr, op.Validate, args)
	case op.Read != nil:
		return f.read(b, instr, op.Read, args)
	case op.Write != nil:
		subject(args).touch()
		return f.answer(b, instr, op.Write, args)
	}
	return value{}, false
}

// argument is the value of argument i, the receiver not counted; -1 is the receiver.
func argument(c *ssa.CallCommon, args []value, i int) value {
	if c.IsInvoke() || c.Signature().Recv() != nil {
		i++
	}
	if i < 0 || i >= len(args) {
		return value{}
	}
	return args[i]
}

// context stores or fetches what travels with the request.
func (f *frame) context(b *ssa.BasicBlock, instr ssa.CallInstruction, op *behaviour.Context, args []value) (value, bool) {
	c, m := instr.Common(), f.m
	key := f.keyOf(behaviour.Arg(c, op.Key), argument(c, args, op.Key))
	if op.Set && !isNil(behaviour.Arg(c, op.Value)) {
		v := argument(c, args, op.Value)
		if s, ok := behaviour.Arg(c, op.Value).(*ssa.Slice); ok { // variadic
			v = f.first(s)
		}
		n := v
		old, ok := m.store[key]
		if ok {
			n = join(old, v)
		}
		if !ok || !same(old, n) {
			m.store[key], m.changed = n, true
			m.context.bump()
		}
		return value{kind: notNull, request: true}, true
	}
	m.acts, m.grows = true, true
	results := c.Signature().Results()
	who := identity(key) || identity(f.c.fn.SSA.Name()) || identity(assertedName(instr))
	if who {
		f.note(b, event{kind: eventCredential, pos: instr.Pos(), name: "context value " + shortKey(key)})
	}
	m.context.note(false)
	if v, ok := m.store[key]; ok && key != "" {
		return spread(v, results), true
	}
	if who && m.absent {
		return m.results(results, value{absent: true}), true
	}
	if m.closed && key != "" {
		return nothing(results), true
	}
	return m.results(results, value{request: true}), true
}

// first is the element of a slice made for one variadic argument.
func (f *frame) first(s *ssa.Slice) value {
	v := f.get(s)
	if v.cell != nil {
		v.cell.scan()
		if p := v.cell.at(-1); p != nil && p.stored {
			return p.v
		}
	}
	return taint(v)
}

// spread gives a stored value in the form of the getter's results.
func spread(v value, results *types.Tuple) value {
	if results.Len() == 2 {
		out := v.tainted()
		out.tuple = &tuple{[]value{v, boolean(v.kind != null)}}
		return out
	}
	return v
}

// nothing is what a getter gives for a key that nobody set.
func nothing(results *types.Tuple) value {
	if results.Len() == 1 {
		return zeroOf(results.At(0).Type())
	}
	vs := make([]value, results.Len())
	for i := range vs {
		vs[i] = zeroOf(results.At(i).Type())
	}
	return value{tuple: &tuple{vs}}
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return v == nil || ok && c.Value == nil
}

// keyOf names a context key: a constant with its type, a variable, a type.
func (f *frame) keyOf(v ssa.Value, known value) string {
	name := ""
	if known.dyn != nil {
		name = types.TypeString(known.dyn, nil)
	}
	if s, ok := known.text(); ok {
		return name + " " + s
	}
	if n, ok := known.number(); ok {
		return name + " " + constant.MakeInt64(int64(n)).ExactString()
	}
	for range 4 {
		switch x := v.(type) {
		case *ssa.MakeInterface:
			v = x.X
		case *ssa.ChangeInterface:
			v = x.X
		case *ssa.UnOp:
			v = x.X
		case *ssa.Global:
			return globalName(x)
		}
	}
	return name
}

func shortKey(key string) string {
	if i := strings.LastIndexAny(key, "/."); i >= 0 {
		key = key[i+1:]
	}
	return strings.TrimSpace(key)
}

// assertedName is the type that a fetched value is taken for.
func assertedName(instr ssa.CallInstruction) string {
	v, ok := instr.(*ssa.Call)
	if !ok || v.Referrers() == nil {
		return ""
	}
	for _, ref := range *v.Referrers() {
		switch r := ref.(type) {
		case *ssa.TypeAssert:
			return behaviour.TypeName(r.AssertedType)
		case *ssa.Extract:
			for _, again := range *r.Referrers() {
				if a, ok := again.(*ssa.TypeAssert); ok {
					return behaviour.TypeName(a.AssertedType)
				}
			}
		}
	}
	return ""
}

// credential is a look-up of who sends the request by a library.
func (f *frame) credential(b *ssa.BasicBlock, instr ssa.CallInstruction, args []value) value {
	c := instr.Common()
	name := "call"
	if fn := behaviour.Callee(c); fn != nil {
		name = fn.Name()
	}
	f.note(b, event{kind: eventCredential, pos: instr.Pos(), name: name})
	t := value{request: true, absent: f.m.absent}
	for _, a := range args {
		t.operand = t.operand || a.operand
	}
	return f.m.results(c.Signature().Results(), t)
}

func (f *frame) validate(b *ssa.BasicBlock, instr ssa.CallInstruction, op *behaviour.Validate, args []value) (value, bool) {
	c := instr.Common()
	v := taint(argument(c, args, op.Target))
	if f.recording && used(instr) {
		f.m.validated(v.input, instr.Pos(), calleeName(c))
		f.validator(instr, argument(c, args, op.Target), behaviour.Arg(c, op.Target))
	}
	if fn := behaviour.Callee(c); fn != nil && (f.m.x.inModule(fn.Pkg()) || op.Target < 0) {
		return value{}, false // its body says more
	}
	return f.m.results(c.Signature().Results(), value{request: v.request, absent: v.absent}), true
}

func calleeName(c *ssa.CallCommon) string {
	if fn := behaviour.Callee(c); fn != nil {
		return fn.Name()
	}
	return "function value"
}

// used reports whether a call's result is looked at.
func used(instr ssa.CallInstruction) bool {
	v := instr.Value()
	if v == nil || v.Referrers() == nil {
		return false
	}
	for _, r := range *v.Referrers() {
		if _, debug := r.(*ssa.DebugRef); !debug {
			return true
		}
	}
	return false
}

// read takes something out of the request: credentials, a parameter, the body.
func (f *frame) read(b *ssa.BasicBlock, instr ssa.CallInstruction, op *behaviour.Read, args []value) (value, bool) {
	c, m := instr.Common(), f.m
	from := argument(c, args, op.Request)
	ofRequest := f.isRequest(c, op.Request)
	results := c.Signature().Results()
	place := op.Place
	if !ofRequest {
		p, ok := placeOf(from.part)
		if !ok {
			return value{}, false
		}
		place = p
	}
	if place == behaviour.Many && op.Framework == "gin" && m.method == http.MethodGet {
		if n := calleeName(c); n == "ShouldBind" || n == "Bind" { // by method: GET has a query only
			place, m.usedRequest = behaviour.Query, true
		}
	}
	name, _ := argument(c, args, op.Name).text()
	if place == behaviour.Path && numberedRest.MatchString(name) {
		name = routes.Rest
	}
	if name != "" && (isCredential(place, name) || place == behaviour.Form && isCredential(behaviour.Query, name) && f.looksOn(b)) {
		f.note(b, event{kind: eventCredential, pos: instr.Pos(), name: placeName(place) + " " + name})
		if !m.absent {
			return m.results(results, value{request: true}), true
		}
		return m.results(results, value{request: true, absent: true}), true
	}
	if lit, ok := m.params[name]; ok && name != "" && place == behaviour.Path {
		m.usedRequest = true
		in := m.inputNamed(f, instr, instr.Pos(), place, name)
		in.errorUsed, in.Type = true, resultType(results)
		v := constantOf(constant.MakeString(lit))
		if results.Len() > 1 {
			return value{tuple: &tuple{[]value{v, boolean(true)}}}, true
		}
		return v, true
	}
	in := m.inputNamed(f, instr, instr.Pos(), place, name)
	if op.Target >= 0 {
		in = m.another(f, instr, in, f.decoded(c, op, args))
	}
	in.Limited = in.Limited || from.limited
	in.read = op
	if op.Target >= 0 {
		return f.decode(b, instr, op, args, in), true
	}
	v := m.results(results, value{request: true, input: in.bit})
	if op.Name < 0 {
		v.part = partOf(op, place)
		if v.tuple != nil {
			v.tuple.vs[0].part, v.tuple.vs[0].limited = v.part, from.limited
		}
		v.limited = from.limited
	}
	in.Type = resultType(results)
	in.errorUsed = !op.Error || errorUsed(instr)
	if op.Name >= 0 {
		v = in.traced(v, results, calleeName(c))
	}
	return v, true
}

// looksOn: credentials were looked for in another place before, on the way to
// the block.
func (f *frame) looksOn(b *ssa.BasicBlock) bool {
	for d := b.Idom(); d != nil; d = d.Idom() {
		for _, instr := range d.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok || f.c.fn.Ops[call].Read == nil {
				continue
			}
			op := f.c.fn.Ops[call].Read
			if c, ok := behaviour.Arg(call.Common(), op.Name).(*ssa.Const); ok && c.Value != nil {
				if name, ok := constantOf(c.Value).text(); ok && isCredential(op.Place, name) {
					return true
				}
			}
		}
	}
	return false
}

// numberedRest are the names that routers have for the unnamed rests of a path:
// all of them are the rest for us.
var numberedRest = regexp.MustCompile(`^[*+]\d*$`)

func resultType(results *types.Tuple) types.Type {
	if results.Len() == 0 {
		return nil
	}
	return results.At(0).Type()
}

// partOf is what a call that reads everything of a place yields.
func partOf(op *behaviour.Read, p behaviour.Place) part {
	switch p {
	case behaviour.Path:
		return requestVars
	case behaviour.Query:
		return requestQuery
	case behaviour.Form:
		return requestForm
	case behaviour.Header:
		return requestHeader
	case behaviour.Body:
		return requestBody
	}
	return noPart
}

// decode fills a variable from the request.
func (f *frame) decode(b *ssa.BasicBlock, instr ssa.CallInstruction, op *behaviour.Read, args []value, in *input) value {
	c, m := instr.Common(), f.m
	target := argument(c, args, op.Target)
	in.Decodes = true
	in.Type = f.decoded(c, op, args)
	in.empty = isEmptyStruct(in.Type)
	in.errorUsed = op.Answers || errorUsed(instr)
	if target.cell == nil {
		in.Lost = true // what was decoded cannot be followed
	} else {
		m.mark(target.cell, in.bit, in.whole())
	}
	if inner, ok := underInterface(target); ok {
		m.mark(inner, in.bit, in.whole())
	}
	in.Validates = !f.after(b, instr, op, target) && op.Validates
	if in.Validates && f.recording {
		m.tags(in.whole(), in.Type, bindingTags, instr.Pos())
	}
	return m.results(c.Signature().Results(), value{request: true})
}

// decoded is the type that a decoder fills.
func (f *frame) decoded(c *ssa.CallCommon, op *behaviour.Read, args []value) types.Type {
	return f.subst(pointee(behaviour.Arg(c, op.Target), argument(c, args, op.Target)))
}

// isEmptyStruct knows the second decoding that only looks for trailing data.
func isEmptyStruct(t types.Type) bool {
	if t == nil {
		return false
	}
	st, ok := t.Underlying().(*types.Struct)
	return ok && st.NumFields() == 0
}

func underInterface(v value) (*cell, bool) {
	if v.cell != nil {
		v.cell.look()
	}
	if v.cell != nil && v.cell.stored && v.cell.v.cell != nil {
		return v.cell.v.cell, true
	}
	return nil, false
}

// pointee is the type that a decoder fills.
func pointee(v ssa.Value, known value) types.Type {
	t := known.dyn
	if t == nil && v != nil {
		if mi, ok := v.(*ssa.MakeInterface); ok {
			v = mi.X
		}
		t = v.Type()
	}
	for t != nil {
		p, ok := t.Underlying().(*types.Pointer)
		if !ok {
			break
		}
		t = p.Elem()
	}
	if _, generic := t.(*types.TypeParam); generic && known.cell != nil {
		return known.cell.typ
	}
	return t
}

func errorUsed(instr ssa.CallInstruction) bool {
	v, ok := instr.(*ssa.Call)
	if !ok || v.Referrers() == nil {
		return false
	}
	n := v.Call.Signature().Results().Len()
	if n <= 1 {
		return used(instr)
	}
	for _, r := range *v.Referrers() {
		if e, ok := r.(*ssa.Extract); ok && e.Index == n-1 && e.Referrers() != nil && len(*e.Referrers()) > 0 {
			return true
		}
	}
	return false
}

// isRequest reports whether operand i, or the receiver for -1, is a request or
// a framework's context by its type.
func (f *frame) isRequest(c *ssa.CallCommon, i int) bool {
	v := behaviour.Arg(c, i)
	if i < 0 {
		v = receiver(c)
	}
	return v != nil && (behaviour.IsRequest(v.Type()) || readsByItself(v.Type()))
}

// readsByItself are types that hold parameters of one kind only.
func readsByItself(t types.Type) bool {
	switch behaviour.TypeName(t) {
	case "github.com/julienschmidt/httprouter.Params", "github.com/gin-gonic/gin.Params", "github.com/go-chi/chi.Context",
		"github.com/valyala/fasthttp.RequestHeader", "github.com/valyala/fasthttp.Args":
		return true
	}
	return behaviour.TypeName(t) == "context.Context"
}

func receiver(c *ssa.CallCommon) ssa.Value {
	if c.IsInvoke() {
		return c.Value
	}
	if c.Signature().Recv() != nil && len(c.Args) > 0 {
		return c.Args[0]
	}
	return nil
}

// namedRead is an index into everything of a place: mux.Vars(r)["id"].
func (m *machine) namedRead(f *frame, v *ssa.Lookup, p part, name value, t types.Type) value {
	place, _ := placeOf(p)
	s, _ := name.text()
	if s != "" && isCredential(place, s) {
		f.note(v.Block(), event{kind: eventCredential, pos: v.Pos(), name: placeName(place) + " " + s})
		if m.absent {
			return absentOf(t).with(value{request: true})
		}
		return value{request: true}
	}
	in := m.inputNamed(f, v, v.Pos(), place, s)
	in.errorUsed, in.Type = true, t
	out := value{request: true, input: in.bit}
	if tup, ok := t.(*types.Tuple); ok {
		in.Type = tup.At(0).Type()
		out.tuple = &tuple{[]value{out, {request: true, input: in.bit}}}
		return in.traced(out, tup, "present")
	}
	out.trace = in.whole()
	return out
}
