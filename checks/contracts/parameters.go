package contracts

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// ParameterMismatch is the rule parameter-mismatch.
var ParameterMismatch = rule.Rule{
	ID: "parameter-mismatch", Title: "parameters that are read otherwise than declared",
	Section: rule.Endpoints, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "A declared parameter that nothing reads has no effect; one that is read but not declared is unknown to every client.",
	Fix: "Read each declared parameter under its name and place, and declare those that are read.",
	Limits: "Path parameters are matched by position, since the router has names of its own. Credentials, standard headers and parameters " +
		"that middleware reads are not expected in the document, nor are headers that the module sets on requests itself. Names that are not constants make an operation inconclusive. " +
		"A generated server reads what its struct of parameters has. " +
		"Known to be wrong when a helper that many operations share reads a parameter which only some of them use, " +
		"and for handlers that are switched off in the build that is analysed and on in another.",
	Judged:  rule.Judged{Read: 32, True: 29, Disputed: 2},
	Example: notesExample,
}

func parameters(x *behaviour.Index, rows []handled, internal map[string]bool) report.Criterion {
	t := report.Examine(ParameterMismatch)
	for _, h := range rows {
		if h.row.Operation != nil {
			h.row.Parameters = parametersOf(t, x, h, internal)
		}
	}
	return t.Criterion("no operation with a route has parameters")
}

// reads are the parameters that a chain reads, by "place name".
type reads struct {
	named map[string]behaviour.Input
	// whole places are read or handed on without names.
	whole map[string]bool
	// untagged fields, in lower case, are filled from what has their name.
	untagged map[string]bool
	// credentials are looked at as such, which is a way to read them.
	credentials map[string]bool
	// handed are places that others got undivided, unseen is middleware that could
	// not be followed.
	handed []behaviour.Whole
	unseen []routes.Handler
}

func newReads() *reads {
	return &reads{named: map[string]behaviour.Input{}, whole: map[string]bool{}, untagged: map[string]bool{}, credentials: map[string]bool{}}
}

// mayRead reports whether code that could not be followed may read a parameter.
func (r *reads) mayRead(x *behaviour.Index, place, name string) bool {
	return r.whole[place] || r.whole["request"] ||
		slices.ContainsFunc(r.handed, func(w behaviour.Whole) bool { return w.Place == place && x.MayGet(w, name) }) ||
		slices.ContainsFunc(r.unseen, func(m routes.Handler) bool { return x.MayRead(m, name) })
}

func (r *reads) add(s *behaviour.Summary) {
	for _, in := range s.Inputs {
		switch {
		case in.Decodes:
			r.addFields(in)
		case in.Name != "":
			if _, ok := r.named[in.Place+" "+in.Name]; !ok {
				r.named[in.Place+" "+in.Name] = in
			}
		default:
			r.whole[in.Place] = true
		}
	}
	r.handed = append(r.handed, s.Whole...)
	for _, c := range s.Credentials { // "header X-Admin-Password"
		if _, ok := r.named[c.Message]; !ok {
			r.credentials[c.Message] = true
		}
	}
}

// tagsOf are the struct tags by which binders fill fields from a place;
// queryTags are the only ones that the binders of some frameworks look at.
var (
	tagsOf = map[string][]string{
		"path": {"uri", "param", "path", "params"}, "query": {"query", "form", "schema", "url"}, "header": {"header", "reqHeader"}, "form": {"form"},
	}
	queryTags = map[string][]string{"gin": {"form"}, "echo": {"query"}, "fiber": {"query"}}
)

// binderTags are the tags that fill the fields of an input from a place.
func binderTags(in behaviour.Input, place string) []string {
	if own, ok := queryTags[in.Framework]; ok && place == "query" {
		return own
	}
	return tagsOf[place]
}

func (r *reads) addFields(in behaviour.Input) {
	st, ok := structOf(in.Type)
	if !ok {
		if in.Place != "body" {
			r.whole[in.Place] = true
		}
		return
	}
	for place := range tagsOf {
		if in.Place != place && in.Place != "request" {
			continue
		}
		for _, tag := range binderTags(in, place) {
			for _, f := range taggedFields(st, tag, 0) {
				r.addField(in, place, f, tag)
			}
		}
	}
}

