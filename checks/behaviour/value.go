package behaviour

import (
	"go/constant"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// kind is how much is known of a value.
type kind uint8

const (
	unknown kind = iota
	known        // a constant
	null         // nil of any type
	notNull
)

// value is what one run knows of a run-time value. The zero value knows nothing.
type value struct {
	c constant.Value
	// dyn is the type behind an interface.
	dyn types.Type
	// nums are the integers that it can be, where it is one of several constants.
	nums string
	// keys are the constant keys that a map was made with.
	keys string
	// input holds a bit for each decoded body or parameter that it is made from.
	input uint64
	// fn is the function, where it is known; next is the handler behind a middleware.
	fn *closure
	// cell is what a pointer points to, and what a map holds by constant keys.
	cell *cell
	// copied is the variable that a struct is a copy of.
	copied *cell
	// tuple are the results of a call with several.
	tuple *tuple
	// trace says which parts of the request it is made from.
	trace *trace
	// status is the one that an error carries, or that was set on a chain of calls.
	status int
	next   bool
	kind   kind
	// part is the part of the request or answer that it stands for.
	part part
	// absent values are made from credentials that the request does not carry.
	absent bool
	// request values depend on the request in any other way.
	request bool
	// limited readers of the body stop at a limit.
	limited bool
	// operand marks what a middleware factory was given and nobody can tell.
	operand bool
	// nilSlice says that it is a slice that was never made nor appended to.
	nilSlice bool
	// made slices are not nil: they come from make, append or a literal.
	made bool
	// zero structs have only zero fields.
	zero bool
}

type tuple struct{ vs []value }

// part is a part of the request or of the answer.
type part uint8

const (
	noPart part = iota
	requestHeader
	requestQuery
	requestForm
	requestBody
	requestURL
	requestPath
	requestVars
	requestMethod
	answerHeader
	answerBody
	jsonText
)

// closure is a function with the variables that it captured. Equal ones are
// the same pointer.
type closure struct {
	fn   *behaviour.Function
	free []value
	// types are the arguments of a generic function.
	types []types.Type
	// id numbers the closures of one machine.
	id int
}

func constantOf(c constant.Value) value { return value{kind: known, c: c} }

func boolean(b bool) value { return constantOf(constant.MakeBool(b)) }

// isTrue reports a known boolean.
func (v value) isTrue() (is, ok bool) {
	if v.kind != known || v.c.Kind() != constant.Bool {
		return false, false
	}
	return constant.BoolVal(v.c), true
}

func (v value) text() (string, bool) {
	if v.kind != known || v.c.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v.c), true
}

func (v value) number() (int, bool) {
	if v.kind != known || v.c.Kind() != constant.Int {
		return 0, false
	}
	n, ok := constant.Int64Val(v.c)
	return int(n), ok
}

func same(a, b value) bool {
	if a.kind != b.kind || a.absent != b.absent || a.request != b.request || a.input != b.input || a.part != b.part ||
		a.limited != b.limited || a.status != b.status || a.fn != b.fn || a.next != b.next || a.cell != b.cell || a.copied != b.copied ||
		a.operand != b.operand || a.nilSlice != b.nilSlice || a.made != b.made || a.zero != b.zero || a.keys != b.keys || a.nums != b.nums || !sameType(a.dyn, b.dyn) || !sameTrace(a.trace, b.trace) {
		return false
	}
	if a.kind == known && a.c != b.c && (a.c.Kind() != b.c.Kind() || a.c.ExactString() != b.c.ExactString()) {
		return false
	}
	if (a.tuple == nil) != (b.tuple == nil) {
		return false
	}
	if a.tuple != nil && a.tuple != b.tuple {
		if len(a.tuple.vs) != len(b.tuple.vs) {
			return false
		}
		for i := range a.tuple.vs {
			if !same(a.tuple.vs[i], b.tuple.vs[i]) {
				return false
			}
		}
	}
	return true
}

func sameType(a, b types.Type) bool {
	return a == b || a != nil && b != nil && types.Identical(a, b)
}

