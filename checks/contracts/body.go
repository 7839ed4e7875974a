package contracts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RequestBodyMismatch is the rule request-body-mismatch.
var RequestBodyMismatch = rule.Rule{
	ID: "request-body-mismatch", Title: "a request body that is decoded otherwise than documented",
	Section: rule.Endpoints, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "A client that sends what the document asks for is refused, or part of what it sends is silently dropped.",
	Fix: "Decode into a type with the schema's property names and JSON types, or correct the schema.",
	Limits: "Only JSON bodies are compared: required properties and the JSON types of those that both sides know. Types with their own " +
		"unmarshalling, maps, interfaces and schemas with alternatives are inconclusive. The types of a generated server are trusted where they agree with this document. " +
		"Of a body that is decoded several times, the type that fits best counts.",
	Judged:  rule.Judged{Read: 16, True: 15, Disputed: 1},
	Example: notesExample,
}

func requestBodies(x *behaviour.Index, rows []handled) report.Criterion {
	t := report.Examine(RequestBodyMismatch)
	for _, h := range rows {
		op := h.row.Operation
		if op == nil {
			continue
		}
		h.row.Body = report.FacetNotApplicable
		if op.Body == nil {
			continue
		}
		media := jsonMedia(op.Body.Content)
		if media == nil {
			h.row.Body = report.FacetInconclusive
			continue
		}
		h.row.Body = requestBody(t, x, h, media)
	}
	return t.Criterion("no operation with a route takes a JSON body")
}

// requestBody judges one operation with a JSON body.
func requestBody(t *report.Tally, x *behaviour.Index, h handled, media *spec.Media) report.Facet {
	name, op := h.row.Name(), h.row.Operation
	undecided := func(at report.Position, reason string) report.Facet {
		t.Undecided(name+": "+reason, report.Related{Position: at, Message: name})
		compareBody(h, media, report.FacetInconclusive, reason, at)
		return report.FacetInconclusive
	}
	if g, ok := generated(x, h); ok {
		return trust(t, h, report.BodyFacet, g.body)
	}
	if !h.Known {
		return undecided(h.row.Route.Pos, h.Reason)
	}
	bodies, form := bodyInputs(h.Summary)
	if in := bodyParameter(x, h); len(bodies) == 0 && in != nil {
		bodies = append(bodies, in)
	}
	if len(bodies) == 0 {
		if promisesNothing(h.row.Document, media.Schema) {
			return report.FacetNotApplicable
		}
		if ignoresBody(x, h) {
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s takes a JSON body, but %s never reads it; decode it or remove it from the document", name, handlerName(h)),
				Position: orElse(h.row.Route.Handler.Pos, h.row.Route.Pos), Endpoint: name, Anchor: name, Related: []report.Related{{Position: op.Body.Pos, Message: "the body is declared here"}},
			})
			compareBody(h, media, report.FacetAbsent, "nothing reads it", report.Position{})
			return report.FacetAbsent
		}
		if form != nil && len(op.Body.Content) == 1 && !isDeclared(op, form.Name) && len(h.Whole) == 0 {
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s takes a JSON body, but %s reads %q as a form value; decode the JSON", name, handlerName(h), form.Name),
				Position: form.Pos, Endpoint: name, Anchor: name, Related: []report.Related{{Position: op.Body.Pos, Message: "the body is declared here"}},
			})
			compareBody(h, media, report.FacetMismatch, fmt.Sprintf("read as form value %q", form.Name), form.Pos)
			return report.FacetMismatch
		}
		return undecided(h.row.Route.Pos, "where the body is decoded was not found")
	}
	in, c := bestFit(h.row.Document, media.Schema, bodies)
	if in.Type == nil {
		return undecided(in.Pos, "the type that the body is decoded into is not known")
	}
	related := []report.Related{{Position: in.Pos, Message: "decoded into " + goName(in.Type)}}
	switch {
	case len(c.differences) > 0:
		compareBody(h, media, report.FacetMismatch, "decoded into "+goName(in.Type), in.Pos)
		t.Fail(report.Finding{
			Message:  fmt.Sprintf("%s: %s%s; make the schema and the type agree", name, c.differences[0], more(c.differences)),
			Position: in.Site, Endpoint: name, Anchor: name,
			Related: []report.Related{{Position: schemaPos(h.row.Document, media), Message: "the schema"}},
		})
		return report.FacetMismatch
	case len(c.unsure) > 0:
		return undecided(in.Pos, c.unsure[0])
	}
	t.Pass(related...)
	compareBody(h, media, report.FacetOK, "decoded into "+goName(in.Type), in.Pos)
	return report.FacetOK
}

