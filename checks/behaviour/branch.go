package behaviour

import (
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// branch is one that depends on input.
type branch struct {
	block *ssa.BasicBlock
	instr *ssa.If
	cond  value
	// yes and no say which side leads to an error by what stands there.
	yes, no bool
}

// judgeBranches looks, now that every block is noted, which sides of the
// branches on input turn the request away, and keeps what they check.
func (f *frame) judgeBranches() {
	for _, b := range f.branches {
		yes, no := f.passes(b.block.Succs[0]), f.passes(b.block.Succs[1])
		if !yes && !no { // the run saw no way on
			yes, no = !b.yes, !b.no
		}
		if yes != no {
			f.m.validated(b.cond.input, condPos(b.instr), "comparison")
		}
		if b.cond.trace == nil {
			continue
		}
		if yes && no {
			yes, no = f.demands(b)
		}
		switch {
		case yes == no && isLoop(b.block):
		case yes == no:
			f.keep(b, false, b.cond.trace)
		case no: // refused where it is true
			f.keep(b, true, b.cond.trace)
		default:
			f.keep(b, true, b.cond.trace.not())
		}
	}
}

// demander are functions that are told whether something holds, and do something
// about it where it does not: Require(ok, "name", "is missing").
var demander = regexp.MustCompile(`(?i)^(check|require|ensure|assert|expect|validate|verify|must|that|test|need|demand|reject|fail|add\w*if)|(if|when|unless)$`)

// demands reports which sides of a branch pass where its condition is what the
// function was told: the one on which nothing is done.
func (f *frame) demands(b branch) (yes, no bool) {
	_, told := b.instr.Cond.(*ssa.Parameter)
	if !told || !demander.MatchString(f.fn.Name()) {
		return true, true
	}
	yes, no = quiet(b.block.Succs[0]), quiet(b.block.Succs[1])
	if !yes && !no {
		return true, true
	}
	return yes, no
}

// quiet: the block does nothing but leave.
func quiet(b *ssa.BasicBlock) bool {
	for _, instr := range b.Instrs {
		switch instr.(type) {
		case *ssa.Jump, *ssa.Return, *ssa.DebugRef:
		default:
			return false
		}
	}
	return true
}

// keep keeps the checks of a branch. t is the condition under which the request
// is refused, where it is.
func (f *frame) keep(b branch, refuses bool, t *trace) {
	c := Check{Refuses: refuses, How: "comparison"}
	c.Conditional, c.SkipsZero = f.conditions(b.block, t)
	if len(t.clauses) == 0 {
		f.check(t.from, c, condPos(b.instr))
		return
	}
	if test, ok := notAmong(t); ok {
		c.Test = test
		f.check(t.clauses[0].from(), c, t.clauses[0].place(b))
		return
	}
	for i, cl := range t.clauses {
		one := c
		one.Test = cl.Test
		if t.mode == open || t.mode == all { // it takes more than this clause to refuse
			notZero := t.whole && t.mode == all && t.othersSkipZero(i)
			one.Conditional, one.SkipsZero = one.Conditional || !notZero, one.SkipsZero || notZero
		}
		if refuses && t.mode == only && cl.Op == token.NEQ && cl.View == Itself && cl.Value != nil {
			one.Test = f.alternatives(cl, b.block)
		}
		if one.Test.View == Judged && one.Test.Call != "present" && one.Test.Call != "member" {
			one.How = shortKey(one.Test.Call)
		}
		f.check(cl.from(), one, cl.place(b))
	}
}

// place is where a clause stands: in the branch, or where its truth was found out.
func (c clause) place(b branch) token.Pos {
	if c.pos.IsValid() {
		return c.pos
	}
	return condPos(b.instr)
}

// othersSkipZero: all clauses but one only say that the same value is not zero.
func (t *trace) othersSkipZero(but int) bool {
	for i, c := range t.clauses {
		if i == but {
			continue
		}
		alone := trace{from: c.from(), clauses: []clause{c}}
		if is, ok := zeroGoes(&alone); !ok || is || c.source != t.clauses[but].source {
			return false
		}
	}
	return true
}

func (c clause) from() []source { return []source{c.source} }

// notAmong is the condition x != a && x != b as one.
func notAmong(t *trace) (Test, bool) {
	if t.mode != all || !t.whole || len(t.clauses) < 2 {
		return Test{}, false
	}
	test := Test{View: Judged, Op: token.NEQ, Call: "member", SetKnown: true}
	for _, c := range t.clauses {
		if c.source != t.clauses[0].source || c.View != Itself || c.Op != token.NEQ || c.Value == nil {
			return Test{}, false
		}
		test.Set = append(test.Set, c.Value)
	}
	return test, true
}

// passes reports whether a path from a block ends without turning the request
// away.
func (f *frame) passes(from *ssa.BasicBlock) bool {
	seen := make([]bool, len(f.fn.Blocks))
	var visit func(b *ssa.BasicBlock) bool
	visit = func(b *ssa.BasicBlock) bool {
		n := f.notes[b.Index]
		if seen[b.Index] || n == nil || !f.live[b.Index] {
			return false
		}
		seen[b.Index] = true
		if f.refuses(b, n) {
			return false
		}
		if n.returns {
			return true
		}
		for _, s := range b.Succs {
			if f.taken(b, s) && visit(s) {
				return true
			}
		}
		return false
	}
	return visit(from)
}

// refuses reports whether a block turns the request away: it answers with an
// error, returns or makes one, or adds one to a list.
func (f *frame) refuses(b *ssa.BasicBlock, n *blockNote) bool {
	if n.fails && !n.succeeds || n.bad {
		return true
	}
	for _, instr := range b.Instrs {
		switch instr := instr.(type) {
		case *ssa.Call:
			if f.makesError(instr) {
				return true
			}
		case *ssa.MakeInterface:
			if isError(instr.Type()) && handsOn(instr) {
				return true
			}
		case *ssa.UnOp:
			if _, global := instr.X.(*ssa.Global); global && isError(instr.Type()) && handsOn(instr) {
				return true
			}
		case *ssa.MapUpdate:
			if f.isComplaint(instr.Value) {
				return true
			}
		case *ssa.Return:
			if len(instr.Results) > 0 && isFalse(instr.Results[len(instr.Results)-1]) {
				return true
			}
		case *ssa.Panic:
			return true
		}
	}
	return false
}

// handsOn: an error is used for more than to be compared with another.
func handsOn(err ssa.Value) bool {
	for _, r := range *err.Referrers() {
		switch r := r.(type) {
		case *ssa.BinOp, *ssa.DebugRef:
		case *ssa.Call:
			if fn := behaviour.Callee(&r.Call); fn == nil || fn.FullName() != "errors.Is" && fn.FullName() != "errors.As" {
				return true
			}
		default:
			return true
		}
	}
	return false
}

func isFalse(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil && c.Value.Kind() == constant.Bool && !constant.BoolVal(c.Value)
}

var addsError = regexp.MustCompile(`(?i)^(add|append|set|record|push|collect|report)_?\w*(err|fail|violation|problem|issue|invalid)|^(fail|invalid|reject|adderror|errorf?)`)

// makesError: what the call yields is an error for certain, or it adds one to a
// list of them.
func (f *frame) makesError(call *ssa.Call) bool {
	if b, ok := call.Call.Value.(*ssa.Builtin); ok {
		return b.Name() == "append" && listsErrors(call)
	}
	fn := behaviour.Callee(&call.Call)
	if fn == nil {
		return false
	}
	if f.m.x.calleeOf(fn).complains {
		return true
	}
	return f.m.x.isErrorLike(lastType(fn.Signature())) && fn.Signature().Results().Len() == 1 && f.get(call).kind == notNull
}

var errorName = regexp.MustCompile(`(?i)err|violation|problem|issue|invalid|fault|missing`)

// listsErrors: the list that is appended to is one of errors, by its type or by
// the name of the variable.
func listsErrors(call *ssa.Call) bool {
	if errorName.MatchString(types.TypeString(call.Type(), func(*types.Package) string { return "" })) {
		return true
	}
	for _, r := range *call.Referrers() {
		switch r := r.(type) {
		case *ssa.Phi:
			if errorName.MatchString(r.Comment) {
				return true
			}
		case *ssa.Store:
			if a, ok := r.Addr.(*ssa.FieldAddr); ok && errorName.MatchString(stepName(a.X.Type().Underlying().(*types.Pointer).Elem(), a.Field)) {
				return true
			}
			if a, ok := r.Addr.(*ssa.Alloc); ok && errorName.MatchString(a.Comment) {
				return true
			}
		}
	}
	return false
}

// isComplaint: a text or an error that the code made up, as is put into a map of
// errors by field.
func (f *frame) isComplaint(v ssa.Value) bool {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		v = mi.X
	}
	if isErrorLike(v.Type()) {
		return true
	}
	switch v := v.(type) {
	case *ssa.Const:
		return v.Value != nil && v.Value.Kind() == constant.String && strings.Contains(constant.StringVal(v.Value), " ")
	case *ssa.Call:
		fn := behaviour.Callee(&v.Call)
		return fn != nil && (fn.FullName() == "fmt.Sprintf" || fn.Name() == "Error")
	}
	return false
}

