package routes

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// escape is a function of the module that code outside it holds and may call.
type escape struct {
	fn  value
	pos token.Pos
	// made: it is a constructor, not called where the program does so itself.
	made bool
}

// outside is a call that is not looked into. It may call the functions it is
// given and write through the pointers it is given; its result remembers what
// it was made from.
func (m *machine) outside(o *origin, t types.Type, e *ast.CallExpr) value {
	m.ended = o.fn != nil && neverReturns(o.fn)
	m.overlooked(o, e)
	for _, a := range o.args {
		if o.fn == nil || !buildsAhead(o.fn) {
			m.hand(a, e.Pos(), 0)
		}
	}
	if o.fn == nil || !readsOnly(o.fn) {
		for _, a := range o.args {
			m.disturb(a, 0)
		}
	}
	return m.opaque(o, t, e)
}

func (m *machine) opaque(o *origin, t types.Type, e *ast.CallExpr) value {
	if tup, ok := t.(*types.Tuple); ok {
		var out tuple
		for v := range tup.Variables() {
			out = append(out, m.opaque(o, v.Type(), e))
		}
		return out
	}
	v := m.symbolic(t, o.name, e.Pos())
	if u, ok := v.(*unknown); ok {
		u.origin = o
	}
	return v
}

// neverReturns knows functions outside the module that do not come back, by
// the names that loggers and the standard library give them.
func neverReturns(fn *types.Func) bool {
	switch fn.Name() {
	case "Fatal", "Fatalf", "Fatalln", "Fatalw", "Panic", "Panicf", "Panicln", "Panicw", "Goexit":
		return true
	case "Exit":
		return fn.Pkg() != nil && (fn.Pkg().Path() == "os" || strings.HasSuffix(fn.Pkg().Path(), "logrus"))
	}
	return false
}

// readsOnly knows packages whose functions do not write through what they get.
func readsOnly(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return true
	}
	switch fn.Pkg().Path() {
	case "fmt", "errors", "log", "log/slog", "context", "strings", "strconv", "net/http", "reflect":
		return !strings.HasPrefix(fn.Name(), "Sscan") && !strings.HasPrefix(fn.Name(), "Fscan")
	}
	return false
}

// buildsAhead knows injectors whose calls say what to generate and never run.
func buildsAhead(fn *types.Func) bool {
	return fn.Pkg() != nil && fn.Pkg().Path() == "github.com/google/wire"
}

// hand gives a value to code outside the module: functions that may register
// routes are called. Those that make something are what an injector provides:
// they are called where a parameter asks for it, or at the end.
func (m *machine) hand(v value, pos token.Pos, depth int) {
	if depth > 4 {
		return
	}
	switch x := bare(v).(type) {
	case *closure, *function:
		switch made := m.offer(x); {
		case !m.code.wires(x):
		case made:
			m.escapes = append(m.escapes, escape{fn: x, pos: pos, made: true})
		default:
			m.callEscaped(escape{fn: x, pos: pos})
		}
	case *slice:
		for _, c := range x.cells {
			m.hand(c.v, pos, depth+1)
		}
	case *alt:
		for _, a := range x.vals {
			m.hand(a, pos, depth+1)
		}
	}
}

// offer notes a function as the provider of its first result's type; it
// reports whether it makes something.
func (m *machine) offer(fn value) bool {
	sig, ok := dynamicType(fn).(*types.Signature)
	if !ok || sig.Results().Len() == 0 {
		return false
	}
	n := named(sig.Results().At(0).Type())
	if n == nil || n.Obj().Pkg() == nil { // nothing, or an error
		return false
	}
	key := types.TypeString(sig.Results().At(0).Type(), nil)
	if _, have := m.providers[key]; !have {
		m.providers[key] = fn
	}
	return true
}

// provide is a parameter's value where the caller is outside the module: what
// an offered function returns for the type, or something symbolic.
func (m *machine) provide(t types.Type, name string, pos token.Pos) value {
	key := types.TypeString(t, nil)
	p, ok := m.providers[key]
	if !ok {
		p, key = m.implementation(t)
	}
	switch made := p.(type) {
	case nil:
		return m.symbolic(t, name, pos)
	case *provided:
		return made.v
	}
	m.providers[key] = &provided{v: m.symbolic(t, name, pos)} // while it is being made
	v := m.callValue(p, pos)
	if tup, ok := v.(tuple); ok && len(tup) > 0 {
		v = tup[0]
	}
	m.providers[key] = &provided{v: v}
	return v
}

// provided is a provider's result, made once.
type provided struct{ v value }

// implementation finds the one provider whose result implements an interface.
func (m *machine) implementation(t types.Type) (value, string) {
	iface, ok := t.Underlying().(*types.Interface)
	if !ok || iface.NumMethods() == 0 {
		return nil, ""
	}
	var found []string
	for key, p := range m.providers {
		sig, ok := dynamicType(p).(*types.Signature)
		if ok && types.Implements(sig.Results().At(0).Type(), iface) {
			found = append(found, key)
		}
	}
	if len(found) != 1 {
		return nil, ""
	}
	return m.providers[found[0]], found[0]
}

// callEscaped calls a function as code outside the module would, once.
func (m *machine) callEscaped(e escape) {
	for _, f := range choices(e.fn) {
		var id any
		switch x := bare(f).(type) {
		case *closure:
			id = [2]any{x.lit, x.env}
		case *function:
			id = [2]any{x.fn, fingerprint(x.recv)}
		default:
			continue
		}
		if m.escaped[id] {
			continue
		}
		m.escaped[id] = true
		m.callValue(f, e.pos)
		m.ended = false
	}
}

