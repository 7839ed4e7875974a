package behaviour

import (
	"cmp"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// trace says which parts of the request a value is made from and, where that is
// plain, how. Traces are immutable; nil stands for none. They are what
// constraints are read off: input is a part of the request, a trace tells
// body.Email from body.Name.
type trace struct {
	// from are all sources, sorted by key.
	from []source
	// view is how the value is made from its only source; notPlain where it is
	// made in any other way.
	view View
	// call is the function whose error it is, for Judged; arg what it was given.
	call, arg string
	// clauses are what a boolean says of its sources, taken as mode says.
	clauses []clause
	mode    mode
	// whole: nothing else decides about it.
	whole bool
	// members are the fields of a struct that was put together from parts.
	members []member
	key     string
}

// source is one part of an input. The path leads there from the input:
// ".Field" for fields, `["key"]` for entries of maps, "[]" for elements.
type source struct {
	in   *input
	path string
}

// clause is a condition on one source.
type clause struct {
	source
	Test
	// pos is where it stands; invalid for those that the branch tells itself.
	pos token.Pos
}

// mode is how the clauses of a boolean make up its truth.
type mode int8

const (
	// only: it is true exactly where its one clause holds.
	only mode = iota
	// all: where it is true all of its clauses hold.
	all
	// some: where any of its clauses holds it is true.
	some
	// open: nothing follows from its clauses.
	open
)

type member struct {
	name string
	*trace
}

// View is what of a value is looked at.
type View uint8

// The views of a value. The zero View is any other.
const (
	notPlain View = iota
	// Itself is the value, as it is or trimmed, in another case, parsed.
	Itself
	// Length is the number of bytes, characters or elements.
	Length
	// Judged is the verdict of a function: an error, or whether it agrees.
	Judged
)

// Test is a condition on one part of an input. The zero Test is a condition of
// which nothing is known.
type Test struct {
	View View
	// Op compares Itself or Length with the value. For Judged, EQL says that the
	// function agrees, NEQ that it does not.
	Op token.Token
	// Value is the constant compared with; nil where it is not a constant.
	Value constant.Value
	// Call is the function that judges: its full name, "present" for nil and for
	// keys of maps, "member" for one of a set, "tag" for a validator's tag that
	// says nothing else. Arg is its pattern, layout or tag.
	Call, Arg string
	// Set are the values of a "member"; SetKnown says that these are all.
	Set      []constant.Value
	SetKnown bool
}

// maxSources and maxTracePath bound traces; beyond, a value is made from all of
// the input.
const (
	maxSources   = 24
	maxTracePath = 8
)

func (s source) key() string { return strconv.Itoa(s.in.ordinal) + s.path }

// whole is the trace of an input that was read just now.
func (in *input) whole() *trace {
	if in.trace == nil {
		in.trace = newTrace(trace{from: []source{{in, ""}}, view: Itself})
	}
	return in.trace
}

func newTrace(t trace) *trace {
	var k strings.Builder
	for _, s := range t.from {
		k.WriteString(s.key() + "+")
	}
	fmt.Fprintf(&k, "%d%s(%s)", t.view, t.call, t.arg)
	for _, c := range t.clauses {
		fmt.Fprintf(&k, "?%d%t%s%+v", t.mode, t.whole, c.source.key(), c.Test)
	}
	for _, m := range t.members {
		k.WriteString(m.name + "{")
		if m.trace != nil {
			k.WriteString(m.trace.key)
		}
		k.WriteByte('}')
	}
	t.key = k.String()
	return &t
}

// plain reports whether the value is one source in a view that is known.
func (t *trace) plain() bool {
	return t != nil && len(t.from) == 1 && t.view != notPlain && len(t.clauses) == 0
}

// weak is where a value comes from, and no more.
func (t *trace) weak() *trace {
	if t == nil || t.view == notPlain && len(t.clauses) == 0 && len(t.members) == 0 {
		return t
	}
	return newTrace(trace{from: t.from})
}

// through looks at a value in another way.
func (t *trace) through(v View, call, arg string) *trace {
	if !t.plain() || t.view != Itself {
		return t.weak()
	}
	return newTrace(trace{from: t.from, view: v, call: call, arg: arg})
}

// testing is the trace of a condition on the value.
func (t *trace) testing(c Test) *trace {
	if !t.plain() {
		return t.weak()
	}
	return newTrace(trace{from: t.from, clauses: []clause{{source: t.from[0], Test: c}}})
}

// standing is the trace of a condition with its place.
func (t *trace) standing(pos token.Pos) *trace {
	if t != nil && len(t.clauses) == 1 && t.mode == only {
		t.clauses[0].pos = pos
	}
	return t
}

// not is the trace of the opposite condition.
func (t *trace) not() *trace {
	if t == nil || len(t.clauses) == 0 {
		return t.weak()
	}
	n := trace{from: t.from, whole: t.whole, mode: map[mode]mode{only: only, all: some, some: all, open: open}[t.mode]}
	for _, c := range t.clauses {
		n.clauses = append(n.clauses, clause{c.source, c.negated(), c.pos})
	}
	return newTrace(n)
}

// beside is the trace of a condition that may also be decided by something else:
// by a constant, where that is known.
func (t *trace) beside(other value) *trace {
	if t == nil || len(t.clauses) == 0 {
		return t
	}
	n := *t
	n.whole = false
	is, known := other.isTrue()
	switch {
	case known && !is && (t.mode == only || t.mode == all):
		n.mode = all
	case known && is && (t.mode == only || t.mode == some):
		n.mode = some
	default:
		n.mode = open
	}
	return newTrace(n)
}

var opposite = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR,
}

