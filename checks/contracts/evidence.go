package contracts

import (
	"cmp"
	"fmt"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// What follows lists, for people, what the facets parameters, body and responses
// rest on: each thing that the document says, beside the line of the code.

// compareParameters lists the declared parameters, then the reads of others.
func compareParameters(x *behaviour.Index, h handled, all *reads, declared []spec.Parameter, undeclared []behaviour.Input) {
	op := h.row.Operation
	for _, p := range declared {
		c := report.Comparison{Place: fmt.Sprintf("%s %q", p.In, p.Name), Text: parameterWords(h.row.Document, p), Spec: orElse(p.Pos, op.Pos)}
		name, ok := localName(h, p)
		in, read := all.find(p.In, name)
		switch {
		case !ok:
			c.State, c.Words, c.Code = report.FacetOK, "the route has a literal there", h.row.Route.Pos
		case read:
			c.State, c.Words, c.Code = report.FacetOK, readWords(in), in.Pos
		case all.mayRead(x, p.In, name):
			c.State, c.Words, c.Code = report.FacetInconclusive, "code that could not be followed may read it", h.row.Route.Handler.Pos
		default:
			c.State, c.Words = report.FacetAbsent, "nothing reads it"
		}
		h.row.Compare(report.ParametersFacet, c)
	}
	for _, in := range undeclared {
		h.row.Compare(report.ParametersFacet, report.Comparison{
			Place: fmt.Sprintf("%s %q", in.Place, in.Name), Text: "not declared", State: report.FacetMismatch, Words: "read all the same", Spec: op.Pos, Code: in.Pos,
		})
	}
}

// parameterWords are what the document says of a parameter: "integer, required".
func parameterWords(d *spec.Document, p spec.Parameter) string {
	words := cmp.Or(jsonType(d, d.Resolve(p.Schema), 0), "any type")
	if p.Required && p.In != "path" {
		words += ", required"
	}
	return words
}

func readWords(in behaviour.Input) string {
	if is := parsedAs(in); is != "" {
		return "read as " + article(is)
	}
	return "read"
}

// compareBody adds the one line of the facet body.
func compareBody(h handled, media *spec.Media, state report.Facet, words string, at report.Position) {
	h.row.Compare(report.BodyFacet, report.Comparison{
		Place: media.Type, Text: schemaWords(media.Schema), State: state, Words: words, Spec: orElse(media.Pos, h.row.Operation.Body.Pos), Code: at,
	})
}

// schemaWords names a schema: by its reference, else by its type.
func schemaWords(s *spec.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	case s.Items != nil:
		return strings.TrimSpace("array of " + schemaWords(s.Items))
	}
	return strings.Join(s.Types, " or ")
}

// verdictOn is what came out for one status; the zero value is that all agrees.
type verdictOn struct {
	status int
	state  report.Facet
	words  string
}

// compareResponses lists the documented answers that the code gives, and the
// ones that it gives besides. What failed, or could not be decided, stands with
// its status, or on a line of its own.
func compareResponses(h handled, v verdictOn) {
	op, told := h.row.Operation, v.state == ""
	for _, r := range op.Responses {
		a, written := answerFor(h, op, r)
		c := report.Comparison{Place: r.Status, Text: contentWords(r), State: report.FacetOK, Spec: orElse(r.Pos, op.Pos)}
		switch {
		case !told && (v.status != 0 && r.Covers(v.status) && r.Status != "default"):
			c.State, c.Words, told = v.state, v.words, true
			if written {
				c.Code = a.Site
			}
		case written:
			c.Words, c.Code = answerWords(a), a.Site
		default:
			continue // nothing was seen to write it
		}
		h.row.Compare(report.ResponsesFacet, c)
	}
	if !told {
		h.row.Compare(report.ResponsesFacet, report.Comparison{State: v.state, Words: v.words, Spec: op.Pos, Code: orElse(h.row.Route.Handler.Pos, h.row.Route.Pos)})
	}
	if a, unknown := h.UnknownRefusal(op); unknown {
		h.row.Compare(report.ResponsesFacet, report.Comparison{
			Place: strconv.Itoa(a.Status), Text: "not documented", State: report.FacetMismatch, Words: answerWords(a), Spec: op.Pos, Code: a.Site,
		})
	}
}

// answerFor is an answer that a documented one stands for: the status itself
// rather than its class.
func answerFor(h handled, op *spec.Operation, r spec.Response) (behaviour.Answer, bool) {
	exactly := func(status int) bool {
		return slices.ContainsFunc(op.Responses, func(o spec.Response) bool { return o.Status == strconv.Itoa(status) })
	}
	i := slices.IndexFunc(h.Answers, func(a behaviour.Answer) bool {
		return a.StatusKnown && (r.Status == strconv.Itoa(a.Status) || r.Covers(a.Status) && !exactly(a.Status) && !(r.Status == "default" && a.Status < 400))
	})
	if i < 0 {
		return behaviour.Answer{}, false
	}
	return h.Answers[i], true
}

func contentWords(r spec.Response) string {
	if len(r.Content) == 0 {
		return "no body"
	}
	return strings.TrimSpace(r.Content[0].Type + " " + schemaWords(r.Content[0].Schema))
}

func answerWords(a behaviour.Answer) string {
	switch {
	case a.Returned:
		return "an error that is handed on"
	case !a.HasBody:
		return "no body"
	case a.Empty:
		return "an empty object"
	case a.Keys != "":
		return "a map with " + shortNames(strings.Split(a.Keys, ","))
	case a.Type == nil:
		return "a body"
	}
	return types.TypeString(a.Type, func(p *types.Package) string { return p.Name() })
}

// trust judges a facet of a generated server by whether its types agree with the
// document; reason says why they do not.
func trust(t *report.Tally, h handled, facet, reason string) report.Facet {
	state := trusted(t, h, reason)
	h.row.Compare(facet, report.Comparison{
		State: state, Words: cmp.Or(reason, "the generated server agrees with the document"), Spec: h.row.Operation.Pos, Code: h.row.Route.Handler.Pos,
	})
	return state
}
