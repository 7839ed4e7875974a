package behaviour

import (
	"go/token"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// eventKind tells events apart.
type eventKind uint8

const (
	eventAnswer eventKind = iota + 1
	eventMade             // an error that carries a status was made
	eventNext
	eventCredential
	eventStop
	eventOpen   // a branch that the run could not decide
	eventEscape // input went where the run could not follow
	eventDoubt  // a function that is named for a guard and could not be followed
)

// event is something that a run came by.
type event struct {
	kind   eventKind
	pos    token.Pos
	fn     *behaviour.Function
	answer *Answer
	// cond is what the open condition depends on; name the credential's.
	cond condition
	name string
	// input are the bits of what escapes; site is where the outermost function
	// called what leads here.
	input uint64
	site  token.Pos
	// reflected: it happens behind a function that asks types for their fields,
	// and for some types never.
	reflected bool
}

// condition is what an open branch depends on.
type condition struct {
	operand, request bool
	input            uint64
}

// eventKey tells events apart: one is kept of several that are alike.
type eventKey struct {
	kind            eventKind
	pos             token.Pos
	status          int
	body            int
	keys            string
	operand, req    bool
	input           uint64
	returned, known bool
}

func (x *Index) eventKey(e event) eventKey {
	k := eventKey{kind: e.kind, pos: e.pos, operand: e.cond.operand, req: e.cond.request, input: e.input}
	if e.answer != nil {
		k.status, k.returned, k.known = e.answer.Status, e.answer.Returned, e.answer.StatusKnown
		if e.answer.Type != nil {
			k.body, k.keys = x.typeID(e.answer.Type), e.answer.Keys
		}
	}
	return k
}

// kinds is a set of kinds of events.
type kinds uint16

func (k kinds) has(kind eventKind) bool { return k&(1<<kind) != 0 }

// happening is an event, or a call with all that happened in it. Calls are
// shared by all who make them.
type happening struct {
	event *event
	call  *outcome
	site  token.Pos // of the call
}

// add puts what happened in a block, or in a function of several, to the rest.
func (o *outcome) add(happened []happening) {
	o.happened = append(o.happened, happened...)
	for _, h := range happened {
		if h.call != nil {
			o.kinds, o.succeeds = o.kinds|h.call.kinds, o.succeeds || h.call.succeeds
			continue
		}
		o.kinds |= 1 << h.event.kind
		o.succeeds = o.succeeds || h.event.succeeds()
	}
}

// succeeds: an answer that is no error.
func (e *event) succeeds() bool {
	return e.kind == eventAnswer && e.answer.Status > 0 && e.answer.Status < 400
}

// gatherer lists events, one of several that are alike.
type gatherer struct {
	x       *Index
	events  []event
	at      map[eventKey]int
	visited map[visit]bool
}

// visit is a call that was looked into, behind reflection or not.
type visit struct {
	out       *outcome
	reflected bool
}

// gather lists the events of an outcome and of all that it called. Their site is
// where the outermost function called.
func (x *Index) gather(out *outcome) {
	g := gatherer{x: x, at: map[eventKey]int{}, visited: map[visit]bool{}}
	for _, h := range out.happened {
		if h.call != nil {
			g.call(h.call, h.site, out.reflects)
		} else {
			g.add(*h.event, out.reflects)
		}
	}
	out.events, out.happened = append(out.events, g.events...), nil
}

func (g *gatherer) call(o *outcome, site token.Pos, reflected bool) {
	if g.visited[visit{o, false}] || g.visited[visit{o, reflected}] {
		return
	}
	g.visited[visit{o, reflected}] = true
	for _, h := range o.happened {
		if h.call != nil {
			g.call(h.call, site, reflected || o.reflects)
			continue
		}
		e := *h.event
		e.site = site
		g.add(e, reflected || o.reflects)
	}
}

// add keeps an event. One that is certain stands for one that is not.
func (g *gatherer) add(e event, reflected bool) {
	e.reflected = reflected
	k := g.x.eventKey(e)
	i, known := g.at[k]
	switch {
	case !known:
		g.at[k] = len(g.events)
		g.events = append(g.events, e)
	case g.events[i].reflected && !reflected:
		g.events[i] = e
	}
}
