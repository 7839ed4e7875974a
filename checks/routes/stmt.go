package routes

import (
	"go/ast"
	"go/token"
	"go/types"
)

// flow says where control goes after a statement.
type flow int

const (
	flowNext flow = iota
	flowBreak
	flowContinue
	flowReturn
	flowPanic // never comes back: panic, os.Exit
)

// maxUnroll bounds the iterations of one loop.
const maxUnroll = 5000

func (m *machine) block(stmts []ast.Stmt) flow {
	for _, s := range stmts {
		if f := m.exec(s); f != flowNext {
			return f
		}
	}
	return flowNext
}

func (m *machine) exec(s ast.Stmt) flow {
	m.step()
	switch s := s.(type) {
	case *ast.ExprStmt:
		m.ended = false
		m.evalMulti(s.X)
		if m.ended {
			m.ended = false
			return flowPanic
		}
	case *ast.AssignStmt:
		m.assign(s)
	case *ast.DeclStmt:
		m.declStmt(s)
	case *ast.IncDecStmt:
		m.incDec(s)
	case *ast.BlockStmt:
		return m.block(s.List)
	case *ast.IfStmt:
		return m.ifStmt(s)
	case *ast.ForStmt:
		return m.forStmt(s)
	case *ast.RangeStmt:
		return m.rangeStmt(s)
	case *ast.SwitchStmt:
		return m.switchStmt(s)
	case *ast.TypeSwitchStmt:
		return m.typeSwitch(s)
	case *ast.SelectStmt:
		return m.selectStmt(s)
	case *ast.ReturnStmt:
		m.returnStmt(s)
		return flowReturn
	case *ast.BranchStmt:
		return branch(s)
	case *ast.LabeledStmt:
		return m.exec(s.Stmt)
	case *ast.GoStmt:
		m.evalMulti(s.Call)
	case *ast.DeferStmt:
		m.deferCall(s.Call)
	case *ast.SendStmt:
		m.eval(s.Value)
	}
	return flowNext
}

func branch(s *ast.BranchStmt) flow {
	switch s.Tok {
	case token.BREAK:
		return flowBreak
	case token.CONTINUE:
		return flowContinue
	}
	return flowNext // fallthrough is seen by the switch, goto is not followed
}

func (m *machine) deferCall(call *ast.CallExpr) {
	args := m.args(call)
	m.fr.defers = append(m.fr.defers, func() { m.callWith(call, args) })
}

func (m *machine) returnStmt(s *ast.ReturnStmt) {
	var vals []value
	sig := m.fr.sig
	switch {
	case len(s.Results) == 0 && sig != nil:
		for v := range sig.Results().Variables() {
			if c := m.fr.env.lookup(v); c != nil {
				vals = append(vals, c.v)
			}
		}
	case len(s.Results) == 1:
		v := m.evalMulti(s.Results[0])
		if t, ok := v.(tuple); ok {
			vals = t
		} else {
			vals = []value{v}
		}
	default:
		for _, e := range s.Results {
			vals = append(vals, m.eval(e))
		}
	}
	for i := range vals {
		if sig != nil && i < sig.Results().Len() && len(s.Results) == len(vals) {
			vals[i] = convertTo(vals[i], m.typeOf(s.Results[i]), sig.Results().At(i).Type())
		}
		vals[i] = copied(vals[i])
	}
	m.addResults(vals)
}

func (m *machine) addResults(vals []value) {
	if !m.fr.returned {
		m.fr.results, m.fr.returned = vals, true
		return
	}
	joined := make([]value, max(len(vals), len(m.fr.results)))
	for i := range joined {
		var a, b value
		if i < len(m.fr.results) {
			a = m.fr.results[i]
		}
		if i < len(vals) {
			b = vals[i]
		}
		joined[i] = join(a, b)
	}
	m.fr.results = joined
}

func (m *machine) ifStmt(s *ast.IfStmt) flow {
	if s.Init != nil {
		m.exec(s.Init)
	}
	cond, known := truth(m.eval(s.Cond))
	otherwise := func() flow {
		if s.Else == nil {
			return flowNext
		}
		return m.exec(s.Else)
	}
	switch {
	case known && cond:
		return m.block(s.Body.List)
	case known:
		return otherwise()
	}
	yes := m.fork(func() flow { m.assume(s.Cond, true); return m.block(s.Body.List) })
	no := m.fork(func() flow { m.assume(s.Cond, false); return otherwise() })
	return m.merge(yes, no)
}

