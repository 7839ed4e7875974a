package behaviour

import (
	"go/constant"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// sourcesOf finds the functions that can be why a status is answered: those that
// send it, and those that hand on an error which a ladder of errors.Is turns
// into it. A ladder alone is none of them: it answers what others say.
func (x *Index) sourcesOf(status int) map[*behaviour.Function]bool {
	if found, ok := x.sources[status]; ok {
		return found
	}
	found := map[*behaviour.Function]bool{}
	x.sources[status] = found
	sentinels := map[*ssa.Global]bool{}
	var queue []*behaviour.Function
	mark := func(f *behaviour.Function) {
		if !found[f] {
			found[f] = true
			queue = append(queue, f)
		}
	}
	for _, f := range x.byKey {
		if x.sends(f.SSA, status, sentinels) {
			mark(f)
		}
	}
	for _, f := range x.byKey {
		if handsOnSentinel(f.SSA, sentinels) {
			mark(f)
			x.raises[raised{status, f.SSA}] = true
		}
	}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		for _, caller := range x.callsites[f] {
			mark(caller)
		}
	}
	return found
}

// raised is a function that itself hands on an error which a ladder turns into
// a status.
type raised struct {
	status int
	by     *ssa.Function
}

// raisesItself reports whether the handler of a step, or a literal in it, does
// so: then the rung is not just one that a shared ladder has.
func (x *Index) raisesItself(status int, s step) bool {
	x.sourcesOf(status)
	fn := x.byKey[s.handler.Key]
	return fn != nil && x.raisedWithin(status, fn.SSA)
}

func (x *Index) raisedWithin(status int, fn *ssa.Function) bool {
	return fn != nil && (x.raises[raised{status, fn}] ||
		slices.ContainsFunc(fn.AnonFuncs, func(f *ssa.Function) bool { return x.raisedWithin(status, f) }))
}

// sends reports whether a function makes use of the status other than for an error
// that it compares with a variable; those variables are added to sentinels.
func (x *Index) sends(fn *ssa.Function, status int, sentinels map[*ssa.Global]bool) bool {
	found := false
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if _, compares := instr.(*ssa.BinOp); compares {
				continue
			}
			for i, op := range instr.Operands(nil) {
				if !isNumber(*op, status) {
					continue
				}
				at := b
				if phi, ok := instr.(*ssa.Phi); ok {
					at = phi.Block().Preds[i]
				}
				of := sentinelsOf(at)
				for _, g := range of {
					sentinels[g] = true
				}
				foreign := slices.ContainsFunc(of, func(g *ssa.Global) bool { return !x.inModule(g.Pkg.Pkg) })
				found = found || foreign || len(of) == 0 // what is not of the module may well give its own errors
			}
		}
	}
	return found
}

func isNumber(v ssa.Value, number int) bool {
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.Int {
		return false
	}
	n, exact := constant.Int64Val(c.Value)
	return exact && n == int64(number)
}

// sentinelsOf are the variables one of which an error is where control comes to
// a block; none where it comes there otherwise, too.
func sentinelsOf(b *ssa.BasicBlock) []*ssa.Global {
	for d := b; d != nil; d = d.Idom() {
		var all []*ssa.Global
		for _, p := range d.Preds {
			g := comparedIn(p, d)
			if g == nil {
				all = nil
				break
			}
			all = append(all, g)
		}
		if len(all) > 0 {
			return all
		}
	}
	return nil
}

// comparedIn is the variable that an error is if p goes on to next.
func comparedIn(p, next *ssa.BasicBlock) *ssa.Global {
	test, ok := p.Instrs[len(p.Instrs)-1].(*ssa.If)
	if !ok || p.Succs[0] != next {
		return nil
	}
	switch cond := test.Cond.(type) {
	case *ssa.Call:
		if fn := behaviour.Callee(cond.Common()); fn != nil && fn.FullName() == "errors.Is" {
			return globalOf(cond.Call.Args[1])
		}
	case *ssa.BinOp:
		if cond.Op == token.EQL && isError(cond.X.Type()) {
			if g := globalOf(cond.X); g != nil {
				return g
			}
			return globalOf(cond.Y)
		}
	}
	return nil
}

func globalOf(v ssa.Value) *ssa.Global {
	load, ok := v.(*ssa.UnOp)
	if !ok {
		return nil
	}
	g, _ := load.X.(*ssa.Global)
	return g
}

// handsOnSentinel reports whether a function does anything with one of the
// variables but compare it.
func handsOnSentinel(fn *ssa.Function, sentinels map[*ssa.Global]bool) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			load, ok := instr.(*ssa.UnOp)
			if !ok || globalOf(load) == nil || !isSentinel(sentinels, globalOf(load)) {
				continue
			}
			for _, r := range *load.Referrers() {
				if !compares(r) {
					return true
				}
			}
		}
	}
	return false
}

// isSentinel compares by name: each package has SSA of its own for what it imports.
func isSentinel(sentinels map[*ssa.Global]bool, g *ssa.Global) bool {
	for s := range sentinels {
		if s == g || globalName(s) == globalName(g) {
			return true
		}
	}
	return false
}

func compares(instr ssa.Instruction) bool {
	switch r := instr.(type) {
	case *ssa.DebugRef, *ssa.BinOp:
		return true
	case *ssa.Call:
		fn := behaviour.Callee(r.Common())
		return fn != nil && (fn.FullName() == "errors.Is" || fn.FullName() == "errors.As")
	}
	return false
}

// mayAnswer reports whether any function of a chain leads to a source of the
// status. What is not of the module does not know the module's errors.
func (x *Index) mayAnswer(status int, steps ...step) bool {
	for _, s := range steps {
		if s.class == authenticates || s.class == foreign || s.class == broken {
			return true
		}
		if fn := x.byKey[s.handler.Key]; fn != nil && x.sourcesOf(status)[fn] {
			return true
		}
	}
	return false
}

// ownRefusal is the first answer by which a handler turns the client away,
// rungs of a ladder left out that nothing in it leads to.
func (x *Index) ownRefusal(s step) *event {
	live := *s.out
	live.events = slices.DeleteFunc(slices.Clone(live.events), func(e event) bool {
		return e.answer != nil && e.answer.oneOf > 1 && refuses(e.answer.Status) && !x.mayAnswer(e.answer.Status, s)
	})
	s.out = &live
	return s.refusal()
}

// followed reports whether a chain was followed to its end, with the status of
// every answer known.
func followed(steps []step) bool {
	for _, s := range steps {
		if s.class != transparent && (s.class != ours || !s.known) || s.over {
			return false
		}
		for i := range s.out.events {
			if e := &s.out.events[i]; e.kind == eventAnswer && !e.answer.StatusKnown {
				return false
			}
		}
	}
	return true
}