// isLoop: the condition of a loop only counts elements.
func isLoop(b *ssa.BasicBlock) bool {
	return strings.HasSuffix(b.Comment, ".loop") || strings.HasSuffix(b.Comment, "range.iter")
}

// alternatives gathers the values that are let through before a chain of
// comparisons refuses all others: a switch, or v != "a" && v != "b".
func (f *frame) alternatives(c clause, b *ssa.BasicBlock) Test {
	set := []constant.Value{c.Value}
	for len(b.Preds) == 1 {
		p := b.Preds[0]
		test, ok := p.Instrs[len(p.Instrs)-1].(*ssa.If)
		if !ok {
			break
		}
		u := f.get(test.Cond).trace
		if u == nil || len(u.clauses) != 1 || u.mode != only || u.clauses[0].View != Itself || u.clauses[0].Value == nil || u.clauses[0].source != c.source {
			break
		}
		if op := u.clauses[0].Op; op == token.EQL && p.Succs[1] != b || op == token.NEQ && p.Succs[0] != b || op != token.EQL && op != token.NEQ {
			break
		}
		if other := p.Succs[0]; u.clauses[0].Op == token.EQL && !f.passes(other) {
			break // refused as well
		}
		set = append(set, u.clauses[0].Value)
		b = p
	}
	return Test{View: Judged, Op: token.NEQ, Call: "member", Set: set, SetKnown: true}
}

