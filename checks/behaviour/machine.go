package behaviour

import (
	"go/token"
	"go/types"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// Budgets of one run. What they cut off is unknown, and the run says so.
const (
	maxDepth  = 24
	maxSteps  = 400_000
	maxPasses = 3
)

// machine runs functions on values of which little is known: every branch whose
// condition is open is taken both ways. With absent set, the request carries no
// credentials, and branches that depend on them are decided. Comparing the two
// runs shows what credentials open.
type machine struct {
	x      *Index
	absent bool
	request
	usedRequest bool
	// closed: all that the context holds is in the store.
	closed bool
	// limitsBody: the body is put under a limit; whole are parts of the request
	// that were handed to foreign code as a whole, with the functions that got them.
	limitsBody bool
	// opensBody: something takes hold of the body, and not just to close it.
	opensBody bool
	// handsOver: code that was not followed gets the answer.
	handsOver bool
	// acts: something was done or looked at beyond the answer.
	acts bool
	// grows: something was looked at of which there may be any number.
	grows bool
	whole map[part][]*types.Func

	store map[string]value // context values by key
	// context stands for the store where it is noted who looks at it.
	context  *cell
	cells    map[cellKey]*cell
	closures map[closureKey]*closure
	// memo holds the calls of the passes so far; those under way have no outcome yet.
	memo map[callKey]*remembered
	pass int
	// contexts number the sets of variables of functions that get functions.
	contexts map[*behaviour.Function]map[string]int
	scratch  []byte
	inputs   []*input
	inputAt  map[inputKey]*input
	// instances numbers closures; behind are the functions further down the chain.
	instances map[string]int
	behind    map[token.Pos]bool
	// mapKeys numbers the constant keys of maps.
	mapKeys map[string]int
	depth   int
	steps   int
	changed bool
	// over says that a budget ran out.
	over bool
	// roots are the calls of this pass that no other call made.
	roots []*remembered
}

// outcome is what a call of a function does in one run.
type outcome struct {
	result value
	// any is the result for a caller that drops the error: what comes along with
	// one is used as well.
	any value
	// happened is what it came by, in order; events are gathered from it when the
	// run is over. kinds has a bit for each kind of event in it, succeeds says that
	// an answer without an error is among them.
	happened []happening
	events   []event
	kinds    kinds
	succeeds bool
	// clean: some path returns without having answered with an error.
	clean bool
	// bad: some path hands an error on.
	bad bool
	// leaky: every path answers with an error, and yet some go on to a success.
	leaky bool
	// silent: some path returns without an error and without having answered.
	silent bool
	// passes: some path returns without having stopped the chain.
	passes bool
	// answers: some path answers with an error.
	answers bool
	// reflects: what it does depends on the fields of a type that it asks for.
	reflects bool
	// status was set by the last statement for a body that the caller writes.
	status []int
}

func newMachine(x *Index, absent bool) *machine {
	return &machine{
		x: x, absent: absent, store: map[string]value{}, cells: map[cellKey]*cell{},
		instances: map[string]int{}, whole: map[part][]*types.Func{}, mapKeys: map[string]int{},
		closures: map[closureKey]*closure{}, memo: map[callKey]*remembered{}, context: &cell{log: x.log}, contexts: map[*behaviour.Function]map[string]int{}, inputAt: map[inputKey]*input{},
	}
}

// settle repeats a run until memory and context no longer change.
func (m *machine) settle(run func() *outcome) *outcome {
	var out *outcome
	for range maxPasses {
		m.changed, m.roots = false, nil
		m.pass++
		out = run()
		if !m.changed || m.over {
			break
		}
	}
	m.x.gather(out)
	return out
}

// end lets go of all that only the run needed. Shapes may be told later still.
func (m *machine) end() { *m = machine{x: m.x, mapKeys: m.mapKeys} }

// entered are the functions that were run.
func (m *machine) entered() map[*behaviour.Function]bool {
	all := map[*behaviour.Function]bool{}
	for key := range m.memo {
		all[key.c.fn] = true
	}
	return all
}

// call runs a function.
func (m *machine) call(c *closure, args []value, status []int) *outcome {
	res := c.fn.SSA.Signature.Results()
	if m.depth >= maxDepth || m.steps > maxSteps || len(c.fn.SSA.Blocks) == 0 {
		m.over, m.acts, m.grows = m.over || m.steps > maxSteps, true, true
		m.outOfSight(args, c.fn.Key, "a call that is too deep to follow")
		return m.opaque(res, args)
	}
	key := m.callKey(c, args, status)
	if r := m.memo[key]; r != nil && (r.out == nil || m.stands(r)) {
		return m.recall(r, res, args)
	}
	r := &remembered{pass: m.pass, holds: true}
	m.memo[key] = r
	m.depth++
	fr := newFrame(m, c, args, status)
	r.out = fr.run()
	m.depth--
	fr.release(r)
	m.root(r)
	return r.out
}

// opaque is a call that cannot be looked into.
func (m *machine) opaque(res *types.Tuple, args []value) *outcome {
	t, silent := value{}, true
	for _, a := range args {
		t = t.with(taint(a))
		silent = silent && a.part != answerBody
	}
	t.input, t.trace = 0, nil
	return &outcome{result: m.results(res, t), clean: true, passes: true, silent: silent}
}

// results are unknown values of the given types, made from t. Those that come
// from absent credentials are what a failed look-up gives.
func (m *machine) results(res *types.Tuple, t value) value {
	of := func(typ types.Type) value {
		if t.absent {
			return absentOf(typ).with(t)
		}
		return t.tainted()
	}
	switch res.Len() {
	case 0:
		return t.tainted()
	case 1:
		return of(res.At(0).Type())
	}
	vs := make([]value, res.Len())
	for i := range vs {
		vs[i] = of(res.At(i).Type())
	}
	v := t.tainted()
	v.tuple = &tuple{vs}
	return v
}
