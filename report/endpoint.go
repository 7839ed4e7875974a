package report

import (
	"cmp"
	"slices"
)

// Endpoint is one row of the matrix: an operation of the document, or a route
// that the document does not know.
type Endpoint struct {
	Method string
	// Path is the document's (without base path), or the full route where undocumented.
	Path        string
	OperationID string
	Status      EndpointStatus
	// Reason explains inconclusive and missing; Nearest lists routes that come close.
	Reason  string
	Nearest []string
	// Spec and Route are the two sides; nil where there is none.
	Spec       *Position
	Route      *RoutePosition
	Handler    string
	Middleware []string
	// Chain is how the registration was reached from main, outermost call first.
	Chain []Related
	// Declared routes come from the configuration, not from the code.
	Declared bool

	Parameters, Body, Responses, Auth, Validation, Tested Facet
	// Evidence is what the facets rest on.
	Evidence Evidence
}

// Evidence lists, for each facet by its name, what was compared, in the order of
// the document.
type Evidence map[string][]Comparison

// Comparison is one thing that the document says of an operation, held against
// the code.
type Comparison struct {
	// Place names what it is about, such as "items[].quantity" or "201"; Text is
	// what the document says, such as "maxLength 100".
	Place, Text string
	// State is ok where the code does so, mismatch where it does otherwise, absent
	// where it does not, inconclusive where that could not be told.
	State Facet
	// Words say what the code does, or why that is not known.
	Words string
	// Spec and Code are where both stand; either may be invalid.
	Spec, Code Position
}

// Name is "METHOD /path", as messages and anchors write it.
func (e Endpoint) Name() string { return e.Method + " " + e.Path }

// Facets are the six in the order of the matrix: parameters, body, responses,
// auth, validation, tested.
func (e Endpoint) Facets() []Facet {
	return []Facet{e.Parameters, e.Body, e.Responses, e.Auth, e.Validation, e.Tested}
}

// Place is the registration, else the document's line.
func (e Endpoint) Place() Position {
	switch {
	case e.Route != nil:
		return e.Route.Position
	case e.Spec != nil:
		return *e.Spec
	}
	return Position{}
}

// RoutePosition is where a route is registered and its full pattern.
type RoutePosition struct {
	Position
	Pattern string
}

// EndpointStatus says whether an operation is really there.
type EndpointStatus string

// The states of a row of the matrix.
const (
	Implemented     EndpointStatus = "implemented"
	Stub            EndpointStatus = "stub"
	Missing         EndpointStatus = "missing"
	Undocumented    EndpointStatus = "undocumented"
	EndpointUnclear EndpointStatus = "inconclusive"
)

// MatrixOrder lists the operations in the order of the document, then the
// undocumented routes.
func (r *Report) MatrixOrder() []Endpoint {
	return slices.SortedStableFunc(slices.Values(r.Endpoints), func(a, b Endpoint) int {
		return compareBool(a.Status != Undocumented, b.Status != Undocumented)
	})
}

// StatusCount says how many rows have a status.
type StatusCount struct {
	Status EndpointStatus
	Count  int
}

// StatusCounts counts the rows by status, leaving out those without rows.
func (r *Report) StatusCounts() []StatusCount {
	var counts []StatusCount
	for _, s := range []EndpointStatus{Implemented, Stub, Missing, EndpointUnclear, Undocumented} {
		n := 0
		for _, e := range r.Endpoints {
			if e.Status == s {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, StatusCount{s, n})
		}
	}
	return counts
}

// The names of the facets.
const (
	ParametersFacet = "parameters"
	BodyFacet       = "body"
	ResponsesFacet  = "responses"
	AuthFacet       = "auth"
	ValidationFacet = "validation"
	TestedFacet     = "tested"
)

// FacetNames are the columns of the matrix, in the order of Endpoint.Facets.
// Their initials are unique.
func FacetNames() []string {
	return []string{ParametersFacet, BodyFacet, ResponsesFacet, AuthFacet, ValidationFacet, TestedFacet}
}

// Aspect is one facet of one operation, explained.
type Aspect struct {
	Name  string
	State Facet
	// Words say what the state means for this facet.
	Words    string
	Findings []Finding
	// Compared is what the facet rests on.
	Compared []Comparison
}

