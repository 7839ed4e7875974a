// Package errorcontinues reports handlers that write an error answer and then
// go on to write another one, because a return is missing.
package errorcontinues

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/cfg"

	"github.com/backend-conformance/conformance/analyzers/internal/answers"
	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: a handler returns after it has written an error.
var Rule = rule.Rule{
	ID: "error-response-continues", Title: "a handler goes on after it has answered with an error", Section: rule.Errors, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 7, True: 7},
	Supports: []rule.Section{rule.Endpoints, rule.Security},
	Why:      "The client gets two answers in one body, and what the error should have prevented (a write, an unauthenticated call) happens all the same.",
	Fix:      "Return right after the error answer.",
	Limits: "Only a second answer is reported, not other work after the first. Where a condition in between may depend on the error, the site is " +
		"undecided. Helpers of the module are known when they answer on every path; those behind interfaces or function values are not.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "errorcontinues", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{answers.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	known := pass.ResultOf[answers.Analyzer].(*answers.Result)
	for f := range source.Functions(pass) {
		j := &judge{pass: pass, report: r, known: known, scope: web.NewScope(pass.TypesInfo, f.Body)}
		if g := known.Graph(f); g != nil {
			j.function(g)
		}
	}
	return r.Result()
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	known  *answers.Result
	scope  *web.Scope
}

// function looks at every error answer of one function, in the order of the blocks.
func (j *judge) function(g *cfg.CFG) {
	for _, b := range g.Blocks {
		if !b.Live {
			continue
		}
		for i, n := range b.Nodes {
			for call := range calls(n) {
				if a, ok := j.known.Of(j.scope, call); ok {
					j.site(b, i, n, a)
				}
			}
		}
	}
}

func (j *judge) site(b *cfg.Block, i int, n ast.Node, a answers.Answer) {
	if a.Part == web.Value && a.IsError() {
		j.value(n, a)
		return
	}
	if !endsTheTalk(a) || !a.IsError() || !a.Certain() {
		return
	}
	s := &search{judge: j, first: a, target: j.known.Root(j.scope, a.Target), seen: map[state]bool{}}
	s.correlate(b, i)
	s.from(b, i+1, 0)
	switch {
	case s.second == nil:
		j.report.Examine(Rule, 1)
	case s.doubtful:
		j.report.Undecided(Rule, a.Call, "whether "+source.Callee(s.second.Call)+" also answers depends on a condition that may follow from the error")
	default:
		related := []analysis.RelatedInformation{{Pos: s.second.Call.Pos(), Message: "the other answer"}}
		j.report.Report(Rule, a.Call, related, "%s answers with an error and the handler goes on to %s at line %d: return after the error",
			source.Callee(a.Call), source.Callee(s.second.Call), j.pass.Fset.Position(s.second.Call.Pos()).Line)
	}
}

// value judges an error that becomes the answer only when it is returned.
func (j *judge) value(n ast.Node, a answers.Answer) {
	if es, ok := n.(*ast.ExprStmt); ok && ast.Unparen(es.X) == a.Call {
		j.report.Report(Rule, a.Call, nil, "%s only builds an error answer, and nothing returns it: return it", source.Callee(a.Call))
		return
	}
	j.report.Examine(Rule, 1)
}

// endsTheTalk says that after this call no other answer may follow. A bare
// status is one with net/http only; elsewhere it is set before the body.
func endsTheTalk(a answers.Answer) bool {
	return a.Part == web.Whole || a.Part == web.Status && a.Framework == web.NetHTTP
}

// calls yields the calls of a node, without those that run later.
func calls(n ast.Node) func(func(*ast.CallExpr) bool) {
	return func(yield func(*ast.CallExpr) bool) {
		switch n.(type) {
		case *ast.DeferStmt, *ast.GoStmt:
			return
		}
		source.Calls(n)(yield)
	}
}

// search walks the control flow from an error answer to the next answer.
type search struct {
	judge  *judge
	first  answers.Answer
	target types.Object
	// related are the variables whose value may tell that the error happened.
	related []types.Object
	seen    map[state]bool

	second   *answers.Answer
	doubtful bool
}

// state is a place in the walk: the block, and which related variables were
// tested on the way (doubt) or set anew (bit set in cleared).
type state struct {
	block   *cfg.Block
	cleared uint32
	doubt   bool
}

