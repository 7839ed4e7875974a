package routes

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

const (
	// maxDepth bounds calls within calls.
	maxDepth = 120
	// maxRecursion bounds how often one function may stand on the stack.
	maxRecursion = 3
	// maxWiringRecursion is the same for functions that register: a wrapper's
	// Route method is called again from the function that it is given.
	maxWiringRecursion = 12
	// quietSteps bounds a call that has nothing to do with wiring.
	quietSteps = 4000
)

func (m *machine) callee(call *ast.CallExpr) *types.Func {
	fn, _ := typeutil.Callee(m.info(), call).(*types.Func)
	return fn
}

func (m *machine) call(e *ast.CallExpr) value {
	if tv, ok := m.info().Types[e.Fun]; ok && tv.IsType() {
		return m.conversion(e, tv.Type)
	}
	if id, ok := ast.Unparen(e.Fun).(*ast.Ident); ok {
		if _, builtin := m.info().Uses[id].(*types.Builtin); builtin {
			return m.builtin(id.Name, e)
		}
	}
	return m.callWith(e, m.args(e))
}

func (m *machine) conversion(e *ast.CallExpr, t types.Type) value {
	if len(e.Args) != 1 {
		return m.unknown(e, exprName(e))
	}
	v := m.eval(e.Args[0])
	if types.IsInterface(t) {
		return convertTo(v, m.typeOf(e.Args[0]), t)
	}
	if isString(t) {
		if _, isNum := bare(v).(num); isNum {
			return m.unknown(e, exprName(e))
		}
	}
	switch x := bare(v).(type) {
	case *structVal:
		return &structVal{typ: t, fields: x.fields, open: x.open}
	case str, num, *closure, *function, *slice, *mapVal:
		if n := named(t); n != nil && n.NumMethods() > 0 {
			return &typed{typ: t, v: x}
		}
		return x
	case *alt, *unknown:
		if n := named(t); n != nil && n.NumMethods() > 0 {
			return &typed{typ: t, v: x}
		}
	}
	return v
}

// args evaluates a call's arguments; a known slice passed with ... is spread.
func (m *machine) args(e *ast.CallExpr) []value {
	sig, _ := m.typeOf(e.Fun).Underlying().(*types.Signature)
	if len(e.Args) == 1 {
		v := m.evalMulti(e.Args[0])
		if t, ok := v.(tuple); ok {
			return t
		}
		if !e.Ellipsis.IsValid() {
			return []value{convertTo(copied(v), m.typeOf(e.Args[0]), paramType(sig, 0))}
		}
		return spread(v)
	}
	var out []value
	for i, a := range e.Args {
		v := copied(m.eval(a))
		if e.Ellipsis.IsValid() && i == len(e.Args)-1 {
			return append(out, spread(v)...)
		}
		out = append(out, convertTo(v, m.typeOf(a), paramType(sig, i)))
	}
	return out
}

func spread(v value) []value {
	var out []value
	switch x := bare(v).(type) {
	case *slice:
		for _, c := range x.cells {
			out = append(out, c.v)
		}
		if x.open {
			out = append(out, &rest{why: "more arguments that are not known"})
		}
	case null:
	default:
		out = append(out, &rest{why: "arguments that are not known"})
	}
	return out
}

// rest stands for any number of unknown values at the end of an argument list.
type rest struct{ why string }

func paramType(sig *types.Signature, i int) types.Type {
	if sig == nil || sig.Params().Len() == 0 {
		return nil
	}
	last := sig.Params().Len() - 1
	if sig.Variadic() && i >= last {
		if s, ok := sig.Params().At(last).Type().(*types.Slice); ok {
			return s.Elem()
		}
		return nil
	}
	if i > last {
		return nil
	}
	return sig.Params().At(i).Type()
}

