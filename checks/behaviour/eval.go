package behaviour

import (
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// get is what is known of an operand.
func (f *frame) get(v ssa.Value) value {
	switch v := v.(type) {
	case nil:
		return value{}
	case *ssa.Const:
		if v.Value == nil {
			return zeroOf(v.Type())
		}
		return constantOf(v.Value)
	case *ssa.Function:
		return f.m.function(v)
	case *ssa.Global:
		return f.m.global(v)
	case *ssa.Parameter:
		for i, p := range f.fn.Params {
			if p == v && i < len(f.args) {
				return f.args[i]
			}
		}
	case *ssa.FreeVar:
		for i, p := range f.fn.FreeVars {
			if p == v && i < len(f.c.free) {
				return f.c.free[i]
			}
		}
	default:
		if i, ok := f.layout.number[v]; ok {
			return f.slots[i].v
		}
	}
	return value{}
}

// function is a declared function as a value; those of other packages are
// looked up by name, wrappers stand for what they wrap.
func (m *machine) function(fn *ssa.Function) value {
	own := m.x.function(fn)
	if own == nil {
		return value{kind: notNull}
	}
	c := m.closure(own, nil)
	if own.SSA != fn {
		c = m.generic(c, fn.TypeArgs())
	}
	return value{kind: notNull, fn: c}
}

func originOf(fn *ssa.Function) *ssa.Function {
	if o := fn.Origin(); o != nil {
		return o
	}
	return fn
}

// subst is what a type parameter stands for in this activation.
func (f *frame) subst(t types.Type) types.Type {
	if p, ok := t.(*types.TypeParam); ok && p.Index() < len(f.c.types) {
		return f.c.types[p.Index()]
	}
	return t
}

// global is the address of a package variable. What it holds is not followed,
// except that an error carries the status that its name tells.
func (m *machine) global(g *ssa.Global) value {
	c := m.cellAt(g, -1, g.Type().Underlying().(*types.Pointer).Elem())
	if !c.stored {
		c.keep(m.x.globalOf(g))
		if fn := m.x.globalFuncs[globalName(g)]; fn != nil {
			c.keep(value{kind: notNull, fn: m.closure(fn, nil)})
		}
	}
	return value{kind: notNull, cell: c}
}

// globalOf is what is known of a package variable's content.
func (x *Index) globalOf(g *ssa.Global) value {
	v, ok := x.globals[g]
	if !ok {
		if x.isErrorLike(g.Type().Underlying().(*types.Pointer).Elem()) {
			v = value{kind: notNull, status: x.statusOfText(g.Name())}
			if s := x.errorStatus[globalName(g)]; s != 0 {
				v.status = s
			}
		}
		x.globals[g] = v
	}
	return v
}

func globalName(g *ssa.Global) string {
	if g.Pkg == nil || g.Pkg.Pkg == nil {
		return g.Name()
	}
	return g.Pkg.Pkg.Path() + "." + g.Name()
}

// eval is what an instruction other than a call yields.
func (f *frame) eval(instr ssa.Value) value {
	switch v := instr.(type) {
	case *ssa.Phi:
		return f.phi(v)
	case *ssa.Alloc:
		c := f.m.cellAt(v, f.instance, f.subst(v.Type().Underlying().(*types.Pointer).Elem()))
		return value{kind: notNull, cell: c}
	case *ssa.MakeClosure:
		return f.makeClosure(v)
	case *ssa.MakeInterface:
		x := f.there(v.X, v.Block())
		x.trace.touch()
		if x.dyn == nil {
			x.dyn = f.subst(v.X.Type())
		}
		if f.m.x.isAnswer(v.X.Type()) {
			x.part = answerBody
		}
		if x.kind != known {
			x.kind = notNull
		}
		if f.m.x.isErrorLike(v.X.Type()) && x.status == 0 && x.cell != nil {
			x.status = x.cell.statusField()
		}
		return x
	case *ssa.ChangeInterface:
		x := f.get(v.X)
		if f.m.x.isAnswer(v.X.Type()) {
			x.part = answerBody
		}
		return x
	case *ssa.ChangeType:
		return f.get(v.X)
	case *ssa.Convert:
		return f.convert(v)
	case *ssa.MultiConvert:
		return taint(f.get(v.X))
	case *ssa.BinOp:
		x := f.binary(v)
		x.trace = f.comparison(v).standing(v.Pos())
		return x
	case *ssa.UnOp:
		return f.unary(v)
	case *ssa.FieldAddr:
		return f.fieldAddr(v)
	case *ssa.Field:
		x := f.get(v.X)
		y := x.field(v.Field, v.Type())
		y.trace = x.trace.step(stepName(v.X.Type(), v.Field))
		y.trace.touchIf(isPlainType(v.Type()))
		return y
	case *ssa.IndexAddr:
		return f.indexAddr(v)
	case *ssa.Index:
		x := f.get(v.X)
		y := taint(x)
		y.zero = x.zero
		z := f.member(y, v.Type())
		z.trace = x.trace.step("[]")
		return z
	case *ssa.Lookup:
		x := f.lookup(v)
		return f.lookedUp(v, x)
	case *ssa.Slice:
		x := f.get(v.X)
		if s, ok := x.text(); ok && s == "" {
			return x
		}
		for _, bound := range []ssa.Value{v.Low, v.High, v.Max} {
			f.m.spend(f.get(bound).input)
		}
		y := taint(x)
		y.part, y.cell, y.limited = x.part, x.cell, x.limited
		y.trace = y.trace.weak()
		if v.Low == nil && v.High == nil {
			y.trace = x.trace
		} else if _, ok := x.cell.elements(); ok {
			y.cell = nil // its elements stand elsewhere now
		}
		if _, literal := v.X.Type().Underlying().(*types.Pointer); literal || x.made {
			y.kind, y.made = notNull, true
		}
		if x.absent {
			y = absentOf(v.Type()).with(y)
		}
		return y
	case *ssa.MakeMap:
		return value{kind: notNull, keys: keysOf(v), cell: f.m.cellAt(v, -1, v.Type())}
	case *ssa.MakeSlice:
		f.m.spend(f.get(v.Len).input)
		return value{kind: notNull, made: true}
	case *ssa.MakeChan, *ssa.SliceToArrayPointer:
		return value{kind: notNull}
	case *ssa.TypeAssert:
		return f.typeAssert(v)
	case *ssa.Extract:
		return f.get(v.Tuple).result(v.Index)
	case *ssa.Range:
		return taint(f.get(v.X))
	case *ssa.Next:
		return taint(f.get(v.Iter))
	case *ssa.Select:
		return value{}
	}
	return value{}
}

func (f *frame) phi(v *ssa.Phi) value {
	out, first := value{}, true
	for i, pred := range v.Block().Preds {
		if !f.taken(pred, v.Block()) {
			continue
		}
		edge := v.Edges[i]
		if i, ok := f.layout.number[edge]; ok && !f.slots[i].set {
			continue // not computed yet on this loop's first round
		}
		e := f.get(edge)
		if e.nilSlice && notNilOn(edge, pred, v.Block()) {
			e.kind, e.nilSlice, e.made = notNull, false, true
		}
		if first {
			out, first = e, false
		} else {
			out = join(out, e)
		}
	}
	if isBool(v.Type()) {
		out.trace = f.formula(v, out.trace)
	}
	return out
}

func (f *frame) makeClosure(v *ssa.MakeClosure) value {
	fn := v.Fn.(*ssa.Function)
	free := make([]value, len(v.Bindings))
	for i, b := range v.Bindings {
		free[i] = f.get(b)
	}
	own := f.m.x.byKey[fn.Pos()]
	if own == nil || own.SSA != fn { // a bound method: its receiver is captured
		if obj, ok := originOf(fn).Object().(*types.Func); ok {
			own = f.m.x.byName[obj.FullName()]
			if own == nil {
				own = f.m.x.only(obj)
			}
		}
	}
	if own == nil {
		return value{kind: notNull}
	}
	return value{kind: notNull, fn: f.m.closure(own, free)}
}

func (f *frame) convert(v *ssa.Convert) value {
	x := f.get(v.X)
	if x.kind == known && x.c.Kind() == constant.String && isByteSlice(v.Type()) {
		y := x.tainted()
		y.kind, y.part = notNull, x.part
		if s, _ := x.text(); s == "" && x.absent {
			y.kind = null
		}
		return y
	}
	if x.absent && x.kind != known {
		return absentOf(v.Type()).with(x.tainted())
	}
	if x.kind == known && !basicKind(v.Type(), x.c.Kind()) {
		y := x.tainted()
		return y
	}
	x.cell = nil
	return x
}

func isByteSlice(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	return ok && types.Identical(s.Elem().Underlying(), types.Typ[types.Byte])
}

// basicKind reports whether a constant of the kind is still one of type t.
func basicKind(t types.Type, k constant.Kind) bool {
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return false
	}
	switch k {
	case constant.Bool:
		return b.Info()&types.IsBoolean != 0
	case constant.String:
		return b.Info()&types.IsString != 0
	case constant.Int:
		return b.Info()&types.IsInteger != 0
	}
	return false
}

