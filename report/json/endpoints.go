package json

import (
	"encoding/json"
	"io"

	"github.com/backend-conformance/conformance/report"
)

// Detail is one operation in full. Its fields are those of endpoints[] in the
// report, and what explains them.
type Detail struct {
	Endpoint
	Reason   *string   `json:"reason"`
	Nearest  []string  `json:"nearest"`
	Declared bool      `json:"declared"`
	Chain    []Related `json:"chain"`
	Findings []Finding `json:"findings"`
	// Evidence is what each facet rests on, by its name.
	Evidence map[string][]Comparison `json:"evidence"`
}

// Comparison is what the document says of one thing, and what the code does about
// it. State is a facet's: ok, mismatch, absent or inconclusive. Spec and Code are
// null where there is no line to show.
type Comparison struct {
	Place string `json:"place"`
	Says  string `json:"says"`
	State string `json:"state"`
	Does  string `json:"does"`
	Spec  *Place `json:"spec"`
	Code  *Place `json:"code"`
}

func comparison(c report.Comparison) Comparison {
	return Comparison{Place: c.Place, Says: c.Text, State: string(c.State), Does: c.Words, Spec: placeOf(c.Spec), Code: placeOf(c.Code)}
}

func placeOf(p report.Position) *Place {
	if !p.IsValid() {
		return nil
	}
	return &Place{p.File, optional(p.Line)}
}

func evidence(e report.Evidence) map[string][]Comparison {
	out := map[string][]Comparison{}
	for _, name := range report.FacetNames() {
		out[name] = each(e[name], comparison)
	}
	return out
}

// WriteEndpoints writes the matrix as the array endpoints[] of the report.
func WriteEndpoints(w io.Writer, r *report.Report) error {
	return encode(w, each(sorted(r.Endpoints, byPath), endpoint))
}

// WriteEndpoint writes one operation of r in full, as one object.
func WriteEndpoint(w io.Writer, r *report.Report, e report.Endpoint) error {
	d := Detail{
		Endpoint: endpoint(e), Reason: optional(e.Reason), Nearest: append([]string{}, e.Nearest...),
		Declared: e.Declared, Chain: each(e.Chain, related), Findings: []Finding{},
		Evidence: evidence(e.Evidence),
	}
	for _, f := range r.Findings {
		if f.Endpoint == e.Name() {
			d.Findings = append(d.Findings, finding(f))
		}
	}
	return encode(w, d)
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
