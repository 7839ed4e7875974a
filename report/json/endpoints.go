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