// ignoresBody: the handler was followed to its end, and neither it nor what stands
// before it takes hold of the body.
func ignoresBody(x *behaviour.Index, h handled) bool {
	if !h.Complete || !h.Succeeds || h.OpensBody || h.row.Route.Unseen != "" {
		return false
	}
	return !slices.ContainsFunc(h.row.Route.Middleware, func(m routes.Handler) bool {
		if s := x.Handler(m); s.Known {
			return s.OpensBody
		}
		return x.MayReadBody(m)
	})
}

// promisesNothing: an object without members, as generators declare for handlers
// that get no body.
func promisesNothing(d *spec.Document, s *spec.Schema) bool {
	s = d.Resolve(s)
	return s != nil && len(s.Properties)+len(s.Required)+len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) == 0 && s.Items == nil &&
		s.AdditionalProperties == nil && len(s.Types) == 1 && s.Types[0] == "object"
}

func isDeclared(op *spec.Operation, name string) bool {
	return slices.ContainsFunc(op.Parameters, func(p spec.Parameter) bool { return p.Name == name })
}

func more(differences []string) string {
	if len(differences) < 2 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", len(differences)-1)
}

func schemaPos(d *spec.Document, m *spec.Media) report.Position {
	if s := d.Resolve(m.Schema); s != nil && s.Pos.IsValid() {
		return s.Pos
	}
	return m.Pos
}

func handlerName(h handled) string {
	if h.row.Route.Handler.Name != "" {
		return h.row.Route.Handler.Name
	}
	return "the handler"
}

// bestFit is the decoding of a body that agrees with the schema most: what one
// type refuses may be tried with the next, so that only where all of them
// disagree something is wrong.
func bestFit(d *spec.Document, s *spec.Schema, bodies []*behaviour.Input) (*behaviour.Input, *comparison) {
	rank := func(c *comparison) int {
		switch {
		case len(c.differences) > 0 && strings.HasPrefix(c.differences[0], orBody("")):
			return 3
		case len(c.differences) > 0:
			return 2
		}
		return min(len(c.unsure), 1)
	}
	var best *behaviour.Input
	var of *comparison
	for _, in := range bodies {
		if in.Type == nil {
			return in, nil
		}
		if c := compare(d, s, in.Type, incoming); best == nil || rank(c) < rank(of) {
			best, of = in, c
		}
	}
	return best, of
}

// bodyInputs are where the body is decoded, and the first form value read.
func bodyInputs(s *behaviour.Summary) (bodies []*behaviour.Input, form *behaviour.Input) {
	for i := range s.Inputs {
		in := &s.Inputs[i]
		switch {
		case in.Decodes && (in.Place == "body" || in.Place == "request"):
			bodies = append(bodies, in)
		case in.Place == "form" && in.Name != "" && form == nil:
			form = in
		}
	}
	return bodies, form
}

// bodyParameter is a body that generated code decodes and hands to the handler
// beside the request.
func bodyParameter(x *behaviour.Index, h handled) *behaviour.Input {
	fn := h.row.Route.Handler.Func
	if fn == nil {
		return nil
	}
	for i := range fn.Signature().Params().Len() {
		p := fn.Signature().Params().At(i)
		if n := namedOf(p.Type()); n != nil && strings.Contains(n.Obj().Name(), "Body") && x.InGenerated(n.Obj().Pos()) {
			return &behaviour.Input{Place: "body", Type: p.Type(), Decodes: true, Pos: h.row.Route.Handler.Pos, Site: h.row.Route.Handler.Pos}
		}
	}
	return nil
}