// conditions reports whether a block is only reached under a condition that has
// nothing to do with the part of the input, or only where that part is not zero.
// A condition that ends in an error otherwise is none.
func (f *frame) conditions(b *ssa.BasicBlock, t *trace) (other, notZero bool) {
	for d := b; d.Idom() != nil; d = d.Idom() {
		p := d.Idom()
		test, ok := p.Instrs[len(p.Instrs)-1].(*ssa.If)
		if !ok || len(d.Preds) != 1 || d.Preds[0] != p || isLoop(p) {
			continue
		}
		skip := p.Succs[0]
		if skip == d {
			skip = p.Succs[1]
		}
		if !f.taken(p, skip) || !f.passes(skip) {
			continue
		}
		u := f.get(test.Cond).trace
		if !related(u, t) {
			other = true
			continue
		}
		if zero, ok := zeroGoes(u); !ok || zero != (p.Succs[0] == d) {
			notZero = true
		}
	}
	return other, notZero
}

// zeroGoes is what a condition says of the zero value.
func zeroGoes(t *trace) (is, ok bool) {
	if len(t.clauses) != 1 || t.mode != only {
		return false, false
	}
	c := t.clauses[0].Test
	switch {
	case c.View == Judged && c.Call == "present":
		return c.Op == token.NEQ, true
	case c.Value == nil || c.View == Judged:
		return false, false
	case c.Value.Kind() == constant.String:
		return constant.Compare(constant.MakeString(""), c.Op, c.Value), true
	case c.Value.Kind() == constant.Int || c.Value.Kind() == constant.Float:
		return constant.Compare(constant.MakeInt64(0), c.Op, c.Value), true
	}
	return false, false
}

// related: one of the parts is the other, or lies within it.
func related(a, b *trace) bool {
	if a == nil || b == nil {
		return false
	}
	for _, x := range a.from {
		if slices.ContainsFunc(b.from, func(y source) bool {
			return x.in == y.in && (strings.HasPrefix(x.path, y.path) || strings.HasPrefix(y.path, x.path))
		}) {
			return true
		}
	}
	return false
}

// formula is the trace of a && b or a || b, whose value comes together in a phi.
func (f *frame) formula(v *ssa.Phi, joined *trace) *trace {
	if joined == nil {
		return nil
	}
	t := trace{}
	conj, disj, whole := true, true, true
	for i, p := range v.Block().Preds {
		if !f.taken(p, v.Block()) {
			continue
		}
		c, isConst := v.Edges[i].(*ssa.Const)
		if !isConst {
			u := f.get(v.Edges[i]).trace
			switch {
			case u == nil || len(u.clauses) == 0:
				whole = false
			case u.mode == only:
				t.add(u.clauses)
			case u.mode == all:
				disj, whole = false, whole && u.whole
				t.add(u.clauses)
			case u.mode == some:
				conj, whole = false, whole && u.whole
				t.add(u.clauses)
			default:
				return joined
			}
			continue
		}
		test, ok := p.Instrs[len(p.Instrs)-1].(*ssa.If)
		if !ok {
			return joined
		}
		is := constant.BoolVal(c.Value)
		conj, disj = conj && !is, disj && is
		u := f.get(test.Cond).trace
		if u == nil || len(u.clauses) != 1 || u.mode != only {
			whole = false
			continue
		}
		// the value is what the condition makes it: true || ..., false && ...
		if (p.Succs[0] == v.Block()) != is {
			u = u.not()
		}
		t.add(u.clauses)
	}
	switch {
	case len(t.clauses) == 0 || conj == disj:
		return joined
	case conj:
		t.mode = all
	default:
		t.mode = some
	}
	t.whole = whole
	return newTrace(t)
}

func (t *trace) add(cs []clause) {
	for _, c := range cs {
		t.clauses = append(t.clauses, c)
		t.from = mergeSources(t.from, []source{c.source})
	}
}
