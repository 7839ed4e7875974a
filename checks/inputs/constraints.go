package inputs

import (
	"cmp"
	"fmt"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Unenforced is the rule constraint-unenforced.
var Unenforced = rule.Rule{
	ID: "constraint-unenforced", Title: "constraints of the document that the code does not enforce, or otherwise",
	Section: rule.Endpoints, Severity: rule.Minor, Ratio: true, Since: "1.0.0",
	Why: "The document tells clients what is refused. Where the code draws no line, or another one, values get in that nobody expects, " +
		"or clients are refused what they were promised.",
	Fix: "Hold each value against its constraint before use and answer 400 or 422: a tag with a validator that is called, or a comparison. " +
		"Where both sides draw a line, draw the same.",
	Limits: "Constraints that only the database enforces count as unenforced: its errors come after the fact. That a number, a boolean or an object is there " +
		"cannot be told from Go's zero value and is not judged, nor are formats that are not in the OpenAPI registry. " +
		"A value that goes where it cannot be followed, a function that is not known, or a condition on something else make its constraints inconclusive.",
	Judged:  rule.Judged{Read: 90, True: 88, Disputed: 1},
	Example: unenforcedExample,
}

// constraints judges the demands of every operation, and lists them in the
// matrix.
func constraints(r *check.Repo, x *behaviour.Index) report.Criterion {
	t := report.Examine(Unenforced)
	for _, e := range r.Matrix.Endpoints {
		if e.Route == nil || e.Operation == nil || e.Status == report.Stub || e.Route.Static {
			continue
		}
		tell(t, e, demandsOf(e, x.Route(e.Route, e.Operation), r.Program))
	}
	return t.Criterion("no operation with a route takes in a value that has constraints")
}

// demandsOf are the document's demands on what an operation takes in.
func demandsOf(e *matrix.Endpoint, s *behaviour.Summary, p *load.Program) []demand {
	c := &collector{doc: e.Document, at: func(o types.Object) report.Position { return p.Position(o.Pos()) }}
	c.operation(e, s)
	return c.demands
}

// operation lists the demands on everything that the operation takes in.
func (c *collector) operation(e *matrix.Endpoint, s *behaviour.Summary) {
	for _, p := range e.Operation.Parameters {
		place := fmt.Sprintf("%s %q", p.In, p.Name)
		sites := c.parameterSites(e, s, p)
		if len(sites) == 0 {
			continue // what nothing reads is judged as a difference of parameters
		}
		schema := merged(c.doc, p.Schema, 0)
		if p.Required && p.In != "path" && schema != nil {
			c.required(place, schema, p.Pos, sites)
		}
		c.value(place, p.Schema, p.Pos, sites, 0)
	}
	if e.Operation.Body == nil {
		return
	}
	for _, m := range e.Operation.Body.Content {
		if sites := c.bodySites(s, m, asksWho(e.Operation, s)); len(sites) > 0 {
			c.value("", m.Schema, m.Pos, sites, 0)
			c.examples(m, sites)
			return // the others describe the same
		}
	}
}

// parameterSites are where the code reads a parameter, by itself or with others
// into a struct.
func (c *collector) parameterSites(e *matrix.Endpoint, s *behaviour.Summary, p spec.Parameter) []site {
	name := p.Name
	if p.In == "path" {
		local, ok := e.Route.LocalName(e.Operation.Path, p.Name)
		if !ok {
			return nil
		}
		name = local
	}
	var out []site
	for i := range s.Inputs {
		in := &s.Inputs[i]
		switch {
		case !in.Decodes && in.Place == p.In && (in.Name == name || p.In == "header" && strings.EqualFold(in.Name, name)),
			!in.Decodes && p.In == "query" && in.Place == "form" && in.Name == name:
			out = append(out, site{input: in, typ: in.Type, whole: s.Complete && s.Succeeds})
		case in.Decodes && (in.Place == p.In || in.Place == "request"):
			if st, ok := structOf(in.Type); ok {
				if path, f := c.field(st, name, false); f != nil {
					out = append(out, site{input: in, path: path, typ: f.Type(), field: c.at(f), whole: s.Complete && s.Succeeds})
				}
			}
		}
	}
	return out
}

func structOf(t types.Type) (*types.Struct, bool) {
	if t = deref(t); t == nil {
		return nil, false
	}
	st, ok := t.Underlying().(*types.Struct)
	return st, ok
}

// bodySites are where the code decodes a body of the media type.
func (c *collector) bodySites(s *behaviour.Summary, m spec.Media, credential bool) []site {
	var out []site
	for i := range s.Inputs {
		in := &s.Inputs[i]
		if s.Known && in.Decodes && in.Type != nil && (in.Place == "body" || in.Place == "request" || in.Place == "form" && !m.IsJSON()) {
			out = append(out, site{input: in, typ: in.Type, json: m.IsJSON(), whole: s.Complete && s.Succeeds, credential: credential && comparesSecret(in)})
		}
	}
	return out
}

// comparesSecret reports whether a secret in the input is held against the one
// that is kept, rather than kept anew.
func comparesSecret(in *behaviour.Input) bool {
	return slices.ContainsFunc(in.Checks, func(c behaviour.Check) bool {
		return c.Test.Call == "lookup" && secretMember.MatchString(c.Path) && comparing.MatchString(c.Test.Arg)
	})
}

var (
	secretMember = regexp.MustCompile(`(?i)pass|secret|\bpin\b|otp|token|credential`)
	comparing    = regexp.MustCompile(`(?i)^(compare|verify|check)`)
)

// asksWho reports whether an operation takes credentials in, as a login does: its
// handler itself answers 401, and the document says so.
func asksWho(op *spec.Operation, s *behaviour.Summary) bool {
	return slices.ContainsFunc(op.Responses, func(r spec.Response) bool { return r.Status == "401" }) &&
		slices.ContainsFunc(s.Answers, func(a behaviour.Answer) bool { return a.Status == 401 })
}

// tell counts the demands of one operation, reports those that are not met and
// lists all of them in the matrix. Where nothing at all is validated that is one
// defect, told by its own rule.
func tell(t *report.Tally, e *matrix.Endpoint, demands []demand) {
	validator, whole := specValidator(e)
	var open []told
	for _, d := range demands {
		r := ruling{facet: report.FacetOK, by: validator + " holds requests against the document", pos: e.Route.Pos}
		if !whole {
			r = d.rule()
		}
		if unseen := e.Route.Unseen; unseen != "" && (r.facet == report.FacetAbsent || r.facet == report.FacetMismatch) {
			r.facet, r.by = report.FacetInconclusive, mayValidate(unseen)
		}
		e.Compare(report.ValidationFacet, constraintRow(d, r))
		switch r.facet {
		case report.FacetOK:
			t.Pass(report.Related{Position: r.pos, Message: fmt.Sprintf("%s: %s: %s", e.Name(), d, r.by)})
		case report.FacetInconclusive:
			t.Undecided(fmt.Sprintf("%s: %s: %s", e.Name(), d, r.by), report.Related{Position: r.pos, Message: e.Name() + " " + d.String()})
		case report.FacetMismatch:
			t.Fail(contradiction(e, d, r))
		default:
			open = append(open, told{d, r})
		}
	}
	if len(open) > 0 && e.Validation != report.FacetAbsent {
		t.FailN(len(open), unenforced(e, open))
	}
	if slices.ContainsFunc(e.Evidence[report.ValidationFacet], func(c report.Comparison) bool {
		return c.State == report.FacetMismatch || c.State == report.FacetAbsent
	}) && e.Validation == report.FacetOK {
		e.Validation = report.FacetMismatch
	}
}

// told is a demand with what became of it.
type told struct {
	demand
	ruling
}

func constraintRow(d demand, r ruling) report.Comparison {
	words := r.by
	if r.facet == report.FacetMismatch {
		words = "the code says " + r.got + " (" + r.by + ")"
	}
	if r.facet == report.FacetAbsent {
		words = "nothing enforces it"
	}
	return report.Comparison{Place: d.place, Text: d.text, State: r.facet, Words: words, Spec: d.pos, Code: r.pos}
}

// contradiction is the finding about a line that the code draws elsewhere.
func contradiction(e *matrix.Endpoint, d demand, r ruling) report.Finding {
	does := fmt.Sprintf("lets %s through beyond what the document allows: %s (%s) against %s", d.place, r.got, r.by, d.text)
	if r.stricter {
		does = fmt.Sprintf("refuses %s that the document allows: %s (%s) against %s", d.place, r.got, r.by, d.text)
	}
	return report.Finding{
		Message:  fmt.Sprintf("%s %s in %s; let both draw the same line", e.Name(), does, d.pos),
		Position: cmp.Or(r.pos, d.sites[0].field, d.sites[0].input.Site), Endpoint: e.Name(), Anchor: e.Name() + " " + d.String(),
		Related: []report.Related{{Position: d.pos, Message: "the document: " + d.String()}},
	}
}

// namedInMessage bounds the constraints that a message names; all are related.
const namedInMessage = 3

// unenforced is the finding about the constraints of an operation that nothing
// enforces.
func unenforced(e *matrix.Endpoint, open []told) report.Finding {
	var names []string
	var related []report.Related
	for i, o := range open {
		if i < namedInMessage {
			names = append(names, o.String())
		}
		related = append(related, report.Related{Position: o.demand.pos, Message: o.String()})
	}
	list := strings.Join(names, "; ")
	if more := len(open) - len(names); more > 0 {
		list += fmt.Sprintf("; and %d more", more)
	}
	noun := "a constraint"
	if len(open) > 1 {
		noun = fmt.Sprintf("%d constraints", len(open))
	}
	in := open[0].sites[0].input
	return report.Finding{
		Message:  fmt.Sprintf("%s does not enforce %s of the document: %s; check before use and answer 400 or 422", e.Name(), noun, list),
		Position: cmp.Or(in.Site, in.Pos), Endpoint: e.Name(), Anchor: e.Name(), Related: related,
	}
}