func (m *machine) callWith(e *ast.CallExpr, args []value) value {
	fun := ast.Unparen(e.Fun)
	m.calling = e
	fn := m.callee(e)
	sel, _ := fun.(*ast.SelectorExpr)
	if fn == nil {
		if sel != nil {
			if v, ok := m.untypedCall(sel, args, e); ok {
				return v
			}
		}
		fv := m.eval(fun)
		m.calling = e
		return m.apply1(fv, args, e)
	}
	f := &function{fn: fn}
	if sel != nil {
		if s := m.info().Selections[sel]; s != nil && s.Kind() == types.MethodVal {
			f.recv, f.bound = m.receiver(sel, s), true
		}
	}
	m.calling = e
	return m.invoke(f, args, e)
}

// untypedCall dispatches on the receiver's value where types are missing.
func (m *machine) untypedCall(sel *ast.SelectorExpr, args []value, e *ast.CallExpr) (value, bool) {
	if id, ok := sel.X.(*ast.Ident); ok {
		if path := importNamed(m.fr.pkg, id); path != "" {
			if lib, c := m.surface.call(path, "", sel.Sel.Name); c != nil {
				return m.wire(lib, c, sel.Sel.Name, nil, args, e), true
			}
			return nil, false
		}
	}
	if s := m.info().Selections[sel]; s != nil {
		return nil, false
	}
	return m.byValue(m.eval(sel.X), sel.Sel.Name, args, e)
}

// byValue calls a router library's method on what is known to be its router.
func (m *machine) byValue(recv value, name string, args []value, e *ast.CallExpr) (value, bool) {
	switch r := bare(recv).(type) {
	case *router:
		if c := r.lib.calls[callKey{r.kind, name}]; c != nil {
			return m.wire(r.lib, c, name, recv, args, e), true
		}
	case *entry:
		if c := r.lib.calls[callKey{"Route", name}]; c != nil {
			return m.wire(r.lib, c, name, recv, args, e), true
		}
	}
	return nil, false
}

// receiver evaluates what a method is called on, down through embedded fields.
func (m *machine) receiver(e *ast.SelectorExpr, sel *types.Selection) value {
	base := m.base(e.X)
	if c := m.addr(e.X); c != nil {
		base = addressable(c, base)
	}
	index := sel.Index()
	if len(index) == 1 {
		return base
	}
	var v value
	for _, b := range choices(base) {
		v = join(v, m.embedded(b, index[:len(index)-1], sel.Recv()))
	}
	return v
}

// embedded walks embedded fields. A router stands for whatever its library
// embeds in it.
func (m *machine) embedded(v value, index []int, t types.Type) value {
	for _, n := range index {
		if _, isRouter := bare(v).(*router); isRouter {
			return v
		}
		st, ok := structOf(t)
		if !ok || n >= st.NumFields() {
			break
		}
		f := st.Field(n)
		c := m.namedField(v, f.Name())
		if c == nil {
			return &unknown{typ: f.Type(), why: f.Name(), pos: f.Pos()}
		}
		t = f.Type()
		v = addressable(c, m.load(c, t, f.Name(), f.Pos()))
	}
	return v
}

// addressable takes a struct variable's address, as a method call does.
func addressable(c *cell, v value) value {
	if _, ok := bare(v).(*structVal); ok {
		return &pointer{to: c}
	}
	return v
}

// apply1 calls a function value.
func (m *machine) apply1(fv value, args []value, e *ast.CallExpr) value {
	fs := choices(fv)
	if len(fs) == 1 {
		return m.applyOne(fs[0], args, e)
	}
	var result value
	var paths []outcome
	for _, f := range fs {
		if _, isNull := bare(f).(null); isNull {
			continue
		}
		paths = append(paths, m.fork(func() flow {
			result = joinResults(result, m.applyOne(f, args, e))
			return flowNext
		}))
	}
	m.ended = false
	m.merge(paths...)
	return result
}

func joinResults(a, b value) value {
	x, xt := a.(tuple)
	y, yt := b.(tuple)
	if !xt || !yt || len(x) != len(y) {
		return join(a, b)
	}
	out := make(tuple, len(x))
	for i := range x {
		out[i] = join(x[i], y[i])
	}
	return out
}