// assume narrows a variable that a branch has compared with nil.
func (m *machine) assume(cond ast.Expr, holds bool) {
	b, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok || b.Op != token.EQL && b.Op != token.NEQ {
		return
	}
	if id, ok := ast.Unparen(b.Y).(*ast.Ident); !ok || id.Name != "nil" {
		return
	}
	c := m.addr(b.X)
	if c == nil {
		return
	}
	if isNil := (b.Op == token.EQL) == holds; isNil {
		m.set(c, null{})
		return
	}
	if a, ok := bare(c.v).(*alt); ok {
		var v value
		for _, x := range a.vals {
			if _, isNull := bare(x).(null); !isNull {
				v = join(v, x)
			}
		}
		m.set(c, v)
	}
}

func (m *machine) forStmt(s *ast.ForStmt) flow {
	saved := m.fr.env
	m.inEnv()
	defer func() { m.fr.env = saved }()
	if s.Init != nil {
		m.exec(s.Init)
	}
	for n := 0; ; n++ {
		cond, known := true, s.Cond != nil
		if s.Cond != nil {
			cond, known = truth(m.eval(s.Cond))
		}
		switch {
		case known && !cond:
			return flowNext
		case !known:
			return m.unknownLoop(s)
		case n >= maxUnroll:
			m.notes.add(m.p.Position(s.Pos()), "a loop was cut off after %d rounds", maxUnroll)
			return flowNext
		}
		m.perIteration(s)
		if f := m.iteration(func() flow { return m.block(s.Body.List) }); f == flowReturn || f == flowPanic {
			return f
		} else if f == flowBreak {
			return flowNext
		}
		if s.Post != nil {
			m.exec(s.Post)
		}
	}
}

// perIteration gives closures of this round their own copy of the loop
// variables (Go 1.22).
func (m *machine) perIteration(s *ast.ForStmt) {
	init, ok := s.Init.(*ast.AssignStmt)
	if !ok || init.Tok != token.DEFINE {
		return
	}
	for _, l := range init.Lhs {
		if id, ok := l.(*ast.Ident); ok {
			if obj := m.info().Defs[id]; obj != nil {
				if c := m.fr.env.lookup(obj); c != nil {
					m.fr.env = newEnv(m.fr.env)
					m.fr.env.declare(obj, c.v)
				}
			}
		}
	}
}

// unknownLoop runs the body once with whatever it changes unknown.
func (m *machine) unknownLoop(s *ast.ForStmt) flow {
	m.forget(s.Body)
	if s.Post != nil {
		m.forget(s.Post)
	}
	once := m.fork(func() flow {
		f := m.iteration(func() flow { return m.block(s.Body.List) })
		if f == flowBreak || f == flowContinue {
			f = flowNext
		}
		return f
	})
	if s.Cond == nil {
		if once.flow == flowReturn || once.flow == flowPanic {
			return m.merge(once)
		}
		m.apply([]outcome{once})
		return flowNext
	}
	return m.merge(once, outcome{})
}

// forget makes plain variables that the node assigns unknown: after any number
// of rounds they may hold anything.
func (m *machine) forget(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		var targets []ast.Expr
		switch s := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				targets = s.Lhs
			}
		case *ast.IncDecStmt:
			targets = []ast.Expr{s.X}
		}
		for _, t := range targets {
			id, ok := t.(*ast.Ident)
			if !ok {
				continue
			}
			obj := m.info().Uses[id]
			if obj == nil {
				continue
			}
			if _, basic := obj.Type().Underlying().(*types.Basic); !basic {
				continue
			}
			if c := m.fr.env.lookup(obj); c != nil {
				m.set(c, &unknown{typ: obj.Type(), why: id.Name, pos: id.Pos()})
			}
		}
		return true
	})
}

// iteration runs one round of a loop.
func (m *machine) iteration(body func() flow) flow {
	m.fr.loop = &loop{outer: m.fr.loop}
	saved := m.fr.env
	m.inEnv()
	f := body()
	m.fr.env = saved
	late := m.fr.loop.late
	m.fr.loop = m.fr.loop.outer
	m.settle(late)
	return f
}

func (m *machine) inEnv() { m.fr.env = newEnv(m.fr.env) }

func (m *machine) switchStmt(s *ast.SwitchStmt) flow {
	saved := m.fr.env
	m.inEnv()
	defer func() { m.fr.env = saved }()
	if s.Init != nil {
		m.exec(s.Init)
	}
	var tag value = boolean(true)
	if s.Tag != nil {
		tag = m.eval(s.Tag)
	}
	var possible []*ast.CaseClause
	var fallback *ast.CaseClause
	certain := false
	for _, c := range s.Body.List {
		clause := c.(*ast.CaseClause)
		if clause.List == nil {
			fallback = clause
			continue
		}
		may, must := m.caseMatches(tag, clause)
		if may {
			possible = append(possible, clause)
		}
		if must {
			certain = true
			break
		}
	}
	return m.clauses(s.Body, possible, fallback, certain)
}

