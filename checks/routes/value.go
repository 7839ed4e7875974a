package routes

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// value is what the evaluator knows of a run-time value: one of the types
// below. A nil value means absent (a map key that is not there).
type value any

type (
	// str is a string whose parts may be unknown.
	str struct{ pieces []piece }
	// num is a boolean or a number.
	num struct{ v constant.Value }
	// null is nil of any type.
	null struct{}
	// tuple is what a call with several results gives.
	tuple []value

	// unknown stands for anything of its type. Fields that the program reads or
	// writes through it are kept, so that a store is seen by a later load.
	unknown struct {
		typ    types.Type
		why    string // reads on after "because of": a variable, a call
		pos    token.Pos
		origin *origin
		fields map[string]*cell
		router *router
	}
	// alt is one of several values; the best guess comes first.
	alt struct{ vals []value }

	// structVal has value semantics: copied on assignment.
	structVal struct {
		typ    types.Type
		fields map[string]*cell
		// open: fields never written are unknown rather than zero; config: they
		// may be either, as in a package variable that something fills at run time.
		open, config bool
	}
	pointer struct{ to *cell }
	// slice shares its cells with the slices made from it; open: more elements
	// may follow that are not known.
	slice struct {
		cells []*cell
		open  bool
	}
	mapVal struct {
		keys  []value
		cells []*cell
		open  bool
	}

	// closure is a function literal with the variables around it.
	closure struct {
		lit   *ast.FuncLit
		env   *env
		pkg   *packages.Package
		outer *types.Signature
	}
	// function is a declared function or method; bound: recv is its receiver.
	function struct {
		fn    *types.Func
		recv  value
		bound bool
	}
	// typed gives a value that does not carry its type one, where an interface
	// holds it or a conversion named it.
	typed struct {
		typ types.Type
		v   value
	}
)

// piece is literal text, or a hole where hole is set.
type piece struct {
	text string
	hole *unknown
	// pos is where the text is written; invalid where it was computed.
	pos token.Pos
}

// origin is the call of code outside the module that made an unknown value.
type origin struct {
	fn   *types.Func
	name string
	recv value
	args []value
}

// cell is a variable, field or element: the unit of mutation.
type cell struct{ v value }

// env maps variables to cells; closures keep theirs alive.
type env struct {
	vars  map[types.Object]*cell
	outer *env
}

func newEnv(outer *env) *env { return &env{outer: outer} }

func (e *env) lookup(obj types.Object) *cell {
	for ; e != nil; e = e.outer {
		if c := e.vars[obj]; c != nil {
			return c
		}
	}
	return nil
}

func (e *env) declare(obj types.Object, v value) *cell {
	if e.vars == nil {
		e.vars = map[types.Object]*cell{}
	}
	c := &cell{v: v}
	e.vars[obj] = c
	return c
}

func text(s string) str { return str{pieces: []piece{{text: s}}} }

// known is the string's text where all of it is known.
func (s str) known() (string, bool) {
	out := ""
	for _, p := range s.pieces {
		if p.hole != nil {
			return "", false
		}
		out += p.text
	}
	return out, true
}

// show is the string with its holes as an ellipsis.
func (s str) show() string {
	out := ""
	for _, p := range s.pieces {
		if p.hole != nil {
			out += "…"
			continue
		}
		out += p.text
	}
	return out
}

func concat(a, b str) str {
	out := slices.Clone(a.pieces)
	for _, p := range b.pieces {
		last := len(out) - 1
		if p.hole == nil && last >= 0 && out[last].hole == nil {
			out[last].text += p.text
			if p.pos.IsValid() && strings.Trim(p.text, "/") != "" {
				out[last].pos = p.pos
			}
			continue
		}
		out = append(out, p)
	}
	return str{pieces: out}
}

// strOf sees any value as a string: what is not one becomes a hole.
func strOf(v value) str {
	switch x := bare(v).(type) {
	case str:
		return x
	case *unknown:
		return str{pieces: []piece{{hole: x}}}
	}
	return str{pieces: []piece{{hole: &unknown{why: "a value that is not a string"}}}}
}

// bare takes the type tags off.
func bare(v value) value {
	for {
		t, ok := v.(*typed)
		if !ok {
			return v
		}
		v = t.v
	}
}

// target is what a pointer leads to, through a few pointers at most.
func target(v value) value {
	for range 4 {
		p, ok := bare(v).(*pointer)
		if !ok {
			break
		}
		v = p.to.v
	}
	return bare(v)
}

// choices lists the alternatives of a value; a plain value is its only one.
func choices(v value) []value {
	if a, ok := bare(v).(*alt); ok {
		return a.vals
	}
	return []value{v}
}

// maxAlternatives bounds what a join keeps apart.
const maxAlternatives = 8

// join is the value that is a or b, the better known one first.
func join(a, b value) value {
	switch {
	case a == nil:
		return b
	case b == nil || same(a, b):
		return a
	}
	if m := merge(a, b); m != nil {
		return m
	}
	var vals []value
	for _, v := range append(slices.Clone(choices(a)), choices(b)...) {
		if !slices.ContainsFunc(vals, func(o value) bool { return same(o, v) }) {
			vals = append(vals, v)
		}
	}
	slices.SortStableFunc(vals, func(x, y value) int { return vagueness(x) - vagueness(y) })
	if len(vals) == 1 {
		return vals[0]
	}
	if len(vals) > maxAlternatives {
		vals = append(vals[:maxAlternatives-1:maxAlternatives-1], &unknown{why: "too many alternatives"})
	}
	return &alt{vals: vals}
}

