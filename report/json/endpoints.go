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
	// Constraints are the document's on the input.
	Constraints []Constraint `json:"constraints"`
}

// Constraint is what the document demands of one value, and what the code does
// about it. State is a facet's: ok, mismatch, absent or inconclusive.
type Constraint struct {
	Place      string  `json:"place"`
	Constraint string  `json:"constraint"`
	State      string  `json:"state"`
	Reason     string  `json:"reason"`
	Spec       Related `json:"spec"`
	Code       Related `json:"code"`
}

func constraint(c report.Constraint) Constraint {
	return Constraint{
		Place: c.Place, Constraint: c.Text, State: string(c.State), Reason: c.Words,
		Spec: related(report.Related{Position: c.Spec}), Code: related(report.Related{Position: c.Code}),
	}
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
		Constraints: each(e.Constraints, constraint),
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
