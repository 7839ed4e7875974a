// Package badge renders the score as an endpoint for shields.io
// (https://shields.io/badges/endpoint-badge).
package badge

import (
	"encoding/json"
	"io"
	"math/big"

	"github.com/backend-conformance/conformance/report"
)

// endpoint is the document that shields.io reads.
type endpoint struct {
	SchemaVersion int    `json:"schemaVersion"`
	Label         string `json:"label"`
	Message       string `json:"message"`
	Color         string `json:"color"`
	IsError       bool   `json:"isError"`
}

// Write writes one JSON object with the headline score and the verdict. The
// colour follows the score; a failed verdict is red whatever the score is.
func Write(w io.Writer, r *report.Report) error {
	e := endpoint{SchemaVersion: 1, Label: "conformance", Message: "no score", Color: "lightgrey"}
	if r.Score != nil {
		e.Message, e.Color = report.Decimal(r.Score.Low), color(r.Score.Low)
	}
	switch r.Verdict {
	case report.VerdictFail:
		e.Message, e.Color, e.IsError = e.Message+" failing", "red", true
	case report.VerdictUndecided:
		e.Message, e.Color = e.Message+" undecided", "lightgrey"
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(e)
}

func color(score *big.Rat) string {
	for _, step := range []struct {
		from int64
		name string
	}{{90, "brightgreen"}, {80, "green"}, {70, "yellowgreen"}, {60, "yellow"}, {50, "orange"}} {
		if score.Cmp(big.NewRat(step.from, 1)) >= 0 {
			return step.name
		}
	}
	return "red"
}