func (c Test) negated() Test {
	c.Op = opposite[c.Op]
	return c
}

// step is the trace of a field or element.
func (t *trace) step(name string) *trace {
	switch {
	case t == nil:
		return nil
	case len(t.members) > 0:
		for _, m := range t.members {
			if m.name == name {
				return m.trace
			}
		}
		return nil
	case !t.plain() || t.view != Itself:
		return t.weak()
	}
	path := t.from[0].path + name
	if strings.Count(path, ".")+strings.Count(path, "[") > maxTracePath {
		return t.weak()
	}
	return newTrace(trace{from: []source{{t.from[0].in, path}}, view: Itself})
}

// union is where a value made from both comes from.
func union(a, b *trace) *trace {
	switch {
	case a == nil:
		return b.weak()
	case b == nil || a.key == b.key:
		return a.weak()
	}
	return newTrace(trace{from: mergeSources(a.from, b.from)})
}

func mergeSources(a, b []source) []source {
	all := distinctSources(append(slices.Clone(a), b...))
	if len(all) > maxSources {
		for i := range all {
			all[i].path = ""
		}
		all = distinctSources(all)
	}
	return all
}

// distinctSources sorts sources and drops those that are there twice.
func distinctSources(all []source) []source {
	slices.SortStableFunc(all, func(x, y source) int {
		return cmp.Or(cmp.Compare(x.in.ordinal, y.in.ordinal), strings.Compare(x.path, y.path))
	})
	return slices.Compact(all)
}

// joinTraces is the trace of a value that is either of two. A constant or a
// default beside what was sent changes nothing about the latter.
func joinTraces(a, b *trace) *trace {
	switch {
	case a == nil:
		return b
	case b == nil || a.key == b.key:
		return a
	case len(a.members) > 0 && len(b.members) > 0:
		return joinMembers(a, b)
	}
	return union(a, b)
}

// joinedTrace is joinTraces for values that may be conditions.
func joinedTrace(a, b value) *trace {
	switch {
	case a.trace == nil:
		return b.trace.beside(a)
	case b.trace == nil:
		return a.trace.beside(b)
	}
	return joinTraces(a.trace, b.trace)
}

func joinMembers(a, b *trace) *trace {
	names := map[string]*trace{}
	for _, m := range a.members {
		names[m.name] = m.trace
	}
	for _, m := range b.members {
		names[m.name] = joinTraces(names[m.name], m.trace)
	}
	return together(names)
}

// together is the trace of a struct with these fields; nil where none has one.
func together(fields map[string]*trace) *trace {
	t := trace{}
	for name, f := range fields {
		if f != nil {
			t.members = append(t.members, member{name, f})
			t.from = mergeSources(t.from, f.from)
		}
	}
	if len(t.members) == 0 {
		return nil
	}
	slices.SortFunc(t.members, func(x, y member) int { return strings.Compare(x.name, y.name) })
	return newTrace(t)
}

// covers reports whether everything that t is made from also made u.
func (u *trace) covers(t *trace) bool {
	if t == nil || u != nil && u.key == t.key {
		return true
	}
	if u == nil {
		return false
	}
	for _, s := range t.from {
		if !slices.Contains(u.from, s) {
			return false
		}
	}
	return true
}

// withTrace adds where another value comes from.
func (t *trace) withTrace(u *trace) *trace {
	if t.covers(u) {
		return t
	}
	return union(t, u)
}

func sameTrace(a, b *trace) bool { return a == b || a != nil && b != nil && a.key == b.key }

// stepName is the step to part i of a value of type t.
func stepName(t types.Type, i int) string {
	if i < 0 {
		return "[]"
	}
	if t != nil {
		if st, ok := t.Underlying().(*types.Struct); ok && i < st.NumFields() {
			return "." + st.Field(i).Name()
		}
	}
	return fmt.Sprintf(".#%d", i)
}

// traceOf is the trace of what a cell holds.
func (c *cell) traceOf() *trace {
	if t := c.ownTrace(); t != nil {
		return t
	}
	if t, assigned := c.stepsFromStored(); assigned && len(c.parts) == 0 || t != nil {
		return t
	}
	return c.partsTrace()
}

func (c *cell) ownTrace() *trace {
	if c.stored {
		return joinTraces(c.trace, c.v.trace)
	}
	return c.trace
}

// partsTrace is the trace of a struct whose fields were assigned one by one.
func (c *cell) partsTrace() *trace {
	if len(c.parts) == 0 {
		return nil
	}
	c.scan()
	var fields map[string]*trace // few structs have one
	for _, p := range c.parts {
		t := p.ownTrace()
		if t == nil {
			t = p.partsTrace()
		}
		if t == nil {
			continue
		}
		if fields == nil {
			fields = map[string]*trace{}
		}
		fields[stepName(c.typ, p.index)] = t
	}
	return together(fields)
}

// stepsFromStored is the trace of a part of something that was assigned as a
// whole.
func (c *cell) stepsFromStored() (t *trace, assigned bool) {
	var names []string
	for w := c; w.whole != nil; w = w.whole {
		names = append(names, stepName(w.whole.typ, w.index))
		w.whole.note(false)
		if !w.whole.stored {
			continue
		}
		t = w.whole.v.trace
		for i := len(names) - 1; i >= 0; i-- {
			t = t.step(names[i])
		}
		return t, true
	}
	return nil, false
}