// join is what holds of a value that is either a or b.
func join(a, b value) value {
	if same(a, b) {
		return a
	}
	j := value{
		absent: a.absent && b.absent, request: a.request || b.request, input: a.input | b.input,
		operand: a.operand || b.operand, next: a.next || b.next, nilSlice: a.nilSlice || b.nilSlice,
		limited: a.limited && b.limited, made: a.made && b.made, zero: a.zero && b.zero,
		trace: joinedTrace(a, b),
	}
	if a.kind == b.kind && a.kind != known {
		j.kind = a.kind
	}
	if a.kind == known && b.kind == known && a.c.Kind() == b.c.Kind() && a.c.ExactString() == b.c.ExactString() {
		j.kind, j.c = known, a.c
	}
	switch { // nil is no part of anything
	case a.part == b.part || b.kind == null:
		j.part = a.part
	case a.part == requestForm && b.part == requestQuery || a.part == requestQuery && b.part == requestForm:
		j.part = requestForm // which holds the query too
	case a.kind == null:
		j.part = b.part
	}
	j.nums = joinNums(a, b)
	switch { // what is not nil is the only thing that can be used
	case a.cell == b.cell || b.kind == null && b.cell == nil:
		j.cell = a.cell
	case a.kind == null && a.cell == nil:
		j.cell = b.cell
	default: // which of them is not known, but what they point to is
		j = j.pointingTo(a.cell).pointingTo(b.cell)
	}
	if a.copied == b.copied {
		j.copied = a.copied
	}
	if a.fn == b.fn {
		j.fn = a.fn
	} else if a.fn == nil || b.fn == nil { // the one that is known is the best guess
		j.fn = a.fn
		if j.fn == nil {
			j.fn = b.fn
		}
	}
	if a.status == b.status {
		j.status = a.status
	}
	if a.keys == b.keys {
		j.keys = a.keys
	}
	switch {
	case sameType(a.dyn, b.dyn) || b.kind == null && b.dyn == nil && a.part == jsonText:
		j.dyn = a.dyn
	case a.kind == null && a.dyn == nil && b.part == jsonText:
		j.dyn = b.dyn
	}
	if a.tuple != nil && b.tuple != nil && len(a.tuple.vs) == len(b.tuple.vs) {
		vs := make([]value, len(a.tuple.vs))
		for i := range vs {
			vs[i] = join(a.tuple.vs[i], b.tuple.vs[i])
		}
		j.tuple = &tuple{vs}
	}
	return j
}

// pointingTo adds where what a pointer points to comes from.
func (v value) pointingTo(c *cell) value {
	if c == nil {
		return v
	}
	t := taint(value{cell: c})
	t.absent = false
	return v.with(t)
}

// maxNums bounds how many constants a value is remembered to be one of.
const maxNums = 24

// joinNums are the integers that a or b can be; empty where any other is possible.
func joinNums(a, b value) string {
	x, y := a.numbers(), b.numbers()
	if len(x) == 0 || len(y) == 0 {
		return ""
	}
	all := append(append([]int(nil), x...), y...)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) < 2 || len(all) > maxNums {
		return ""
	}
	parts := make([]string, len(all))
	for i, n := range all {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ",")
}

// numbers are the integers that it can be; none where that is not known.
func (v value) numbers() []int {
	if n, ok := v.number(); ok {
		return []int{n}
	}
	if v.nums == "" {
		return nil
	}
	var out []int
	for _, s := range strings.Split(v.nums, ",") {
		n, _ := strconv.Atoi(s)
		out = append(out, n)
	}
	return out
}

// result is result i of a call.
func (v value) result(i int) value {
	if v.tuple == nil || i >= len(v.tuple.vs) {
		w := v
		w.tuple, w.kind, w.c, w.dyn, w.fn, w.cell, w.copied, w.status, w.zero = nil, unknown, nil, nil, nil, nil, nil, 0, false
		w.trace = w.trace.weak()
		return w
	}
	return v.tuple.vs[i]
}

// tainted is v with where it comes from, and no more.
func (v value) tainted() value {
	return value{absent: v.absent, request: v.request, input: v.input, operand: v.operand, trace: v.trace.weak()}
}

// with adds where w comes from.
func (v value) with(w value) value {
	v.absent, v.request, v.input, v.operand = v.absent || w.absent, v.request || w.request, v.input|w.input, v.operand || w.operand
	v.trace = v.trace.withTrace(w.trace)
	return v
}

// absentOf is what comes back of a look-up with credentials that are not
// there: an error, nil, false, nothing.
func absentOf(t types.Type) value {
	v := value{absent: true}
	if isError(t) {
		v.kind = notNull
		return v
	}
	if tup, ok := t.(*types.Tuple); ok {
		vs := make([]value, tup.Len())
		for i := range vs {
			vs[i] = absentOf(tup.At(i).Type())
		}
		v.tuple = &tuple{vs}
		return v
	}
	return zeroOf(t).with(v)
}

// zeroOf is the zero value of a type, unknown for type parameters.
func zeroOf(t types.Type) value {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch info := u.Info(); {
		case info&types.IsBoolean != 0:
			return boolean(false)
		case info&types.IsString != 0:
			return constantOf(constant.MakeString(""))
		case info&types.IsInteger != 0:
			return constantOf(constant.MakeInt64(0))
		}
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature:
		return value{kind: null}
	case *types.Slice:
		return value{kind: null, nilSlice: true}
	case *types.Interface:
		if _, param := t.(*types.TypeParam); !param {
			return value{kind: null}
		}
	case *types.Struct, *types.Array:
		return value{zero: true}
	}
	return value{}
}

func isError(t types.Type) bool {
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

// isErrorLike reports whether t is error or implements it.
func isErrorLike(t types.Type) bool {
	if t == nil {
		return false
	}
	err := types.Universe.Lookup("error").Type().Underlying().(*types.Interface)
	return types.Implements(t, err) || types.Implements(types.NewPointer(t), err)
}