// merge joins containers element by element; nil where that makes no sense.
func merge(a, b value) value {
	switch x := a.(type) {
	case *structVal:
		if y, ok := b.(*structVal); ok && types.Identical(x.typ, y.typ) {
			return mergeStructs(x, y)
		}
	case *slice:
		switch y := b.(type) {
		case *slice:
			return mergeSlices(x, y)
		case null:
			return x
		}
	case null:
		if y, ok := b.(*slice); ok {
			return y
		}
	}
	return nil
}

func mergeStructs(x, y *structVal) value {
	out := &structVal{typ: x.typ, fields: map[string]*cell{}, open: x.open || y.open, config: x.config || y.config}
	for name, c := range x.fields {
		out.fields[name] = &cell{v: c.v}
	}
	for name, c := range y.fields {
		if have := out.fields[name]; have != nil {
			have.v = join(have.v, c.v)
			continue
		}
		out.fields[name] = &cell{v: c.v}
	}
	return out
}

// mergeSlices keeps every element that either may hold. What the same call adds
// to a router's middleware on both paths is one element.
func mergeSlices(x, y *slice) value {
	out := &slice{open: x.open || y.open}
	rest := slices.DeleteFunc(slices.Clone(y.cells), func(d *cell) bool { return slices.Contains(x.cells, d) })
	for _, c := range x.cells {
		if slices.Contains(y.cells, c) {
			out.cells = append(out.cells, c)
			continue
		}
		n := slices.IndexFunc(rest, func(d *cell) bool { return addedTogether(c.v, d.v) })
		if n < 0 {
			out.cells = append(out.cells, perhaps(c))
			continue
		}
		a, b := c.v.(*applied), rest[n].v.(*applied)
		out.cells = append(out.cells, &cell{v: &applied{fn: join(a.fn, b.fn), pos: a.pos, perhaps: a.perhaps}})
		rest = slices.Delete(rest, n, n+1)
	}
	for _, c := range rest {
		out.cells = append(out.cells, perhaps(c))
	}
	return out
}

// addedTogether: the same call added both, one on each path.
func addedTogether(a, b value) bool {
	x, ok := a.(*applied)
	y, is := b.(*applied)
	if !ok || !is || !x.pos.IsValid() || x.pos != y.pos || x.perhaps != y.perhaps {
		return false
	}
	_, scoped := x.fn.(*scope)
	return !scoped
}

// perhaps marks a middleware that one of two paths does not add.
func perhaps(c *cell) *cell {
	if a, ok := c.v.(*applied); ok && !a.perhaps {
		return &cell{v: &applied{fn: a.fn, pos: a.pos, perhaps: true}}
	}
	return c
}

// vagueness orders alternatives: known, nil, unknown.
func vagueness(v value) int {
	switch x := bare(v).(type) {
	case null:
		return 1
	case *unknown:
		return 2
	case str:
		if _, ok := x.known(); !ok {
			return 2
		}
	}
	return 0
}

// same says that two values cannot be told apart.
func same(a, b value) bool {
	switch x := a.(type) {
	case str:
		y, ok := b.(str)
		return ok && slices.EqualFunc(x.pieces, y.pieces, func(p, q piece) bool { return p.text == q.text && p.hole == q.hole })
	case num:
		y, ok := b.(num)
		return ok && x.v.Kind() == y.v.Kind() && constant.Compare(x.v, token.EQL, y.v)
	case null:
		_, ok := b.(null)
		return ok
	case *unknown:
		y, ok := b.(*unknown)
		return ok && (x == y || x.origin == nil && y.origin == nil && x.router == nil && y.router == nil)
	case *pointer:
		y, ok := b.(*pointer)
		return ok && x.to == y.to
	case *function:
		y, ok := b.(*function)
		return ok && x.fn == y.fn && x.bound == y.bound && (!x.bound || same(x.recv, y.recv))
	case *closure:
		y, ok := b.(*closure)
		return ok && x.lit == y.lit && x.env == y.env
	case *typed:
		y, ok := b.(*typed)
		return ok && types.Identical(x.typ, y.typ) && same(x.v, y.v)
	case tuple:
		return false
	}
	return a == b
}

// truth is a condition's value; ok is false where it is not known.
func truth(v value) (val, ok bool) {
	n, isNum := bare(v).(num)
	if !isNum || n.v.Kind() != constant.Bool {
		return false, false
	}
	return constant.BoolVal(n.v), true
}

func boolean(b bool) value { return num{constant.MakeBool(b)} }
func integer(i int) value  { return num{constant.MakeInt64(int64(i))} }

// intOf is a value as an int.
func intOf(v value) (int, bool) {
	n, ok := bare(v).(num)
	if !ok || n.v.Kind() != constant.Int {
		return 0, false
	}
	i, exact := constant.Int64Val(n.v)
	return int(i), exact
}

func fromConstant(c constant.Value) value {
	if c.Kind() == constant.String {
		return text(constant.StringVal(c))
	}
	return num{c}
}

// copied gives structs their value semantics.
func copied(v value) value {
	switch x := v.(type) {
	case *structVal:
		out := &structVal{typ: x.typ, fields: make(map[string]*cell, len(x.fields)), open: x.open, config: x.config}
		for name, c := range x.fields {
			out.fields[name] = &cell{v: copied(c.v)}
		}
		return out
	case *typed:
		if s, ok := x.v.(*structVal); ok {
			return &typed{typ: x.typ, v: copied(s)}
		}
	}
	return v
}