func (m *machine) applyOne(f value, args []value, e *ast.CallExpr) value {
	switch f := bare(f).(type) {
	case *closure:
		return m.callClosure(f, args, e.Pos())
	case *function:
		return m.invoke(f, args, e)
	case *unknown:
		return m.outside(&origin{name: f.why, recv: f, args: args}, m.typeOf(e), e)
	}
	return m.outside(&origin{name: exprName(e.Fun), args: args}, m.typeOf(e), e)
}

// invoke calls a declared function: a router library's by its table, one of
// the module by evaluating it, some of the standard library natively; all
// others are opaque.
func (m *machine) invoke(f *function, args []value, e *ast.CallExpr) value {
	sig := f.fn.Type().(*types.Signature)
	if sig.Recv() != nil && !f.bound && len(args) > 0 { // method expression
		f = &function{fn: f.fn, recv: args[0], bound: true}
		args = args[1:]
	}
	if f.fn.Pkg() != nil {
		if lib, c := m.surface.call(f.fn.Pkg().Path(), receiverName(f.fn), f.fn.Name()); c != nil {
			return m.wire(lib, c, f.fn.Name(), f.recv, args, e)
		}
	}
	if sig.Recv() != nil && types.IsInterface(sig.Recv().Type()) {
		return m.dispatch(f, args, e)
	}
	if d := m.code.funcs[m.code.key(f.fn)]; d != nil {
		return m.callDeclared(d, f.recv, args, e.Pos())
	}
	if v, ok := m.native(f, args, e); ok {
		return v
	}
	return m.outside(&origin{fn: f.fn, name: shortName(f.fn), recv: f.recv, args: args}, m.typeOf(e), e)
}

// dispatch finds the method of an interface from the receiver's value.
func (m *machine) dispatch(f *function, args []value, e *ast.CallExpr) value {
	recvs := choices(f.recv)
	if len(recvs) == 1 {
		return m.dispatchOne(f, recvs[0], args, e)
	}
	var result value
	var paths []outcome
	for _, r := range recvs {
		if _, isNull := bare(r).(null); isNull {
			continue
		}
		paths = append(paths, m.fork(func() flow {
			result = joinResults(result, m.dispatchOne(f, r, args, e))
			return flowNext
		}))
	}
	m.ended = false
	m.merge(paths...)
	return result
}

func (m *machine) dispatchOne(f *function, recv value, args []value, e *ast.CallExpr) value {
	if v, ok := m.byValue(recv, f.fn.Name(), args, e); ok {
		return v
	}
	if t := dynamicType(recv); t != nil && !types.IsInterface(t) {
		if g := m.method(t, recv, f.fn.Name(), f.fn.Pkg()); g != nil {
			return m.invoke(g, args, e)
		}
	}
	if _, isUnknown := bare(recv).(*unknown); isUnknown {
		if v, ok := m.anyImplementation(f, args, e); ok {
			return v
		}
	}
	return m.outside(&origin{fn: f.fn, name: shortName(f.fn), recv: recv, args: args}, m.typeOf(e), e)
}

// method binds a concrete type's method, through embedded fields.
func (m *machine) method(t types.Type, recv value, name string, pkg *types.Package) *function {
	obj, index, _ := types.LookupFieldOrMethod(t, true, pkg, name)
	fn, ok := obj.(*types.Func)
	if !ok {
		return nil
	}
	if len(index) > 1 {
		recv = m.embedded(recv, index[:len(index)-1], t)
	}
	return &function{fn: fn, recv: recv, bound: true}
}

// maxImplementations bounds how many implementations an unknown interface
// value may stand for before it is given up.
const maxImplementations = 6

