// Package inputs judges whether what a handler takes out of a request is held
// against its constraints before it is used.
package inputs

import (
	"context"
	"fmt"
	"go/types"
	"reflect"
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

// Check judges validation, and sets the facet Validation.
var Check = check.Check{
	Name:  "inputs",
	Rules: []rule.Rule{Unvalidated, Unenforced},
	Run:   run,
}

// Unvalidated is the rule input-unvalidated.
var Unvalidated = rule.Rule{
	ID: "input-unvalidated", Title: "decoded input that is used without validation",
	Section: rule.Endpoints, Supports: []rule.Section{rule.Security}, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "A decoder only looks at JSON types. Empty names, negative amounts and made-up states go through to the database, " +
		"and come back as errors of the server or as wrong data.",
	Fix: "Validate the decoded value right after decoding and answer 400 or 422: a validator with tags, a Validate method, or comparisons.",
	Limits: "Any branch that depends on the value and leads to an error counts as validation of the whole value; which constraint it enforces " +
		"is told by constraint-unenforced, which also tells that a value may be missing whose type refuses what is malformed. Input that is handed to code outside the module or behind unknown interfaces is inconclusive.",
	Example: unvalidatedExample,
}

func run(_ context.Context, r *check.Repo) ([]report.Criterion, error) {
	if r.Program == nil || r.Matrix == nil {
		return nil, fmt.Errorf("judge inputs: the module was not loaded")
	}
	x := behaviour.Of(r.Program)
	t := report.Examine(Unvalidated)
	unsure := map[*matrix.Endpoint]string{}
	for _, e := range r.Matrix.Endpoints {
		if e.Route == nil || e.Operation == nil || e.Status == report.Stub {
			e.Validation = report.FacetAbsent
			if e.Operation == nil {
				e.Validation = report.FacetNotApplicable
			}
			continue
		}
		unsure[e] = judge(t, x, e, r.Program)
	}
	all := []report.Criterion{t.Criterion("no operation with a route takes input that has constraints"), constraints(r, x)}
	for e, reason := range unsure {
		if reason != "" && len(e.Evidence[report.ValidationFacet]) == 0 {
			e.Compare(report.ValidationFacet, report.Comparison{State: report.FacetInconclusive, Words: reason, Spec: e.Operation.Pos, Code: e.Route.Handler.Pos})
		}
	}
	return all, nil
}

// verdict is what one input came out as.
type verdict struct {
	facet  report.Facet
	reason string
	input  behaviour.Input
	by     report.Related
	// branched: some condition is about the input, but none was seen to refuse it.
	branched bool
}

// judge sets the facet of one operation, and says why it stays undecided.
func judge(t *report.Tally, x *behaviour.Index, e *matrix.Endpoint, p *load.Program) string {
	s := x.Route(e.Route, e.Operation)
	name := e.Name()
	if !s.Known && !constrained(e.Document, e.Operation) {
		e.Validation = report.FacetNotApplicable
		return ""
	}
	if !s.Known {
		e.Validation = report.FacetInconclusive
		t.Undecided(fmt.Sprintf("%s: %s", name, s.Reason), report.Related{Position: e.Route.Pos, Message: name})
		return s.Reason
	}
	if m, ok := specValidator(e); ok {
		e.Validation = report.FacetOK
		if constrained(e.Document, e.Operation) {
			t.Pass(report.Related{Position: e.Route.Pos, Message: fmt.Sprintf("%s: %s holds requests against the document", name, m)})
		}
		return ""
	}
	verdicts := verdictsOf(e, s)
	worst := worstOf(verdicts)
	if worst == nil {
		e.Validation = report.FacetNotApplicable
		return ""
	}
	switch {
	case worst.facet == report.FacetMismatch:
		worst.lookCloser(demandsOf(e, s, p))
	case worst.branched:
		worst.lookBehind(demandsOf(e, s, p))
	}
	if unseen := e.Route.Unseen; worst.facet == report.FacetMismatch && unseen != "" {
		worst.facet, worst.reason = report.FacetInconclusive, mayValidate(unseen)
	}
	e.Validation = worst.facet
	if worst.facet == report.FacetMismatch {
		e.Validation = report.FacetAbsent // used unchecked
	}
	switch worst.facet {
	case report.FacetOK:
		t.Pass(worst.by)
	case report.FacetInconclusive:
		t.Undecided(fmt.Sprintf("%s: %s", name, worst.reason), report.Related{Position: worst.input.Pos, Message: name})
		return worst.reason
	default:
		t.Fail(report.Finding{
			Message:  fmt.Sprintf("%s uses %s without validation; check it before use and answer 400 or 422", name, describe(worst.input)),
			Position: worst.input.Site, Endpoint: name, Anchor: name, Related: unvalidatedEvidence(e, worst.input),
		})
	}
	return ""
}

// lookBehind settles a verdict on input that decides branches by its constraints,
// one by one: where some are known to be open and none is enforced, nothing
// validates it.
func (v *verdict) lookBehind(demands []demand) {
	open, unclear := false, false
	for _, d := range v.about(demands) {
		switch r := d.rule(); r.facet {
		case report.FacetOK, report.FacetMismatch:
			v.facet, v.by = report.FacetOK, report.Related{Position: r.pos, Message: d.String() + ": " + r.by}
			return
		case report.FacetAbsent:
			open = true
		default:
			unclear = true
		}
	}
	if open && !unclear {
		v.facet = report.FacetMismatch
	}
}

// about are the demands on the verdict's input.
func (v *verdict) about(demands []demand) []demand {
	return slices.DeleteFunc(slices.Clone(demands), func(d demand) bool {
		return !slices.ContainsFunc(d.sites, func(s site) bool { return s.input.Pos == v.input.Pos && s.input.Name == v.input.Name })
	})
}

// lookCloser has a verdict against an input stand only where one of its
// constraints at least is known to be open: types and look-ups may leave nothing
// to check.
func (v *verdict) lookCloser(demands []demand) {
	v.facet, v.by = report.FacetOK, report.Related{Position: v.input.Pos, Message: "its types leave nothing to check"}
	for _, d := range v.about(demands) {
		switch r := d.rule(); r.facet {
		case report.FacetAbsent, report.FacetMismatch:
			if d.kind == required && d.decoded() {
				continue // the decoder looks at it; that nothing was sent is told by constraint-unenforced
			}
			v.facet = report.FacetMismatch
			return
		case report.FacetInconclusive:
			v.facet, v.reason = report.FacetInconclusive, d.String()+": "+r.by
		}
	}
}

// decoded: the value is of types that refuse what is none of theirs when they
// are decoded.
func (d demand) decoded() bool {
	return !slices.ContainsFunc(d.sites, func(s site) bool { return !enforcedTypes[goName(deref(s.typ))] })
}

// unvalidatedEvidence shows the declaration and, where a helper reads the
// input, the reading.
func unvalidatedEvidence(e *matrix.Endpoint, in behaviour.Input) []report.Related {
	related := []report.Related{{Position: e.Operation.Pos, Message: "its constraints are declared here"}}
	if in.Site != in.Pos {
		related = append(related, report.Related{Position: in.Pos, Message: "read here"})
	}
	return related
}

func describe(in behaviour.Input) string {
	if in.Decodes {
		return "what it decodes into " + typeName(in.Type)
	}
	return fmt.Sprintf("%s parameter %q", in.Place, in.Name)
}

func typeName(t types.Type) string {
	if t == nil {
		return "a value"
	}
	return types.TypeString(t, func(p *types.Package) string { return p.Name() })
}

func worstOf(vs []verdict) *verdict {
	order := map[report.Facet]int{report.FacetMismatch: 3, report.FacetInconclusive: 2, report.FacetOK: 1}
	var worst *verdict
	for i := range vs {
		if worst == nil || order[vs[i].facet] > order[worst.facet] {
			worst = &vs[i]
		}
	}
	return worst
}

// verdictsOf judges each input for which the document or the code has
// constraints.
func verdictsOf(e *matrix.Endpoint, s *behaviour.Summary) []verdict {
	var out []verdict
	params := map[string]spec.Parameter{}
	for _, p := range e.Operation.Parameters {
		params[p.In+" "+p.Name] = p
	}
	named := map[string]int{}
	for _, in := range s.Inputs {
		switch {
		case in.Decodes && in.Place == "body" || in.Decodes && in.Place == "request" || in.Decodes && in.Place == "form":
			if bodyConstrained(e.Document, e.Operation) {
				out = append(out, ofBody(in, s))
			}
		case in.Name != "":
			p, ok := params[in.Place+" "+in.Name]
			if !ok || !valueConstrained(e.Document.Resolve(p.Schema)) {
				continue
			}
			v := ofParameter(in)
			if by, ok := e.Route.Limits(p.Name); ok && v.facet != report.FacetOK && in.Place == "path" {
				v = verdict{facet: report.FacetOK, input: in, by: report.Related{Position: e.Route.Pos, Message: "the route takes " + by + " only"}}
			}
			if i, again := named[p.In+" "+p.Name]; !again {
				named[p.In+" "+p.Name] = len(out)
				out = append(out, v)
			} else if v.facet == report.FacetOK { // read twice, checked once
				out[i] = v
			}
		}
	}
	return out
}

func ofBody(in behaviour.Input, s *behaviour.Summary) verdict {
	switch {
	case len(in.Validated) > 0:
		return verdict{facet: report.FacetOK, input: in, by: in.Validated[0]}
	case in.BinderValidates && hasTags(in.Type, 0):
		return verdict{facet: report.FacetOK, input: in, by: report.Related{Position: in.Pos, Message: "validated by the binder"}}
	case in.Lost:
		return verdict{facet: report.FacetInconclusive, input: in, reason: "what is decoded could not be followed"}
	case in.Escapes.IsValid():
		return verdict{facet: report.FacetInconclusive, input: in, reason: "what is decoded is handed to code that could not be followed (" + in.Escapes.String() + ")"}
	case in.Branched:
		return verdict{facet: report.FacetInconclusive, input: in, branched: true, reason: "what is decoded decides branches, but none that leads straight to an error"}
	case !s.Complete:
		return verdict{facet: report.FacetInconclusive, input: in, reason: "the handler is too large to follow"}
	}
	return verdict{facet: report.FacetMismatch, input: in}
}

func ofParameter(in behaviour.Input) verdict {
	switch {
	case in.Branched && len(in.Validated) == 0:
		return verdict{facet: report.FacetOK, input: in, by: report.Related{Position: in.Pos, Message: "decides a branch"}}
	case len(in.Validated) > 0:
		return verdict{facet: report.FacetOK, input: in, by: in.Validated[0]}
	case in.Escapes.IsValid():
		return verdict{facet: report.FacetInconclusive, input: in, reason: fmt.Sprintf("parameter %q is handed to code that could not be followed (%s)", in.Name, in.Escapes)}
	}
	return verdict{facet: report.FacetMismatch, input: in}
}

// mayValidate is the doubt about routes of a router that came ready made.
func mayValidate(unseen string) string { return unseen + " and may hold requests against the document" }

// specValidator finds a middleware that holds requests against the document.
func specValidator(e *matrix.Endpoint) (string, bool) {
	for _, m := range e.Route.Middleware {
		if validatorName.MatchString(m.Name) {
			return m.Name, true
		}
	}
	return "", false
}

var validatorName = regexp.MustCompile(`OapiRequestValidator|OpenAPIValidator|openapi3filter|ValidateRequest`)

// hasTags reports whether a struct, or one inside it, carries validation tags.
func hasTags(t types.Type, depth int) bool {
	if t == nil || depth > 6 {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return hasTags(u.Elem(), depth+1)
	case *types.Slice:
		return hasTags(u.Elem(), depth+1)
	case *types.Struct:
		for i := range u.NumFields() {
			tag := reflect.StructTag(u.Tag(i))
			for _, key := range []string{"binding", "validate", "valid", "vd"} {
				if v := tag.Get(key); v != "" && v != "-" {
					return true
				}
			}
			if hasTags(u.Field(i).Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

// constrained reports whether the document sets constraints on any input.
func constrained(d *spec.Document, op *spec.Operation) bool {
	if bodyConstrained(d, op) {
		return true
	}
	for _, p := range op.Parameters {
		if valueConstrained(d.Resolve(p.Schema)) {
			return true
		}
	}
	return false
}

func bodyConstrained(d *spec.Document, op *spec.Operation) bool {
	if op.Body == nil {
		return false
	}
	for _, m := range op.Body.Content {
		if schemaConstrained(d, m.Schema, map[*spec.Schema]bool{}) {
			return true
		}
	}
	return false
}

// schemaConstrained looks for anything beyond JSON types.
func schemaConstrained(d *spec.Document, s *spec.Schema, seen map[*spec.Schema]bool) bool {
	s = d.Resolve(s)
	if s == nil || seen[s] {
		return false
	}
	seen[s] = true
	if len(s.Required) > 0 || valueConstrained(s) {
		return true
	}
	for _, p := range s.Properties {
		if schemaConstrained(d, p.Schema, seen) {
			return true
		}
	}
	for _, list := range [][]*spec.Schema{s.AllOf, s.OneOf, s.AnyOf, {s.Items}} {
		for _, inner := range list {
			if inner != nil && schemaConstrained(d, inner, seen) {
				return true
			}
		}
	}
	return false
}

// formats that a decoder enforces or that constrain nothing.
const freeFormats = " int32 int64 float double byte binary password "

func valueConstrained(s *spec.Schema) bool {
	if s == nil {
		return false
	}
	s = meaningful(s)
	return len(s.Enum) > 0 || s.Pattern != "" || s.Minimum != nil || s.Maximum != nil || s.MinLength != nil || s.MaxLength != nil ||
		s.MinItems != nil || s.MaxItems != nil || s.MultipleOf != nil || s.UniqueItems ||
		s.Format != "" && !strings.Contains(freeFormats, " "+s.Format+" ")
}
