package behaviour

import (
	"go/types"
	"strconv"
)

// log tells what of the memory the calls that run have looked at, and when which
// of it changed. All machines of an index share it: what one leaves in the
// context another finds there.
type log struct {
	// clock counts the changes.
	clock int
	// frame is the activation that runs.
	frame *frame
}

// reading is a look at a cell: at its own content, or at that of its parts too.
type reading struct {
	c    *cell
	deep bool
	at   int
}

// remembered is the outcome of a call with what it rests on: it holds as long as
// nothing of that has changed.
type remembered struct {
	out   *outcome
	reads []reading
	calls []*remembered
	// checks are the conditions on input that its last round came by.
	checks []noted
	// moving: values were still changing when its frame gave up.
	moving bool
	// pass is the last one in which it was found to hold, or not to.
	pass  int
	holds bool
}

// stands reports whether a call would come to the same again. Within one pass
// everything stands.
func (m *machine) stands(r *remembered) bool {
	if r.pass == m.pass {
		return r.holds
	}
	r.pass, r.holds = m.pass, !r.moving
	for _, look := range r.reads {
		if look.c.changed > look.at || look.deep && look.c.inner > look.at {
			r.holds = false
			return false
		}
	}
	for _, c := range r.calls {
		if r.holds = r.holds && m.stands(c); !r.holds {
			return false
		}
	}
	return r.holds
}

// bump notes that a cell changed.
func (c *cell) bump() {
	c.log.clock++
	c.changed = c.log.clock
	for w := c; w != nil; w = w.whole {
		w.inner = c.log.clock
	}
}

// look notes that the content of a cell is looked at, scan that of its parts is.
func (c *cell) look() {
	c.read = true
	c.note(false)
}

func (c *cell) scan() {
	c.scanned = true
	c.note(true)
}

// note has the activation that runs remember what it looked at.
func (c *cell) note(deep bool) {
	f := c.log.frame
	if f == nil {
		return
	}
	for i := len(f.reads) - 1; i >= 0 && i >= len(f.reads)-4; i-- {
		if r := f.reads[i]; r.c == c && (r.deep || !deep) {
			return
		}
	}
	f.reads = append(f.reads, reading{c, deep, c.log.clock})
}

// within runs one round of a function with its looks and calls noted anew.
func (f *frame) within(round func()) {
	outer := f.m.x.log.frame
	f.reads, f.calls, f.checks, f.branches = nil, nil, nil, nil
	f.m.x.log.frame = f
	round()
	f.m.x.log.frame = outer
}

// callKey tells calls apart.
type callKey struct {
	c *closure
	// rest are the arguments and the status that is pending.
	rest string
}

func (m *machine) callKey(c *closure, args []value, status []int) callKey {
	b := m.x.appendKeys(m.scratch[:0], args, false)
	if status != nil {
		b = append(b, '=')
	}
	for _, n := range status {
		b = strconv.AppendInt(append(b, ' '), int64(n), 10)
	}
	m.scratch = b
	return callKey{c, string(b)}
}

// recall is the outcome of a call that was run before, or that is still under
// way: recursion tells nothing.
func (m *machine) recall(r *remembered, res *types.Tuple, args []value) *outcome {
	if r.out == nil {
		return m.opaque(res, args)
	}
	m.x.log.calls(r)
	m.root(r)
	return r.out
}

// calls notes a call of the activation that runs.
func (l *log) calls(r *remembered) {
	if f := l.frame; f != nil && (len(f.calls) == 0 || f.calls[len(f.calls)-1] != r) {
		f.calls = append(f.calls, r)
	}
}

// release gives a frame's room back and keeps what its outcome rests on.
func (f *frame) release(r *remembered) {
	r.checks = f.checks
	r.reads, r.calls, r.moving = f.reads, f.calls, !f.layout.acyclic && f.moved
	f.m.x.slots.giveBack(f.slots, f.below)
	f.m.x.log.calls(r)
}