// addField adds what a binder fills a field from. A binder of the place itself
// says more than one that fills a struct from everywhere.
func (r *reads) addField(in behaviour.Input, place string, f field, tag string) {
	if _, tagged := f.tag.Lookup(tag); !tagged {
		r.untagged[place+" "+strings.ToLower(f.v.Name())] = in.Framework != "echo" // which leaves them alone
		return
	}
	key := place + " " + f.name
	if old, ok := r.named[key]; ok && !old.Decodes {
		return
	}
	r.named[key] = behaviour.Input{Place: place, Name: f.name, Type: f.typ, Pos: in.Pos, Decodes: in.Place == "request", Spent: in.Spent}
}

func parametersOf(t *report.Tally, x *behaviour.Index, h handled, internal map[string]bool) report.Facet {
	name, op := h.row.Name(), h.row.Operation
	declared := declaredParameters(op)
	own := newReads()
	if h.Known {
		own.add(h.Summary)
	}
	undeclared := undeclaredReads(own, append(declared, ofLiteralPaths(h.row.Document, op)...), op.Method == "GET" || op.Method == "DELETE", internal)
	if len(declared) == 0 && len(undeclared) == 0 {
		return report.FacetNotApplicable
	}
	if g, ok := generated(x, h); ok {
		return trust(t, h, report.ParametersFacet, g.parameters)
	}
	if !h.Known {
		t.Undecided(name+": "+h.Reason, report.Related{Position: h.row.Route.Pos, Message: name})
		h.row.Compare(report.ParametersFacet, report.Comparison{State: report.FacetInconclusive, Words: h.Reason, Spec: op.Pos, Code: h.row.Route.Pos})
		return report.FacetInconclusive
	}
	all := newReads()
	all.add(h.Summary)
	if h.row.Route.Unseen != "" { // middleware that may read anything
		all.whole["path"], all.whole["query"], all.whole["header"] = true, true, true
	}
	for _, m := range h.row.Route.Middleware {
		s := x.Handler(m)
		if !s.Known {
			all.unseen = append(all.unseen, m)
		}
		all.add(withoutWhole(s))
	}
	compareParameters(x, h, all, declared, undeclared)
	missing, unsure := unreadParameters(x, h, all, declared)
	switch {
	case len(missing) > 0:
		p := missing[0]
		t.Fail(report.Finding{
			Message:  fmt.Sprintf("%s declares %s parameter %q, but %s never reads it%s; read it or remove it from the document", name, p.In, p.Name, handlerName(h), others(len(missing)-1)),
			Position: orElse(p.Pos, op.Pos), Endpoint: name, Anchor: name, Related: []report.Related{{Position: h.row.Route.Handler.Pos, Message: "handler " + handlerName(h)}},
		})
	case len(undeclared) > 0:
		in := undeclared[0]
		t.Fail(report.Finding{
			Message:  fmt.Sprintf("%s reads %s parameter %q, which the document does not declare%s; declare it", name, in.Place, in.Name, others(len(undeclared)-1)),
			Position: in.Pos, Endpoint: name, Anchor: name, Related: []report.Related{{Position: op.Pos, Message: "the operation"}},
		})
	case misread(h, all, declared) != nil:
		t.Fail(*misread(h, all, declared))
	case unsure || !h.Complete:
		t.Undecided(name+": parameters are read under names that are not constants", report.Related{Position: h.row.Route.Pos, Message: name})
		return report.FacetInconclusive
	default:
		t.Pass()
		return report.FacetOK
	}
	return report.FacetMismatch
}

func orElse(p, q report.Position) report.Position {
	if p.IsValid() {
		return p
	}
	return q
}

func others(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" (nor %d more)", n)
}

// ofLiteralPaths are the parameters of operations that have a literal where this
// one has a path parameter: a handler of both reads them for the other.
func ofLiteralPaths(d *spec.Document, op *spec.Operation) []spec.Parameter {
	var out []spec.Parameter
	for _, other := range literalSiblings(d, op) {
		out = append(out, other.Parameters...)
	}
	return out
}

// literalSiblings are the operations that have a literal where this one has a path
// parameter.
func literalSiblings(d *spec.Document, op *spec.Operation) []*spec.Operation {
	if d == nil || !strings.Contains(op.Path, "{") {
		return nil
	}
	var out []*spec.Operation
	for _, other := range d.Operations {
		if other != op && other.Method == op.Method && isCaseOf(other.Path, op.Path) {
			out = append(out, other)
		}
	}
	return out
}

