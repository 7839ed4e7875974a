package routes

import (
	"go/ast"
	"go/token"
	"go/types"
)

// run evaluates a body in a new frame.
func (m *machine) run(fr *frame, wires bool, bind func(), body *ast.BlockStmt) (result value) {
	fr.outer = m.fr
	if m.calling != nil && m.calling.Pos() == fr.call {
		fr.expr = m.calling
	}
	on := 0
	for f := m.fr; f != nil; f = f.outer {
		if f.key == fr.key {
			on++
		}
	}
	if m.fr != nil {
		fr.depth = m.fr.depth + 1
	}
	limit := maxRecursion
	if wires {
		limit = maxWiringRecursion
	}
	if on >= limit || fr.depth > maxDepth {
		if wires {
			m.notes.add(m.p.Position(body.Pos()), "%s calls itself; only %d rounds were followed", fr.name, limit)
		}
		return m.symbolicResult(fr.sig, fr.name, body.Pos())
	}
	if wires {
		m.visited[fr.key] = true
	}
	if !wires && m.quiet == 0 {
		m.limit = m.steps + quietSteps
	}
	if !wires || m.quiet > 0 {
		quiet, limit := m.quiet, m.limit
		m.quiet++
		if wires { // a callback out of quiet code: wiring has the whole budget
			m.quiet = 0
		}
		defer func() { m.quiet, m.limit = quiet, limit }()
	}
	m.fr = fr
	logs := len(m.logs)
	defer func() {
		m.fr = fr.outer
		if m.quiet <= 1 && !wires {
			if r := recover(); r == errQuiet { //nolint:errorlint // a sentinel of our own
				m.undo(logs + 1)
				m.ended = false
				for _, c := range fr.env.vars {
					m.disturb(c.v, 0) // it may have changed what it was given
				}
				result = m.symbolicResult(fr.sig, fr.name, body.Pos())
			} else if r != nil {
				panic(r)
			}
		}
	}()
	bind()
	f := m.block(body.List)
	m.finish(f)
	return m.resultOf(fr, f)
}

// finish runs what was deferred and settles paths that returned early.
func (m *machine) finish(f flow) {
	fr := m.fr
	if f == flowNext && fr.sig != nil && fr.sig.Results().Len() > 0 && !fr.returned {
		m.addResults(nil)
	}
	for i := len(fr.defers) - 1; i >= 0; i-- {
		fr.defers[i]()
	}
	m.settle(fr.late)
	m.ended = f == flowPanic && !fr.returned
}

func (m *machine) resultOf(fr *frame, f flow) value {
	n := 0
	if fr.sig != nil {
		n = fr.sig.Results().Len()
	}
	for i := len(fr.results); i < n; i++ {
		fr.results = append(fr.results, m.symbolic(fr.sig.Results().At(i).Type(), fr.name, token.NoPos))
	}
	for i, v := range fr.results {
		if v == nil {
			fr.results[i] = m.symbolic(fr.sig.Results().At(i).Type(), fr.name, token.NoPos)
		}
	}
	if n == 1 {
		return fr.results[0]
	}
	return tuple(fr.results)
}

func (m *machine) symbolicResult(sig *types.Signature, why string, pos token.Pos) value {
	if sig == nil {
		return &unknown{why: why, pos: pos}
	}
	if sig.Results().Len() == 1 {
		return m.symbolic(sig.Results().At(0).Type(), why, pos)
	}
	return m.symbolic(sig.Results(), why, pos)
}

func (m *machine) bindReceiver(d *ast.FuncDecl, recv value) {
	if d.Recv == nil || len(d.Recv.List) == 0 || len(d.Recv.List[0].Names) == 0 {
		return
	}
	obj := m.info().Defs[d.Recv.List[0].Names[0]]
	if obj == nil {
		return
	}
	_, wantsPtr := types.Unalias(obj.Type()).(*types.Pointer)
	if p, isPtr := bare(recv).(*pointer); isPtr && !wantsPtr {
		recv = copied(p.to.v)
	}
	if recv == nil {
		recv = m.symbolic(obj.Type(), obj.Name(), d.Pos())
	}
	if u, ok := bare(recv).(*unknown); ok && u.origin == nil && u.fields == nil {
		recv = m.symbolic(obj.Type(), obj.Name(), d.Pos())
	}
	m.fr.env.declare(obj, recv)
}

// bindParams gives parameters their values; those without an argument are
// what an injector would provide, or symbolic.
func (m *machine) bindParams(ft *ast.FuncType, sig *types.Signature, args []value) {
	i := 0
	for _, field := range ft.Params.List {
		names := field.Names
		if len(names) == 0 {
			i++
			continue
		}
		_, variadic := field.Type.(*ast.Ellipsis)
		for _, name := range names {
			var v value
			switch {
			case variadic:
				v = packed(args, i)
			case i < len(args):
				v = args[i]
			}
			i++
			obj := m.info().Defs[name]
			if obj == nil {
				continue
			}
			if _, isRest := v.(*rest); isRest || v == nil {
				v = m.provide(obj.Type(), obj.Name(), name.Pos())
			}
			m.fr.env.declare(obj, v)
		}
	}
	if sig == nil {
		return
	}
	for r := range sig.Results().Variables() {
		if r.Name() != "" && r.Name() != "_" {
			m.fr.env.declare(r, m.zero(r.Type()))
		}
	}
}

func packed(args []value, from int) value {
	s := &slice{}
	for ; from < len(args); from++ {
		if _, isRest := args[from].(*rest); isRest {
			s.open = true
			break
		}
		s.cells = append(s.cells, &cell{v: args[from]})
	}
	return s
}