// Aspects explains an operation facet by facet, with the findings about it;
// rest are the findings that concern no facet.
func (r *Report) Aspects(e Endpoint) (aspects []Aspect, rest []Finding) {
	states := e.Facets()
	for i, name := range FacetNames() {
		words := cmp.Or(facetWords[name][states[i]], states[i].Words())
		if e.Status == Missing && states[i] == FacetNotApplicable {
			words = "no handler to judge"
		}
		aspects = append(aspects, Aspect{Name: name, State: states[i], Words: words, Compared: e.Evidence[name]})
	}
	for _, f := range r.Findings {
		if f.Endpoint != e.Name() {
			continue
		}
		i := slices.Index(FacetNames(), facetOfRule[f.Rule])
		if i < 0 {
			rest = append(rest, f)
			continue
		}
		aspects[i].Findings = append(aspects[i].Findings, f)
	}
	return aspects, rest
}

// facetOfRule says which facet a rule's findings explain; findings of other
// rules are about the operation as a whole.
var facetOfRule = map[string]string{
	"parameter-mismatch":          ParametersFacet,
	"request-body-mismatch":       BodyFacet,
	"body-unbounded":              BodyFacet,
	"upload-unrestricted":         BodyFacet,
	"response-mismatch":           ResponsesFacet,
	"array-encoded-null":          ResponsesFacet,
	"error-response-undocumented": ResponsesFacet,
	"endpoint-unprotected":        AuthFacet,
	"authorization-missing":       AuthFacet,
	"middleware-misused":          AuthFacet,
	"input-unvalidated":           ValidationFacet,
	"constraint-unenforced":       ValidationFacet,
	"input-parse-error-ignored":   ValidationFacet,
	"endpoint-untested":           TestedFacet,
}

// facetWords say what a state means for each facet.
var facetWords = map[string]map[Facet]string{
	ParametersFacet: {
		FacetOK: "read as declared", FacetMismatch: "read differently from what is declared",
		FacetAbsent: "declared, but not read", FacetNotApplicable: "none declared, none read", FacetInconclusive: "could not be decided",
	},
	BodyFacet: {
		FacetOK: "decoded as declared", FacetMismatch: "decoded differently from what is declared",
		FacetAbsent: "declared, but not decoded", FacetNotApplicable: "no request body", FacetInconclusive: "could not be decided",
	},
	ResponsesFacet: {
		FacetOK: "written as declared", FacetMismatch: "statuses or types differ from what is declared",
		FacetAbsent: "nothing that is declared is written", FacetNotApplicable: "nothing to compare", FacetInconclusive: "could not be decided",
	},
	AuthFacet: {
		FacetOK: "checked as the document demands", FacetMismatch: "differs from what the document demands",
		FacetAbsent: "demanded, but not checked", FacetNotApplicable: "none demanded", FacetInconclusive: "could not be decided",
	},
	ValidationFacet: {
		FacetOK: "input is checked before use", FacetMismatch: "checked differently from what is declared",
		FacetAbsent: "input is used unchecked", FacetNotApplicable: "no input to check", FacetInconclusive: "could not be decided",
	},
	TestedFacet: {
		FacetOK: "a test reaches the handler", FacetMismatch: "tests expect something else",
		FacetAbsent: "no test reaches the handler", FacetNotApplicable: "nothing to test", FacetInconclusive: "could not be decided",
	},
}

// settleEndpoints gives a state to facets that no check has set: an operation
// without a route has nothing to judge, for any other the answer is not known.
func settleEndpoints(in []Endpoint) []Endpoint {
	out := slices.Clone(in)
	for i := range out {
		e := &out[i]
		e.Status = cmp.Or(e.Status, EndpointUnclear)
		unset := FacetInconclusive
		if e.Status == Missing {
			unset = FacetNotApplicable
		}
		for _, f := range []*Facet{&e.Parameters, &e.Body, &e.Responses, &e.Auth, &e.Validation, &e.Tested} {
			*f = cmp.Or(*f, unset)
		}
	}
	return out
}