// isCaseOf reports whether a path is one that a template stands for.
func isCaseOf(path, template string) bool {
	p, t := routes.Segments(path), routes.Segments(template)
	if len(p) != len(t) {
		return false
	}
	for i := range p {
		if p[i] != t[i] && !strings.HasPrefix(t[i], "{") {
			return false
		}
	}
	return true
}

// declaredParameters are those that a handler is expected to read itself.
func declaredParameters(op *spec.Operation) []spec.Parameter {
	var out []spec.Parameter
	for _, p := range op.Parameters {
		if p.In == "formData" || p.In == "body" || p.In == "cookie" || p.In == "header" && standardHeader.MatchString(p.Name) {
			continue
		}
		out = append(out, p)
	}
	return out
}

// standardHeader are headers that servers and middleware look at, and those
// that carry credentials.
var standardHeader = regexp.MustCompile(`(?i)^(accept|content|authorization|cookie|user-agent|referer|origin|host|if-|range|connection|upgrade|sec-|cache|x-forwarded|x-real|x-request-id|x-correlation|traceparent|x-api-key|x-auth|x-csrf|x-requested-with|forwarded|te$|via|date|etag|expect|last-event-id|x-http-method)|token|api.?key|secret|signature`)

// unreadParameters are declared ones that nothing reads.
func unreadParameters(x *behaviour.Index, h handled, all *reads, declared []spec.Parameter) (missing []spec.Parameter, unsure bool) {
	for _, p := range declared {
		name, ok := localName(h, p)
		if !ok {
			continue // the route has a literal there
		}
		if _, read := all.find(p.In, name); read {
			continue
		}
		if all.mayRead(x, p.In, name) {
			unsure = true
			continue
		}
		missing = append(missing, p)
	}
	return missing, unsure
}

// localName is the name by which the code knows a parameter: the router has its
// own for those of the path; not ok where the route has a literal there.
func localName(h handled, p spec.Parameter) (string, bool) {
	if p.In != "path" {
		return p.Name, true
	}
	return h.row.Route.LocalName(h.row.Operation.Path, p.Name)
}

// find is the read of a parameter. A form value is looked for in the query, too;
// credentials are looked at as such.
func (r *reads) find(place, name string) (behaviour.Input, bool) {
	for key := range r.credentials {
		if in, n, _ := strings.Cut(key, " "); in == place && strings.EqualFold(n, name) {
			return behaviour.Input{Place: place, Name: name}, true
		}
	}
	places := []string{place}
	if place == "query" {
		places = append(places, "form", "request")
	}
	for _, p := range places {
		if r.untagged[p+" "+strings.ToLower(name)] {
			return behaviour.Input{Place: place, Name: name}, true
		}
		for _, key := range slices.Sorted(maps.Keys(r.named)) {
			if in, n, _ := strings.Cut(key, " "); in == p && (n == name || place == "header" && strings.EqualFold(n, name) || strings.TrimSuffix(n, "[]") == strings.TrimSuffix(name, "[]")) {
				return r.named[key], true
			}
		}
	}
	return behaviour.Input{}, false
}

// undeclaredReads are query parameters and headers of its own that a handler
// reads and the document does not know.
// Binders that fill a struct from everywhere look at the query only where the
// method has no body.
func undeclaredReads(own *reads, declared []spec.Parameter, bodiless bool, internal map[string]bool) []behaviour.Input {
	var out []behaviour.Input
	for _, in := range own.named {
		if in.Decodes && !bodiless {
			continue
		}
		if in.Place == "header" && in.Site != in.Pos {
			continue // a helper of many handlers looks at it, for the log or the metrics
		}
		if in.Place != "query" && (in.Place != "header" || standardHeader.MatchString(in.Name) || internal[strings.ToLower(in.Name)]) {
			continue
		}
		known := slices.ContainsFunc(declared, func(p spec.Parameter) bool {
			return p.In == in.Place && (p.Name == in.Name || strings.EqualFold(p.Name, in.Name) && p.In == "header" ||
				strings.TrimSuffix(p.Name, "[]") == strings.TrimSuffix(in.Name, "[]"))
		})
		if !known {
			out = append(out, in)
		}
	}
	slices.SortFunc(out, func(a, b behaviour.Input) int { return strings.Compare(a.Place+a.Name, b.Place+b.Name) })
	return out
}
