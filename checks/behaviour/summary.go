package behaviour

import (
	"go/token"
	"go/types"
	"maps"
	"slices"
	"sort"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// Summary is what a handler does with a request, all that it calls included.
type Summary struct {
	// Known is false where the source is not at hand; Reason says why.
	Known  bool
	Reason string
	// Complete is false where a budget cut the run short.
	Complete bool
	Inputs   []Input
	Answers  []Answer
	// Silent says that some path ends well without an answer: servers then send
	// 200 with an empty body.
	Silent bool
	// Succeeds says that some path ends without an error, as far as the run could
	// see; where none does it took a wrong turn.
	Succeeds bool
	// LimitsBody says that the body is put under a limit, for whoever reads it.
	LimitsBody bool
	// OpensBody says that something may read the body: it is taken hold of, or the
	// request is handed to code that could not be followed and deals with bodies.
	OpensBody bool
	// Whole lists places that are handed on as a whole to code that cannot be
	// looked into.
	Whole []Whole
	// Credentials are looked at in these places.
	Credentials []report.Related
	// acts: it does more than write what stands in its code; grows: it looks at
	// something of which there may be any number.
	acts, grows bool
}

// Whole is a part of the request that was handed on undivided.
type Whole struct {
	// Place is "query", "path", "header" or "form".
	Place string
	// To is the function that got it, where that can only look things up by names
	// that it has itself; nil where anything may happen to it.
	To *types.Func
}

// Input is something taken out of the request.
type Input struct {
	// Place is "path", "query", "header", "cookie", "form", "body", or "request"
	// where a binder fills a struct from several places.
	Place string
	// Name is empty where it is not a constant, and for bodies.
	Name string
	// Type is what it is decoded into; for named values the getter's type.
	Type types.Type
	// Decodes says that a whole struct is filled, by a binder of the framework.
	Decodes   bool
	Framework string
	// Limited bodies are read under a limit.
	Limited bool
	// ErrorChecked says that the error of reading it is looked at.
	ErrorChecked bool
	// Validated lists where its value decides about an error. BinderValidates
	// says that the binder itself runs the validator.
	Validated       []report.Related
	BinderValidates bool
	// Branched says that any branch depends on its value.
	Branched bool
	touched  map[string]bool
	// Checks are the conditions on it and on its parts, by place.
	Checks []Check
	// Spent says that its value gets to code that can make use of it: a call that
	// is not followed, the bounds of a slice, a comparison with another variable.
	Spent bool
	// Lost says that the run could not follow the value; Escapes is where it was
	// handed to code that could not be looked into.
	Lost    bool
	Escapes report.Position
	// Pos is where it is read, Site the call in the handler that leads there.
	Pos, Site report.Position
}

// Answer is something written to the client, or an error that carries a status.
type Answer struct {
	Status      int
	StatusKnown bool
	// Encoding is "json", "xml", "html", "text", "file", "redirect" or "".
	Encoding string
	// Part says how much of an answer it is.
	Part behaviour.Part
	// HasBody, Type and Keys describe the body: its static type, and the keys of
	// a map that was made on the spot, comma-separated.
	HasBody bool
	Type    types.Type
	Keys    string
	// Empty says that the body is a map without any key.
	Empty bool
	// NilSlice says that on some path the body is a slice that is nil.
	// MadeSlice says that on every path it is one that was made.
	NilSlice, MadeSlice bool
	// Reflected says that it is written behind a function that asks a type for its
	// fields: for some types it never is.
	Reflected bool
	// Returned says that it is an error handed to a central error handler.
	Returned bool
	// Central says that middleware gets the error, and may write the body.
	Central bool
	// Helper is the function of the module that writes it.
	Helper string
	// Pos is where it is written, Site the call in the handler that leads there.
	Pos, Site report.Position

	shape *shaped
	value value
	// key is where it is written, in the function fn.
	key, fn token.Pos
	// oneOf is how many statuses it can have.
	oneOf int
}

// Text is the body where it is a constant text.
func (a Answer) Text() (string, bool) { return a.value.text() }

// Alternatives is how many statuses the answer can have, this one included.
func (a Answer) Alternatives() int { return max(a.oneOf, 1) }

type summaryKey struct {
	key   token.Pos
	bound string
}

// Handler summarises one handler.
func (x *Index) Handler(h routes.Handler) *Summary {
	key := summaryKey{h.Key, boundKey(h)}
	if s := x.summaries[key]; s != nil {
		return s
	}
	s := x.summarise(h)
	x.summaries[key] = s
	return s
}

func (x *Index) summarise(h routes.Handler) *Summary {
	return x.summariseWith(h, newMachine(x, false))
}

// Route summarises the handler of a route, with what the middleware before it
// put into the context and what the operation says about method and path.
func (x *Index) Route(r *routes.Route, op *spec.Operation) *Summary {
	rq := requestOf(r, op)
	m := newMachine(x, false)
	m.request, m.closed = rq, true
	store := map[string]value{}
	for i, h := range r.Middleware {
		done := x.stepOf(h, false, store, rq, behind(append(r.Middleware[i+1:len(r.Middleware):len(r.Middleware)], r.Handler)))
		store = done.store
		m.closed = m.closed && (done.class == transparent || done.class == ours && done.known)
	}
	_, unnamed := store[""]
	m.store, m.closed = maps.Clone(store), m.closed && !unnamed
	key := summaryKey{r.Handler.Key, boundKey(r.Handler) + rq.key() + x.storeKey(store)}
	if s := x.summaries[key]; s != nil {
		return s
	}
	s := x.summariseWith(r.Handler, m)
	x.summaries[key] = s
	return s
}

func (x *Index) summariseWith(h routes.Handler, m *machine) *Summary {
	fn := x.byKey[h.Key]
	if fn == nil {
		reason := "the source of " + h.Name + " is not in the module"
		if h.Body != nil {
			reason = "the package of " + h.Name + " does not type-check"
		}
		return &Summary{Reason: reason}
	}
	defer m.end()
	m.behind = behindOf(h)
	var run served
	out := m.settle(func() *outcome {
		run = m.serve(m.bound(h, fn), 0)
		return run.out
	})
	if !run.known {
		return &Summary{Reason: h.Name + " does not get the request: generated code reads it and writes the answer"}
	}
	s := &Summary{Known: true, Complete: !m.over, Succeeds: out.clean}
	escaped, checks := escapes(m, out), m.checksOf()
	for i, in := range m.inputs {
		if !in.empty {
			one := x.input(in)
			one.Escapes = x.program.Position(escaped[i])
			one.Checks, one.touched = checks[in], in.touched
			s.Inputs = append(s.Inputs, one)
		}
	}
	for _, e := range out.events {
		switch e.kind {
		case eventAnswer, eventMade:
			if e.answer.Returned && (e.fn != fn || made(out, e.answer.Status)) {
				continue // the making of the error was noted
			}
			s.Answers = append(s.Answers, x.answer(e))
		case eventCredential:
			s.Credentials = append(s.Credentials, report.Related{Position: x.program.Position(e.pos), Message: e.name})
		}
	}
	dropStatusOnly(s)
	s.Silent = out.silent && answersByItself(run.fn)
	s.LimitsBody, s.acts, s.grows = m.limitsBody, m.acts, m.grows
	s.OpensBody = m.opensBody || slices.ContainsFunc(m.inputs, (*input).fromBody) || x.anyReadsBody(m.whole)
	for _, p := range wholes {
		if place, ok := placeOf(p); ok {
			for _, to := range m.whole[p] {
				s.Whole = append(s.Whole, Whole{placeName(place), to})
			}
		}
	}
	return s
}

// fromBody: it is the body, or a part of it.
func (in *input) fromBody() bool {
	return in.Place == behaviour.Body || in.Place == behaviour.Form || in.Place == behaviour.Many
}

// anyReadsBody: one of those who got the request may read its body.
func (x *Index) anyReadsBody(whole map[part][]*types.Func) bool {
	for _, p := range append(slices.Clone(wholes), requestBody) {
		if slices.ContainsFunc(whole[p], func(fn *types.Func) bool { return fn == nil || x.readsBody(fn) }) {
			return true
		}
	}
	return false
}

// behindOf are the handlers that a middleware captured: they are summarised on
// their own.
func behindOf(h routes.Handler) map[token.Pos]bool {
	behind := map[token.Pos]bool{}
	for _, b := range h.Bound {
		if b.Handler != nil {
			behind[b.Handler.Key] = true
		}
	}
	return behind
}

// made reports whether an error of the status was seen in the making.
func made(out *outcome, status int) bool {
	for _, e := range out.events {
		if e.kind == eventMade && !e.answer.Returned && e.answer.Status == status {
			return true
		}
	}
	return false
}

func (x *Index) input(in *input) Input {
	out := Input{
		Place: placeName(in.Place), Name: in.Name, Type: in.Type, Decodes: in.Decodes, Limited: in.Limited,
		ErrorChecked: in.errorUsed, BinderValidates: in.Validates, Lost: in.Lost, Branched: in.branched, Spent: in.spent, Pos: x.program.Position(in.pos),
	}
	if in.read != nil {
		out.Framework = string(in.read.Framework)
	}
	out.Site = out.Pos
	if in.site.IsValid() {
		out.Site = x.program.Position(in.site)
	}
	sort.Slice(in.guards, func(i, j int) bool { return in.guards[i].pos < in.guards[j].pos })
	for _, g := range in.guards {
		out.Validated = append(out.Validated, report.Related{Position: x.program.Position(g.pos), Message: g.how})
	}
	return out
}

// answersByItself: nobody else makes an answer of what the function returns.
func answersByItself(fn *behaviour.Function) bool {
	if fn == nil {
		return false
	}
	results := fn.SSA.Signature.Results()
	return results.Len() == 0 || results.Len() == 1 && isError(results.At(0).Type())
}

// IsGenerated reports whether an answer is written by generated code.
func (x *Index) IsGenerated(a Answer) bool {
	f := x.program.FuncAt(a.fn)
	return f != nil && x.program.IsGenerated(f.Package, a.key)
}

// escapes is where each input was first handed to code that could not be
// followed.
func escapes(m *machine, out *outcome) map[int]token.Pos {
	at := map[int]token.Pos{}
	for _, e := range out.events {
		if e.kind != eventEscape {
			continue
		}
		for i, in := range m.inputs {
			if _, seen := at[i]; in.bit&e.input != 0 && !seen {
				at[i] = e.pos
			}
		}
	}
	return at
}

func (x *Index) answer(e event) Answer {
	a := *e.answer
	a.Reflected = e.reflected
	a.Pos, a.key = x.program.Position(e.pos), e.pos
	a.Site, a.fn = a.Pos, e.fn.Key
	if e.site.IsValid() {
		a.Site = x.program.Position(e.site)
	}
	if f := x.program.FuncAt(e.fn.Key); f != nil {
		a.Helper = f.Name
	}
	return a
}

// dropStatusOnly removes settings of a status that a body follows.
func dropStatusOnly(s *Summary) {
	withBody := map[int]bool{}
	for _, a := range s.Answers {
		if a.Part != behaviour.StatusPart && a.StatusKnown {
			withBody[a.Status] = true
		}
	}
	kept := s.Answers[:0]
	for _, a := range s.Answers {
		if a.Part != behaviour.StatusPart || !withBody[a.Status] {
			kept = append(kept, a)
		}
	}
	s.Answers = kept
}

// Stub reports whether a handler only pretends, why, and where that shows.
func (x *Index) Stub(h routes.Handler) (reason string, at report.Position, ok bool) {
	fn := x.byKey[h.Key]
	for range 5 { // through wrappers that only hand on
		if fn == nil {
			return "", report.Position{}, false
		}
		if fn.Stub != nil {
			return fn.Stub.Reason, x.program.Position(fn.Stub.Pos), true
		}
		fn = x.onlyCallee(fn)
	}
	return "", report.Position{}, false
}

// onlyCallee is the one function of the module that a wrapper hands on to: it
// answers nothing itself.
func (x *Index) onlyCallee(fn *behaviour.Function) *behaviour.Function {
	for _, op := range fn.Ops {
		if op.Write != nil && op.Write.Part != behaviour.Next {
			return nil
		}
	}
	var only *behaviour.Function
	for _, f := range x.mentions(fn) {
		if f == only || !x.relevant[f] && f.Stub == nil {
			continue
		}
		if only != nil {
			return nil
		}
		only = f
	}
	return only
}

// The parts of an answer, for callers that tell them apart.
const (
	StatusPart = behaviour.StatusPart
	PiecePart  = behaviour.PiecePart
	WholePart  = behaviour.WholePart
	// ValuePart is an error that becomes the answer when it is returned.
	ValuePart = behaviour.ValuePart
)