func (m *machine) caseMatches(tag value, clause *ast.CaseClause) (may, must bool) {
	for _, e := range clause.List {
		eq, known := m.equal(tag, m.eval(e))
		if known && eq {
			return true, true
		}
		may = may || !known
	}
	return may, false
}

// clauses runs the clauses that are possible, the default among them unless
// one of them is certain.
func (m *machine) clauses(body *ast.BlockStmt, possible []*ast.CaseClause, fallback *ast.CaseClause, certain bool) flow {
	if certain && len(possible) == 1 {
		return leaveSwitch(m.clause(body, possible[0]))
	}
	var paths []outcome
	for _, c := range possible {
		paths = append(paths, m.forkSwitch(func() flow { return m.clause(body, c) }))
	}
	if !certain && fallback != nil {
		if len(possible) == 0 {
			return leaveSwitch(m.clause(body, fallback))
		}
		paths = append(paths, m.forkSwitch(func() flow { return m.clause(body, fallback) }))
	} else if !certain {
		paths = append(paths, outcome{})
	}
	return m.merge(paths...)
}

func (m *machine) forkSwitch(path func() flow) outcome {
	o := m.fork(path)
	o.flow = leaveSwitch(o.flow)
	return o
}

func leaveSwitch(f flow) flow {
	if f == flowBreak {
		return flowNext
	}
	return f
}

// clause runs one clause and, where it falls through, the next.
func (m *machine) clause(body *ast.BlockStmt, c *ast.CaseClause) flow {
	f := m.block(c.Body)
	if n := len(c.Body); f == flowNext && n > 0 {
		if b, ok := c.Body[n-1].(*ast.BranchStmt); ok && b.Tok == token.FALLTHROUGH {
			for i, other := range body.List {
				if other == ast.Stmt(c) && i+1 < len(body.List) {
					return m.clause(body, body.List[i+1].(*ast.CaseClause))
				}
			}
		}
	}
	return f
}

func (m *machine) typeSwitch(s *ast.TypeSwitchStmt) flow {
	saved := m.fr.env
	m.inEnv()
	defer func() { m.fr.env = saved }()
	if s.Init != nil {
		m.exec(s.Init)
	}
	var subject ast.Expr
	switch a := s.Assign.(type) {
	case *ast.ExprStmt:
		subject = a.X
	case *ast.AssignStmt:
		subject = a.Rhs[0]
	}
	assert, ok := ast.Unparen(subject).(*ast.TypeAssertExpr)
	if !ok {
		return flowNext
	}
	v := m.eval(assert.X)
	var possible []*ast.CaseClause
	var fallback *ast.CaseClause
	certain := false
	for _, c := range s.Body.List {
		clause := c.(*ast.CaseClause)
		if clause.List == nil {
			fallback = clause
			continue
		}
		may, must := m.typeMatches(v, clause)
		if may {
			possible = append(possible, clause)
		}
		if must {
			certain = true
			break
		}
	}
	for _, c := range s.Body.List {
		m.bindTypeSwitch(c.(*ast.CaseClause), v)
	}
	return m.clauses(s.Body, possible, fallback, certain)
}

func (m *machine) bindTypeSwitch(c *ast.CaseClause, v value) {
	obj := m.info().Implicits[c]
	if obj == nil {
		return
	}
	if _, isUnknown := bare(v).(*unknown); isUnknown {
		v = m.symbolic(obj.Type(), obj.Name(), c.Pos())
	}
	m.fr.env.declare(obj, v)
}

func (m *machine) typeMatches(v value, c *ast.CaseClause) (may, must bool) {
	for _, e := range c.List {
		switch m.hasType(v, m.typeOf(e)) {
		case yes:
			return true, true
		case maybe:
			may = true
		}
	}
	return may, false
}

func (m *machine) selectStmt(s *ast.SelectStmt) flow {
	var paths []outcome
	for _, c := range s.Body.List {
		clause, ok := c.(*ast.CommClause)
		if !ok {
			continue
		}
		paths = append(paths, m.forkSwitch(func() flow {
			if clause.Comm != nil {
				m.exec(clause.Comm)
			}
			return m.block(clause.Body)
		}))
	}
	if len(paths) == 0 {
		return flowPanic // select {} blocks for ever
	}
	return m.merge(paths...)
}