// correlate collects what was set beside the error answer (ok = false) and what
// the condition that led to it looked at.
func (s *search) correlate(b *cfg.Block, i int) {
	info := s.judge.pass.TypesInfo
	add := func(id *ast.Ident) {
		v, ok := info.ObjectOf(id).(*types.Var)
		if ok && len(s.related) < 32 && !v.IsField() && !web.IsAnswer(v.Type()) && !web.IsRequest(v.Type()) {
			s.related = append(s.related, v)
		}
	}
	for _, n := range b.Nodes[:i] {
		for _, id := range assigned(n) {
			add(id)
		}
	}
	if cond := condition(b); cond != nil {
		ast.Inspect(cond, func(n ast.Node) bool { return ident(n, add) })
	}
}

func ident(n ast.Node, add func(*ast.Ident)) bool {
	if id, ok := n.(*ast.Ident); ok {
		add(id)
	}
	return true
}

// condition is what was tested to get into a branch's first block.
func condition(b *cfg.Block) ast.Node {
	switch stmt := b.Stmt.(type) {
	case *ast.IfStmt:
		return stmt.Cond
	case *ast.CaseClause:
		if len(stmt.List) > 0 {
			return stmt.List[0]
		}
	}
	return nil
}

func assigned(n ast.Node) []*ast.Ident {
	var ids []*ast.Ident
	if as, ok := n.(*ast.AssignStmt); ok {
		for _, lhs := range as.Lhs {
			if id, ok := lhs.(*ast.Ident); ok {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func (s *search) from(b *cfg.Block, i int, cleared uint32) { s.walk(state{b, cleared, false}, i) }

func (s *search) walk(at state, i int) {
	if i == 0 {
		if s.seen[at] {
			return
		}
		s.seen[at] = true
	}
	for k := i; k < len(at.block.Nodes); k++ {
		n := at.block.Nodes[k]
		if a, ok := s.another(n); ok {
			s.found(a, at.doubt)
			return
		}
		at.cleared = s.clear(n, at.cleared)
		if s.second == nil && k == len(at.block.Nodes)-1 && len(at.block.Succs) > 1 {
			at.doubt = at.doubt || s.tests(n, at.cleared)
		}
	}
	for _, next := range at.block.Succs {
		s.walk(state{next, at.cleared, at.doubt}, 0)
	}
}

// found keeps the first certain second answer, or else a doubtful one.
func (s *search) found(a answers.Answer, doubt bool) {
	if s.second == nil || s.doubtful && !doubt {
		s.second, s.doubtful = &a, doubt
	}
}

// clear forgets variables that a statement sets anew: what they say from then
// on has nothing to do with the error. Those set to a constant beside the error
// answer itself carry its news.
func (s *search) clear(n ast.Node, cleared uint32) uint32 {
	for _, id := range assigned(n) {
		obj := s.judge.pass.TypesInfo.ObjectOf(id)
		for i, r := range s.related {
			if r == obj {
				cleared |= 1 << i
			}
		}
		if as, ok := n.(*ast.AssignStmt); ok && as.Tok == token.ASSIGN && len(as.Rhs) == 1 && source.IsConstant(s.judge.pass.TypesInfo, as.Rhs[0]) && len(s.related) < 32 {
			s.related = append(s.related, obj) // failed = true after the answer
		}
	}
	return cleared
}

func (s *search) tests(cond ast.Node, cleared uint32) bool {
	found := false
	ast.Inspect(cond, func(n ast.Node) bool {
		return ident(n, func(id *ast.Ident) {
			obj := s.judge.pass.TypesInfo.ObjectOf(id)
			for i, r := range s.related {
				if r == obj && cleared&(1<<i) == 0 {
					found = true
				}
			}
		})
	})
	return found
}

// another finds an answer to the same client that cannot be part of the first.
func (s *search) another(n ast.Node) (answers.Answer, bool) {
	for call := range calls(n) {
		a, ok := s.judge.known.Of(s.judge.scope, call)
		if !ok || a.Call.Pos() <= s.first.Call.Pos() || !a.Certain() && a.Part != web.Next {
			continue
		}
		if s.judge.known.Root(s.judge.scope, a.Target) != s.target || !s.conflicts(a) {
			continue
		}
		return a, true
	}
	return answers.Answer{}, false
}

func (s *search) conflicts(a answers.Answer) bool {
	switch a.Part {
	case web.Next:
		return !s.first.Stops
	case web.Status:
		return a.Framework == web.NetHTTP
	case web.Whole:
		// After a bare status a call without one of its own writes the body.
		return s.first.Part == web.Whole || a.SetsStatus()
	}
	return false
}