// callValue calls a function value with whatever its parameters take.
func (m *machine) callValue(f value, pos token.Pos) value {
	switch x := bare(f).(type) {
	case *closure:
		return m.callClosure(x, nil, pos)
	case *function:
		if d := m.code.funcs[m.code.key(x.fn)]; d != nil {
			return m.callDeclared(d, x.recv, nil, pos)
		}
	}
	return &unknown{why: "a call", pos: pos}
}

// runEscapes calls what was left with code outside the module.
func (m *machine) runEscapes() {
	for len(m.escapes) > 0 {
		e := m.escapes[0]
		m.escapes = m.escapes[1:]
		if e.made && m.wasCalled(e.fn) {
			continue
		}
		m.callEscaped(e)
	}
}

func (m *machine) wasCalled(fn value) bool {
	f, ok := bare(fn).(*function)
	return ok && m.visited[m.code.key(f.fn)]
}

// disturb makes what a pointer leads to uncertain: what was known stays the
// best guess.
func (m *machine) disturb(v value, depth int) {
	p, ok := bare(v).(*pointer)
	if !ok || depth > 3 {
		return
	}
	m.disturbCell(p.to, depth)
}

func (m *machine) disturbCell(c *cell, depth int) {
	switch x := bare(c.v).(type) {
	case str:
		if s, ok := x.known(); ok && s == "" {
			m.set(c, &unknown{why: "a value read at run time"})
			return
		}
		m.set(c, join(c.v, &unknown{why: "a value read at run time"}))
	case num, *slice, *mapVal:
		if s, ok := x.(*slice); ok && len(s.cells) > 0 {
			m.set(c, &slice{cells: s.cells, open: true})
			return
		}
		m.set(c, &unknown{why: "a value read at run time"})
	case *structVal:
		if depth > 3 || m.holdsRouter(x) {
			return
		}
		x.open = true
		for _, f := range sortedFields(x.fields) {
			m.disturbCell(f, depth+1)
		}
	}
}

// holdsRouter: a struct with a router is wiring rather than configuration.
func (m *machine) holdsRouter(s *structVal) bool {
	for _, c := range s.fields {
		if _, ok := bare(c.v).(*router); ok {
			return true
		}
	}
	return false
}

func sortedFields(fields map[string]*cell) []*cell {
	out := make([]*cell, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		out = append(out, fields[name])
	}
	return out
}

// global is the cell of a package variable of the module, initialised on first
// use; nil for variables outside it.
func (m *machine) global(obj *types.Var) *cell {
	if c := m.globals[obj]; c != nil {
		return c
	}
	if !m.code.own(obj.Pkg()) {
		return nil
	}
	c := &cell{}
	m.globals[obj] = c
	init := m.code.globals[obj]
	if init == nil {
		c.v = m.uninitialised(obj)
		return c
	}
	for _, v := range init.vars {
		if m.globals[v] == nil {
			m.globals[v] = &cell{}
		}
	}
	m.initialise(init)
	for _, v := range init.vars {
		m.configurable(v, m.globals[v])
	}
	return c
}

// uninitialised is a package variable without a value: where something in the
// module assigns it, it is not known when.
func (m *machine) uninitialised(obj *types.Var) value {
	v := m.zero(obj.Type())
	if s, ok := v.(*structVal); ok {
		s.config = true
		return s
	}
	if !m.code.assigned[obj] {
		return v
	}
	switch obj.Type().Underlying().(type) {
	case *types.Slice, *types.Map, *types.Signature:
		return v
	}
	if isStr(v) {
		return &alt{vals: []value{v, &unknown{typ: obj.Type(), why: obj.Name(), pos: obj.Pos()}}}
	}
	return nil // something symbolic, when it is read
}

// configurable marks what a package variable holds as open to change by code
// that is not followed: the fields left at zero, and switches that the module
// assigns.
func (m *machine) configurable(obj *types.Var, c *cell) {
	v := bare(c.v)
	if p, ok := v.(*pointer); ok {
		v = bare(p.to.v)
	}
	switch x := v.(type) {
	case *structVal:
		x.config = true
	case num:
		if m.code.assigned[obj] {
			c.v = &unknown{typ: obj.Type(), why: obj.Name(), pos: obj.Pos()}
		}
	}
}

// initialise evaluates a package variable's declaration. It happens before
// main whatever path asks for it, so its stores are not undone.
func (m *machine) initialise(init *initialiser) {
	logs, fr, quiet := m.logs, m.fr, m.quiet
	m.logs, m.quiet = nil, 0
	m.fr = &frame{pkg: init.pkg, name: init.pkg.Name + " variables", env: newEnv(nil), outer: fr}
	if fr != nil {
		m.fr.depth = fr.depth + 1
	}
	defer func() { m.logs, m.fr, m.quiet = logs, fr, quiet }()
	if m.fr.depth > maxDepth {
		return
	}
	v := m.commaOK(init.rhs)
	if len(init.vars) == 1 {
		if t, ok := v.(tuple); ok && len(t) > 0 {
			v = t[0]
		}
		m.globals[init.vars[0]].v = copied(convertTo(v, m.typeOf(init.rhs), init.vars[0].Type()))
		return
	}
	if t, ok := v.(tuple); ok {
		for i, obj := range init.vars {
			if i < len(t) {
				m.globals[obj].v = copied(t[i])
			}
		}
	}
}
