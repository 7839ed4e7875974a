// Package json renders a report as the versioned document that scripts rely
// on; schema.json describes it.
package json

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the document.
func Schema() []byte { return slices.Clone(schema) }

// Write renders r to w, indented, with a newline at the end.
func Write(w io.Writer, r *report.Report) error {
	return encode(w, Of(r))
}

// Read reads a document that Write made. It refuses another schema version,
// since fields may mean something else there.
func Read(in io.Reader) (*Document, error) {
	var d Document
	if err := json.NewDecoder(in).Decode(&d); err != nil {
		return nil, fmt.Errorf("not a JSON report: %w", err)
	}
	if d.SchemaVersion != SchemaVersion {
		return nil, fmt.Errorf("report has schemaVersion %d, this version reads %d; write it again", d.SchemaVersion, SchemaVersion)
	}
	return &d, nil
}

// Of converts a report. Every list is sorted and none is null.
func Of(r *report.Report) *Document {
	return &Document{
		SchemaVersion: SchemaVersion,
		Tool:          Tool(r.Tool),
		Module:        r.Module,
		Commit:        optional(r.Commit),
		Packages:      r.Packages,
		Score:         interval(r.Score),
		Uncapped:      interval(r.Uncapped),
		Verdict:       string(r.Verdict),
		Gates:         each(r.Gates, gate),
		Sections:      each(r.Sections, section),
		Findings:      each(r.Findings, finding),
		Endpoints:     each(sorted(r.Endpoints, byPath), endpoint),
		Migrations:    each(r.SortedMigrations(), migration),
		Coverage:      coverage(r.Coverage),
		Specs:         each(sorted(r.Specs, func(a, b report.Spec) int { return cmp.Compare(a.Path, b.Path) }), spec),
		Notes:         notes(r),
	}
}

// each converts a list; an empty one stays a list.
func each[A, B any](in []A, convert func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, v := range in {
		out = append(out, convert(v))
	}
	return out
}

func sorted[A any](in []A, compare func(a, b A) int) []A {
	return slices.SortedStableFunc(slices.Values(in), compare)
}

func byPath(a, b report.Endpoint) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Status, b.Status))
}

// optional is nil for the zero value: null stands for no value.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func interval(i *report.Interval) *Interval {
	if i == nil {
		return nil
	}
	return &Interval{Number(report.Decimal(i.Low)), Number(report.Decimal(i.High))}
}

func gate(g report.Gate) Gate {
	return Gate{g.Name, g.Want, g.Got, g.Verdict == report.VerdictPass}
}

func section(s report.Section) Section {
	return Section{
		ID: string(s.ID), Title: s.ID.Title(), Outcome: s.Outcome.String(), Score: interval(s.Score),
		Weight: s.ID.Weight(), Criteria: each(s.Criteria, criterion),
	}
}

func criterion(c report.Criterion) Criterion {
	low, _, possible := c.Points()
	out := Criterion{
		Rule: c.Rule.ID, Section: string(c.Rule.Section), Supports: []string{}, Severity: c.Rule.Severity.String(),
		Outcome: c.Outcome.String(), Satisfied: c.Satisfied, Examined: c.Examined, Undecided: c.Undecided,
		Reason: optional(c.Reason), Points: Points{earned(low), possible}, Findings: len(c.Findings),
	}
	for _, s := range c.Rule.Supports {
		out.Supports = append(out.Supports, string(s))
	}
	slices.Sort(out.Supports)
	return out
}

// earned is floored to four decimals, without trailing zeros.
func earned(v *big.Rat) Number {
	s := strings.TrimRight(report.Floor(v, 4), "0")
	return Number(strings.TrimSuffix(s, "."))
}

func finding(f report.Finding) Finding {
	out := Finding{
		Rule: f.Rule, Section: string(f.Section), Severity: f.Severity.String(), Message: f.Message,
		File: optional(f.File), Line: optional(f.Line), Column: optional(f.Column), EndLine: optional(f.EndLine),
		Related: each(f.Related, related), Endpoint: optional(f.Endpoint), Baselined: f.Baselined, Fingerprint: f.Fingerprint,
	}
	if f.Suppressed != nil {
		out.Suppressed = &Suppression{*f.Suppressed}
	}
	return out
}

func related(r report.Related) Related {
	return Related{optional(r.File), optional(r.Line), r.Message}
}

func endpoint(e report.Endpoint) Endpoint {
	out := Endpoint{
		Method: e.Method, Path: e.Path, OperationID: optional(e.OperationID), Status: string(e.Status),
		Handler: optional(e.Handler), Middleware: append([]string{}, e.Middleware...),
		Parameters: e.Parameters, Body: e.Body, Responses: e.Responses, Auth: e.Auth, Validation: e.Validation, Tested: e.Tested,
	}
	if e.Spec != nil {
		out.Spec = placeOf(*e.Spec)
	}
	if e.Route != nil {
		out.Route = &Route{e.Route.File, optional(e.Route.Line), e.Route.Pattern}
	}
	return out
}

func migration(m report.Migration) Migration {
	return Migration{
		Tool: m.Tool, Version: m.Version, Name: m.Name, Up: optional(m.Up), Down: optional(m.Down), Paired: m.Paired,
		Reversible: cmp.Or(m.Reversible, "unknown"), Roundtrip: cmp.Or(m.Roundtrip, "not_run"), Reason: optional(m.Reason),
	}
}

func coverage(c *report.Coverage) *Coverage {
	if c == nil {
		return nil
	}
	packages := sorted(c.Packages, func(a, b report.PackageCoverage) int { return cmp.Compare(a.Path, b.Path) })
	return &Coverage{
		Percent: Number(report.Decimal(c.Percent())), Threshold: c.Threshold, Statements: c.Statements, Covered: c.Covered,
		Source: c.Source,
		Packages: each(packages, func(p report.PackageCoverage) PackageCoverage {
			return PackageCoverage{p.Path, Number(report.Decimal(p.Percent())), p.Statements, p.Covered}
		}),
	}
}

func spec(s report.Spec) Spec {
	return Spec{s.Path, s.Version, s.Operations, optional(s.BasePath), s.Used, optional(s.Reason)}
}

// notes adds what the routes left unresolved to what the report notes.
func notes(r *report.Report) []string {
	out := append([]string{}, r.Notes...)
	for _, u := range r.Unresolved {
		out = append(out, fmt.Sprintf("%s: unresolved registration: %s", u.Position, u.Message))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