func (f *frame) unary(v *ssa.UnOp) value {
	x := f.get(v.X)
	switch v.Op {
	case token.NOT:
		if is, ok := x.isTrue(); ok {
			return boolean(!is).with(x)
		}
		y := x.tainted()
		y.trace = x.trace.not()
		return y
	case token.MUL:
		return f.load(v, x)
	}
	return x.tainted()
}

// takenApart: parts of a path are cut out of it, which are parameters then.
func takenApart(path ssa.Value) bool {
	return slices.ContainsFunc(*path.Referrers(), func(r ssa.Instruction) bool {
		switch r := r.(type) {
		case *ssa.Slice:
			return true
		case *ssa.Call:
			fn := behaviour.Callee(&r.Call)
			return fn != nil && cuts.MatchString(fn.FullName())
		}
		return false
	})
}

var cuts = regexp.MustCompile(`^(strings\.(Trim|Split|Cut|Fields|Index|LastIndex)|path\.(Base|Split)|\(\*regexp\.Regexp\)\.Find|fmt\.Sscan)`)

// onlyClosed: all that happens to a body is that it is closed, or put under a
// limit.
func onlyClosed(body ssa.Value) bool {
	for _, r := range *body.Referrers() {
		switch r := r.(type) {
		case *ssa.DebugRef:
		case ssa.CallInstruction:
			if fn := behaviour.Callee(r.Common()); fn == nil || fn.Name() != "Close" && fn.FullName() != "net/http.MaxBytesReader" {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (f *frame) load(v *ssa.UnOp, x value) value {
	if p := f.m.x.requestField(v.X); p != noPart {
		f.m.opensBody = f.m.opensBody || p == requestBody && !onlyClosed(v)
		if p == requestPath && takenApart(v) {
			f.m.handOn(requestVars, nil)
		}
		return f.m.requestPart(p)
	}
	if x.cell == nil {
		y := f.member(x, v.Type())
		y.trace = x.trace
		if x.status != 0 && f.m.x.isErrorLike(v.Type()) {
			y.status = x.status // an error is the same behind its pointer
		}
		y.trace.touchIf(isPlainType(v.Type()))
		return y
	}
	y := x.cell.load()
	y.trace.touchIf(isPlainType(v.Type()))
	y.operand = y.operand || x.operand
	y.absent = y.absent || x.absent && !x.cell.stored
	if x.part != noPart {
		y.part = x.part
	}
	return y
}

// member is a part of a value that is only known by where it comes from.
func (f *frame) member(x value, t types.Type) value { return memberOf(x, t) }

func memberOf(x value, t types.Type) value {
	if x.zero {
		return zeroOf(t).with(x)
	}
	if x.absent {
		return absentOf(t).with(x.tainted())
	}
	y := x.tainted()
	y.part = x.part
	return y
}

func (f *frame) fieldAddr(v *ssa.FieldAddr) value {
	x := f.get(v.X)
	out := value{kind: notNull}.with(x)
	if x.cell != nil {
		st := v.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
		out.cell = f.m.part(x.cell, v.Field, st.Field(v.Field).Type())
		out.input, out.absent = x.input, x.absent
	}
	out.trace = x.trace.step(stepName(v.X.Type().Underlying().(*types.Pointer).Elem(), v.Field))
	return out
}

func (f *frame) indexAddr(v *ssa.IndexAddr) value {
	x := f.get(v.X)
	out := value{kind: notNull}.with(x)
	if x.cell != nil {
		out.cell = f.m.element(x.cell, f.get(v.Index), v.Type().Underlying().(*types.Pointer).Elem())
	}
	out.trace = x.trace.step("[]")
	return out
}

func (f *frame) lookup(v *ssa.Lookup) value {
	x, name := f.get(v.X), f.get(v.Index)
	t := v.Type()
	if x.part == requestVars || x.part == requestQuery || x.part == requestForm || x.part == requestHeader {
		return f.m.namedRead(f, v, x.part, name, t)
	}
	y := f.member(taint(x).with(value{absent: name.absent}), t)
	return y
}

func (f *frame) typeAssert(v *ssa.TypeAssert) value {
	x := f.get(v.X)
	is := value{}.with(x)
	is.trace = x.trace.testing(present)
	switch {
	case x.kind == null:
		is = boolean(false).with(x)
	case x.dyn != nil:
		is = boolean(assertable(x.dyn, v.AssertedType)).with(x)
	}
	got := x
	if truth, ok := is.isTrue(); ok && !truth {
		got = zeroOf(v.AssertedType).with(x)
		if x.absent {
			got = absentOf(v.AssertedType).with(x)
		}
	}
	if _, concrete := v.AssertedType.Underlying().(*types.Interface); !concrete {
		got.dyn = nil
	}
	if !v.CommaOk {
		if x.absent {
			return absentOf(v.AssertedType).with(x)
		}
		return got
	}
	out := x.tainted()
	out.tuple = &tuple{[]value{got, is}}
	return out
}

func assertable(dyn, want types.Type) bool {
	if i, ok := want.Underlying().(*types.Interface); ok {
		return types.Implements(dyn, i)
	}
	return types.Identical(dyn, want) || types.TypeString(dyn, nil) == types.TypeString(want, nil)
}

func (f *frame) mapUpdate(instr *ssa.MapUpdate) {
	// what is put into a map leaves its mark on the map
	m := f.get(instr.Map)
	f.m.spend(f.get(instr.Value).input)
	t := taint(f.get(instr.Value)).with(taint(f.get(instr.Key)))
	if key, ok := f.get(instr.Key).text(); ok && m.cell != nil {
		f.m.write(f.m.part(m.cell, f.m.mapKey(key), instr.Value.Type()), asMember(f.there(instr.Value, instr.Block()), instr.Value))
	}
	t.trace.touch()
	f.set(instr.Map, m.with(t))
}

// asMember is a value as a member of what is encoded: JSON in a string is encoded
// once more, as a string.
func asMember(x value, v ssa.Value) value {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		v = mi.X
	}
	if b, ok := v.Type().Underlying().(*types.Basic); ok && x.part == jsonText && b.Info()&types.IsString != 0 {
		x.part, x.dyn, x.keys, x.nilSlice, x.made, x.cell = noPart, v.Type(), "", false, false, nil
	}
	return x
}

// statusField is a status among the fields of an error that is being made.
func (c *cell) statusField() int {
	c.scan()
	for _, p := range c.parts {
		if p.stored {
			if n, ok := p.v.number(); ok && n >= 400 && n < 600 {
				return n
			}
		}
	}
	return 0
}
