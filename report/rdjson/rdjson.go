// Package rdjson renders findings for reviewdog
// (https://github.com/reviewdog/reviewdog/tree/master/proto/rdf).
package rdjson

import (
	"encoding/json"
	"io"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

type result struct {
	Source      source       `json:"source"`
	Severity    string       `json:"severity,omitempty"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

type source struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type diagnostic struct {
	Message  string    `json:"message"`
	Location location  `json:"location"`
	Severity string    `json:"severity"`
	Code     code      `json:"code"`
	Related  []related `json:"relatedLocations,omitempty"`
}

type location struct {
	Path  string `json:"path"`
	Range *span  `json:"range,omitempty"`
}

type span struct {
	Start position  `json:"start"`
	End   *position `json:"end,omitempty"`
}

type position struct {
	Line   int `json:"line"`
	Column int `json:"column,omitempty"`
}

type code struct {
	Value string `json:"value"`
	URL   string `json:"url"`
}

type related struct {
	Message  string   `json:"message"`
	Location location `json:"location"`
}

// Write writes one diagnostic for each live finding. A finding without a file
// has no place in a review and stands at go.mod.
func Write(w io.Writer, r *report.Report) error {
	out := result{
		Source:      source{r.Tool.Name, "https://github.com/backend-conformance/conformance"},
		Diagnostics: []diagnostic{},
	}
	for _, f := range r.Findings {
		if !f.Live() {
			continue
		}
		out.Diagnostics = append(out.Diagnostics, diagnosticOf(f))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func diagnosticOf(f report.Finding) diagnostic {
	at := f.Position
	if !at.IsValid() {
		at = report.Position{File: "go.mod"}
	}
	d := diagnostic{
		Message: f.Message, Location: place(at), Severity: severity(f.Severity),
		Code: code{f.Rule, rule.Rule{ID: f.Rule}.URL()},
	}
	for _, r := range f.Related {
		if r.IsValid() {
			d.Related = append(d.Related, related{r.Message, place(r.Position)})
		}
	}
	return d
}

func place(p report.Position) location {
	l := location{Path: p.File}
	if p.Line > 0 {
		l.Range = &span{Start: position{p.Line, p.Column}}
		if p.EndLine > p.Line {
			l.Range.End = &position{Line: p.EndLine}
		}
	}
	return l
}

func severity(s rule.Severity) string {
	return map[rule.Severity]string{rule.Blocker: "ERROR", rule.Major: "WARNING", rule.Minor: "WARNING", rule.Info: "INFO"}[s]
}
