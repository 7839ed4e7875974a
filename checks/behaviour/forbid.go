package behaviour

import (
	"go/constant"
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// forbidding finds the functions that can be why 403 is answered: those that
// send it, and those that hand on an error which a ladder of errors.Is turns
// into it. A ladder alone is none of them: it answers what others say.
func (x *Index) forbidding() map[*behaviour.Function]bool {
	if x.forbid != nil {
		return x.forbid
	}
	x.forbid = map[*behaviour.Function]bool{}
	sentinels := map[*ssa.Global]bool{}
	var queue []*behaviour.Function
	mark := func(f *behaviour.Function) {
		if !x.forbid[f] {
			x.forbid[f] = true
			queue = append(queue, f)
		}
	}
	for _, f := range x.byKey {
		if sends(f.SSA, sentinels) {
			mark(f)
		}
	}
	for _, f := range x.byKey {
		if handsOnSentinel(f.SSA, sentinels) {
			mark(f)
		}
	}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		for _, caller := range x.callsites[f] {
			mark(caller)
		}
	}
	return x.forbid
}

const forbidden = 403

// sends reports whether a function makes use of 403 other than for an error
// that it compares with a variable; those variables are added to sentinels.
func sends(fn *ssa.Function, sentinels map[*ssa.Global]bool) bool {
	found := false
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if _, compares := instr.(*ssa.BinOp); compares {
				continue
			}
			for i, op := range instr.Operands(nil) {
				if !isForbidden(*op) {
					continue
				}
				at := b
				if phi, ok := instr.(*ssa.Phi); ok {
					at = phi.Block().Preds[i]
				}
				if of := sentinelsOf(at); len(of) > 0 {
					for _, g := range of {
						sentinels[g] = true
					}
				} else {
					found = true
				}
			}
		}
	}
	return found
}

func isForbidden(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.Int {
		return false
	}
	n, exact := constant.Int64Val(c.Value)
	return exact && n == forbidden
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

// mayForbid reports whether any function of a chain leads to one that is
// forbidding. What is not of the module does not know the module's errors.
func (x *Index) mayForbid(steps []step) bool {
	for _, s := range steps {
		if s.class == authenticates || s.class == foreign || s.class == broken {
			return true
		}
		if fn := x.byKey[s.handler.Key]; fn != nil && x.forbidding()[fn] {
			return true
		}
	}
	return false
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