// anyImplementation calls the method on every type of the module that could
// stand behind an unknown interface value, where that may register something.
func (m *machine) anyImplementation(f *function, args []value, e *ast.CallExpr) (value, bool) {
	iface, ok := f.fn.Type().(*types.Signature).Recv().Type().Underlying().(*types.Interface)
	if !ok {
		return nil, false
	}
	var found []*declared
	for _, key := range m.code.methods[f.fn.Name()] {
		d := m.code.funcs[key]
		if d.wires && !m.onStack(key) && types.Implements(d.fn.Type().(*types.Signature).Recv().Type(), iface) {
			found = append(found, d)
		}
	}
	if len(found) == 0 || len(found) > maxImplementations {
		return nil, false
	}
	var result value
	var paths []outcome
	for _, d := range found {
		paths = append(paths, m.fork(func() flow {
			recv := m.symbolic(d.fn.Type().(*types.Signature).Recv().Type(), "an implementation", e.Pos())
			result = joinResults(result, m.callDeclared(d, recv, args, e.Pos()))
			return flowNext
		}))
	}
	m.ended = false
	m.merge(paths...)
	return result, true
}

func (m *machine) onStack(key string) bool {
	for f := m.fr; f != nil; f = f.outer {
		if f.key == key {
			return true
		}
	}
	return false
}

func (m *machine) callClosure(f *closure, args []value, at token.Pos) value {
	sig, _ := f.pkg.TypesInfo.TypeOf(f.lit).(*types.Signature)
	name := "func literal"
	if fn := m.p.FuncAt(f.lit.Pos()); fn != nil {
		name = fn.Name
	}
	fr := &frame{pkg: f.pkg, name: name, key: fmt.Sprint("lit@", f.lit.Pos()), sig: sig, env: newEnv(f.env), call: at}
	return m.run(fr, m.code.litWires(f.lit, f.pkg), func() { m.bindParams(f.lit.Type, sig, args) }, f.lit.Body)
}

func (m *machine) callDeclared(d *declared, recv value, args []value, at token.Pos) value {
	if v, ok := m.generatedServer(d, recv, args, at); ok {
		return v
	}
	sig := d.fn.Type().(*types.Signature)
	fr := &frame{pkg: d.pkg, name: m.declaredName(d), key: d.key, sig: sig, env: newEnv(nil), call: at}
	call := func() value {
		return m.run(fr, d.wires, func() {
			m.bindReceiver(d.decl, recv)
			m.bindParams(d.decl.Type, sig, args)
		}, d.decl.Body)
	}
	if d.wires || m.quiet > 0 {
		return call()
	}
	key := d.key + "|" + fingerprint(recv) + "|" + fingerprint(tuple(args))
	if v, ok := m.memo[key]; ok {
		return v
	}
	before := m.steps
	v := call()
	if m.steps-before > quietSteps/20 {
		m.memo[key] = v
	}
	return v
}

func (m *machine) declaredName(d *declared) string {
	if fn := m.p.FuncAt(d.decl.Name.Pos()); fn != nil {
		return fn.Name
	}
	return d.pkg.Name + "." + d.decl.Name.Name
}

// fingerprint identifies arguments well enough to reuse a result.
func fingerprint(v value) string {
	switch x := v.(type) {
	case nil:
		return "-"
	case str:
		return fmt.Sprintf("%q", x.show())
	case num:
		return x.v.ExactString()
	case null:
		return "nil"
	case tuple:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = fingerprint(e)
		}
		return strings.Join(parts, ",")
	case *typed:
		return fingerprint(x.v)
	case *pointer:
		return fmt.Sprintf("&%p", x.to)
	case *unknown:
		return "?"
	case *function:
		return x.fn.FullName() + "@" + fingerprint(x.recv)
	}
	return fmt.Sprintf("%p", v)
}

// shortName is pkg.Func or (*pkg.T).Method.
func shortName(fn *types.Func) string {
	pkg := ""
	if fn.Pkg() != nil {
		pkg = fn.Pkg().Name() + "."
	}
	sig, ok := fn.Type().(*types.Signature)
	if !ok || sig.Recv() == nil {
		return pkg + fn.Name()
	}
	star := ""
	if _, isPtr := types.Unalias(sig.Recv().Type()).(*types.Pointer); isPtr {
		star = "*"
	}
	if n := named(sig.Recv().Type()); n != nil {
		return "(" + star + pkg + n.Obj().Name() + ")." + fn.Name()
	}
	return pkg + fn.Name()
}
