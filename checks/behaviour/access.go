package behaviour

import (
	"fmt"
	"go/token"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// Guard says whether a route turns away a request without credentials.
type Guard int

// The zero value is invalid.
const (
	// Open: such a request gets through to the handler's work.
	Open Guard = iota + 1
	// Guarded: it does not; with credentials one does.
	Guarded
	// Unclear: it cannot be decided; the reason says why.
	Unclear
)

// Access is how a route treats requests without credentials.
type Access struct {
	Guard Guard
	// By names the middleware or handler that refuses; InHandler tells which.
	By        string
	InHandler bool
	// Where it refuses, with which status (0: an error without one), and what it
	// looks at.
	Where      report.Position
	Status     int
	Credential string
	// Reason explains Unclear, and an Open that tries to refuse.
	Reason string
	// Permissions are places that refuse although credentials are there: 403
	// where the request is known.
	Permissions []report.Related
	// Doubt says why Open is not proven: a guard that could not be followed.
	Doubt string
	// Sees are the credentials that the chain looks at, such as "header Authorization".
	Sees []string
	// Perhaps are answers whose status is one of several, 403 among them.
	Perhaps []report.Related
	// Followed says that the chain was followed to its end and that nothing in it
	// answers with a status which is not known.
	Followed bool
}

// step is one function of the chain in one run.
type step struct {
	served
	handler routes.Handler
	class   class
	// over: a budget ran out.
	over bool
	// handsOver: code that was not followed gets the answer; entered are the
	// functions that were run.
	handsOver bool
	entered   map[*behaviour.Function]bool
}

// Access runs a route's chain with and without credentials and compares. The
// operation that it answers tells method and path; it may be nil.
func (x *Index) Access(r *routes.Route, op *spec.Operation) Access {
	rq := requestOf(r, op)
	without := x.chain(r, rq, true)
	with := x.chain(r, rq, false)
	a := x.judge(without, with)
	a.Permissions, a.Perhaps = x.permissions(with)
	if len(a.Perhaps) > 0 && !x.mayAnswer(403, with...) {
		a.Perhaps = nil
	}
	a.Followed = followed(with) && r.Unseen == ""
	a.Sees = credentialsSeen(without, with)
	if a.Guard == Open {
		a.Doubt = x.doubt(without, with)
	}
	if a.Guard == Open && r.Unseen != "" {
		a.Guard, a.Reason = Unclear, r.Unseen+"; what middleware it has is not known"
	}
	return a
}

// credentialsSeen are the names of the credentials that a chain looks at.
func credentialsSeen(runs ...[]step) []string {
	var names []string
	for _, steps := range runs {
		for _, s := range steps {
			for _, e := range s.out.events {
				if e.kind == eventCredential && !slices.Contains(names, e.name) {
					names = append(names, e.name)
				}
			}
		}
	}
	sort.Strings(names)
	return names
}

// doubt looks for what may be a guard after all: a call that is named for one
// and cannot be followed, or an answer of unknown status where credentials are
// looked at. A handler's answer counts where credentials make a difference.
func (x *Index) doubt(without, with []step) string {
	for n, s := range without {
		handler := n == len(without)-1
		looks := credentialOf(s.out) != "" && (!handler || x.newRefusal(s.out, with[n].out)) || !handler && looksLikeAuth(s.handler.Name)
		for i := range s.out.events {
			e := &s.out.events[i]
			switch {
			case e.kind == eventDoubt:
				return fmt.Sprintf("%s calls %s (%s), which could not be followed", s.handler.Name, e.name, x.program.Position(e.place()))
			case looks && (x.vague(e, s) || !handler && e.kind == eventStop):
				return fmt.Sprintf("what %s answers at %s could not be told", s.handler.Name, x.program.Position(e.place()))
			}
		}
	}
	return ""
}

// vague: an answer that may be a refusal: of unknown status, or a rung of a
// ladder that something in the function leads to.
func (x *Index) vague(e *event, s step) bool {
	if e.kind != eventAnswer {
		return false
	}
	if e.answer.StatusKnown && e.answer.oneOf > 1 {
		return refuses(e.answer.Status) && x.mayAnswer(e.answer.Status, s)
	}
	return !e.answer.StatusKnown
}

// request is what is known of a request before it is sent.
type request struct {
	method string
	// path is known where the route has no parameters; params are those for which
	// the document has a literal.
	path   string
	params map[string]string
	// pattern is the route's path as routers that write ":name" show it; empty
	// where it has more than such parameters.
	pattern string
}

func requestOf(r *routes.Route, op *spec.Operation) request {
	rq := request{method: r.Method, params: map[string]string{}}
	if !strings.ContainsAny(r.Path, "{*") && !r.PrefixUnknown {
		rq.path = r.Path
	}
	if !strings.Contains(r.Path, "...}") && !strings.ContainsAny(r.Path, ":*") && !r.PrefixUnknown {
		rq.pattern = strings.NewReplacer("{", ":", "}", "").Replace(r.Path)
	}
	if op == nil {
		return rq
	}
	rq.method = op.Method
	doc, own := routes.Segments(op.Path), routes.Segments(r.Path)
	for back := 1; back <= len(doc) && back <= len(own); back++ {
		seg, lit := own[len(own)-back], doc[len(doc)-back]
		if strings.HasPrefix(seg, "{") && !strings.Contains(lit, "{") {
			name, _, _ := strings.Cut(strings.Trim(seg, "{}"), ":")
			rq.params[name] = lit
		}
	}
	return rq
}

func (rq request) key() string { return fmt.Sprint(rq.method, " ", rq.path, rq.pattern, rq.params) }

// chain runs the middleware in order, then the handler. What one puts into the
// context the next finds there.
func (x *Index) chain(r *routes.Route, rq request, absent bool) []step {
	chain := append(append([]routes.Handler(nil), r.Middleware...), r.Handler)
	store := map[string]value{}
	var steps []step
	for i, h := range chain {
		done := x.stepOf(h, absent, store, rq, behind(chain[i+1:]))
		steps, store = append(steps, done.step), done.store
	}
	return steps
}

func behind(chain []routes.Handler) map[token.Pos]bool {
	keys := map[token.Pos]bool{}
	for _, h := range chain {
		keys[h.Key] = true
	}
	return keys
}

// stepDone is a step with the context that it leaves.
type stepDone struct {
	step
	store map[string]value
	// usedRequest: it depends on the request's method or path.
	usedRequest bool
}

// stepOf runs one function of a chain; routes share most of their middleware,
// so that what was run once is remembered.
func (x *Index) stepOf(h routes.Handler, absent bool, store map[string]value, rq request, behind map[token.Pos]bool) stepDone {
	key := fmt.Sprintf("%d %s %t %s [%s]", h.Key, h.Name, absent, boundKey(h), x.storeKey(store))
	for _, b := range h.Bound {
		key += fmt.Sprint(b.Handler != nil && behind[b.Handler.Key])
	}
	if done, ok := x.steps[key]; ok && !done.usedRequest {
		return done
	}
	if done, ok := x.steps[key+"|"+rq.key()]; ok {
		return done
	}
	m := newMachine(x, absent)
	m.request, m.behind, m.store = rq, behind, maps.Clone(store)
	var st step
	m.settle(func() *outcome {
		st = m.step(h)
		return st.out
	})
	m.leave()
	st.over, st.handsOver, st.entered = m.over, m.handsOver, m.entered()
	done := stepDone{st, m.store, m.usedRequest}
	m.end()
	x.steps[key] = done
	if done.usedRequest {
		x.steps[key+"|"+rq.key()] = done
	}
	return done
}

func (x *Index) storeKey(store map[string]value) string {
	var parts []string
	for k, v := range store {
		parts = append(parts, k+"="+string(x.appendKey(nil, v, true)))
	}
	sort.Strings(parts)
	return strings.Join(parts, ";")
}

func (m *machine) step(h routes.Handler) step {
	fn := m.x.byKey[h.Key]
	if fn == nil || !h.Key.IsValid() {
		kind := m.x.classOf(h)
		if h.Body != nil {
			kind = broken
		}
		return step{handler: h, class: kind, served: served{out: &outcome{clean: true, passes: true}, next: true}}
	}
	if !servesAnything(fn.SSA.Signature, 0) { // captured by a middleware, none itself
		return step{handler: h, class: transparent, served: served{out: &outcome{clean: true, passes: true}, next: true}}
	}
	c := m.bound(h, fn)
	if fn.SSA.Signature.Recv() != nil {
		v := m.handlerValue(h, fn)
		return step{handler: h, class: ours, served: m.serveMethod(target{m.closure(fn, nil), v.fn.free}, 0)}
	}
	return step{handler: h, class: ours, served: m.serve(c, 0)}
}

// judge looks for the first function of the chain that stops a request without
// credentials and lets one with credentials pass.
func (x *Index) judge(without, with []step) Access {
	unclear, open := "", ""
	last := len(without) - 1
	for i := range without {
		var a Access
		if i < last {
			a = x.middleware(without[i], with[i])
		} else {
			a = x.handler(without[i], with[i])
		}
		if h := without[i].handler; a.Guard == Guarded && h.Conditional {
			a = Access{Guard: Unclear, Reason: fmt.Sprintf("whether %s applies depends on something that is not known before the program runs", h.Name)}
		}
		switch a.Guard {
		case Guarded:
			a.By, a.InHandler = without[i].handler.Name, i == last
			return a
		case Open:
			open += a.Reason
		case Unclear:
			if unclear == "" {
				unclear = a.Reason
			}
		}
	}
	if unclear != "" {
		return Access{Guard: Unclear, Reason: unclear}
	}
	return Access{Guard: Open, Reason: open}
}

func (x *Index) middleware(without, with step) Access {
	name := without.handler.Name
	switch without.class {
	case authenticates:
		return Access{Guard: Guarded, Where: without.handler.Pos, Status: 401, Credential: name}
	case transparent:
		return Access{Guard: Open}
	case broken:
		return Access{Guard: Unclear, Reason: fmt.Sprintf("the package of middleware %s does not type-check", name)}
	case foreign:
		return Access{Guard: Unclear, Reason: fmt.Sprintf("the source of middleware %s is not in the module", name)}
	}
	if !without.known {
		if looksLikeAuth(name) {
			return Access{Guard: Unclear, Reason: fmt.Sprintf("middleware %s could not be followed", name)}
		}
		return Access{Guard: Open}
	}
	refusal, cred := without.refusal(), credentialOf(without.out)
	if !without.next {
		if with.next && (refusal != nil || stops(without.out) || without.out.bad) {
			return x.guarded(refusal, cred)
		}
		return Access{Guard: Open} // stops every request, or none: not a matter of credentials
	}
	if refusal == nil || !refuses(refusal.answer.Status) {
		return Access{Guard: Open}
	}
	if cred == "" && (!looksLikeAuth(name) || refusal.answer.oneOf > 1) {
		return Access{Guard: Open}
	}
	return x.partly(name, without.out, refusal, cred)
}

// partly judges a function that refuses on some paths and lets pass on others,
// by what the branches depend on that the run could not decide.
func (x *Index) partly(name string, out *outcome, refusal *event, cred string) Access {
	var onRequest, onOperand *event
	for i, e := range out.events {
		if e.kind != eventOpen {
			continue
		}
		switch {
		case e.cond.operand && onOperand == nil:
			onOperand = &out.events[i]
		case (e.cond.request || e.cond.input != 0) && onRequest == nil:
			onRequest = &out.events[i]
		}
	}
	switch {
	case onRequest != nil:
		return Access{Guard: Unclear, Reason: fmt.Sprintf("%s refuses depending on the request (%s)", name, x.program.Position(onRequest.pos))}
	case onOperand != nil:
		return Access{Guard: Unclear, Reason: fmt.Sprintf("%s refuses depending on how it is set up (%s)", name, x.program.Position(onOperand.pos))}
	}
	return x.guarded(refusal, cred) // only configuration turns it off
}

func (x *Index) guarded(refusal *event, cred string) Access {
	a := Access{Guard: Guarded, Credential: cred}
	if refusal != nil {
		a.Where = x.program.Position(refusal.place())
		if refusal.answer.Status < 500 { // a helper's last resort is not how it refuses
			a.Status = refusal.answer.Status
		}
	}
	return a
}

// handler judges the last function: without credentials no path ends well, and
// some path says that credentials are why.
func (x *Index) handler(without, with step) Access {
	if without.class == broken {
		return Access{Guard: Unclear, Reason: fmt.Sprintf("the package of handler %s does not type-check", without.handler.Name)}
	}
	if fn := x.byKey[without.handler.Key]; without.class != ours && fn != nil && isService(fn.SSA.Signature) {
		return Access{Guard: Unclear, Reason: fmt.Sprintf("handler %s gets what generated code took out of the request; whom it turns away was not followed", without.handler.Name)}
	}
	if without.class != ours {
		return Access{Guard: Unclear, Reason: fmt.Sprintf("the source of handler %s is not in the module", without.handler.Name)}
	}
	if !without.known && !without.service {
		return Access{Guard: Unclear, Reason: fmt.Sprintf("handler %s could not be followed", without.handler.Name)}
	}
	refusal := x.ownRefusal(without)
	cred := credentialOf(without.out)
	if refusal == nil || !refuses(refusal.answer.Status) || cred == "" {
		return Access{Guard: Open}
	}
	if !without.out.clean && with.out.clean {
		return x.guarded(refusal, cred)
	}
	if without.out.leaky {
		return Access{Guard: Open, Reason: fmt.Sprintf("%s refuses with %d at %s and goes on all the same",
			without.handler.Name, refusal.answer.Status, x.program.Position(refusal.place()))}
	}
	if without.out.clean == with.out.clean && !x.newRefusal(without.out, with.out) {
		return Access{Guard: Open}
	}
	return Access{Guard: Unclear, Reason: fmt.Sprintf("handler %s refuses with %d on some paths (%s)",
		without.handler.Name, refusal.answer.Status, x.program.Position(refusal.place()))}
}

// newRefusal reports whether credentials make any difference to what happens.
func (x *Index) newRefusal(without, with *outcome) bool {
	return len(without.events) != len(with.events)
}

// refusal is the first answer that turns the client away, 401 and 403 first,
// then any other error.
func (s step) refusal() *event {
	var other *event
	for i := range s.out.events {
		e := &s.out.events[i]
		if e.answer == nil || e.kind == eventMade && (!e.answer.Returned || e.fn != s.fn) {
			continue // an error that is made may be dropped again; one that is handed on is not
		}
		if refuses(e.answer.Status) {
			return e
		}
		if other == nil && e.answer.Status >= 300 {
			other = e
		}
	}
	return other
}

// place is where the outermost function came by the event.
func (e *event) place() token.Pos {
	if e.site.IsValid() {
		return e.site
	}
	return e.pos
}

func stops(out *outcome) bool {
	for _, e := range out.events {
		if e.kind == eventStop || e.kind == eventAnswer {
			return true
		}
	}
	return false
}

func credentialOf(out *outcome) string {
	for _, e := range out.events {
		if e.kind == eventCredential {
			return e.name
		}
	}
	return ""
}

// permissions are refusals that remain when the credentials are there. One line
// of a shared error ladder may be perhaps for one function and certain for another.
func (x *Index) permissions(with []step) (certain, perhaps []report.Related) {
	type refusal struct {
		at  token.Pos
		one bool
	}
	seen := map[refusal]bool{}
	for _, s := range with {
		for _, e := range s.out.events {
			if e.answer == nil || e.answer.Status != 403 {
				continue
			}
			r := refusal{e.pos, e.answer.oneOf <= 1 || x.raisesItself(403, s)}
			if seen[r] {
				continue
			}
			seen[r] = true
			at := report.Related{Position: x.program.Position(e.place()), Message: s.handler.Name + " answers 403"}
			if !r.one {
				at.Message = s.handler.Name + " answers 403 or another status"
				perhaps = append(perhaps, at)
			} else {
				certain = append(certain, at)
			}
		}
	}
	return certain, perhaps
}
