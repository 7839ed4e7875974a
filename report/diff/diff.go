// Package diff compares two JSON reports: what got better, what got worse, and
// what can no longer be told.
package diff

import (
	"cmp"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	stdjson "encoding/json"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/json"
	"github.com/backend-conformance/conformance/report/rule"
)

// SchemaVersion is the version of the shape that WriteJSON writes.
const SchemaVersion = 1

// Diff is everything in which two reports differ. Lists are sorted as in the
// reports and never null.
type Diff struct {
	SchemaVersion int       `json:"schemaVersion"`
	Tool          json.Tool `json:"tool"`
	Old           Side      `json:"old"`
	New           Side      `json:"new"`
	// Verdict judges the change: fail where findings of FailOn or heavier are new
	// or exposed, undecided where a rule of that weight is no longer decided.
	Verdict report.Verdict `json:"verdict"`
	FailOn  string         `json:"failOn"`
	Score   Change         `json:"score"`
	// Sections are those whose score or outcome changed.
	Sections []Section `json:"sections"`
	Findings Findings  `json:"findings"`
	// Undecided are the rules that were decided and no longer are: what they found
	// may still be there.
	Undecided []Criterion `json:"undecided"`
	Endpoints []Endpoint  `json:"endpoints"`
	Coverage  *Coverage   `json:"coverage"`
}

// Side is one of the reports.
type Side struct {
	Module  string  `json:"module"`
	Commit  *string `json:"commit"`
	Verdict string  `json:"verdict"`
}

// Change is a score before and after; Delta subtracts the shown lower ends and is
// null where one of them is missing.
type Change struct {
	Old   *json.Interval `json:"old"`
	New   *json.Interval `json:"new"`
	Delta *json.Number   `json:"delta"`
}

// Section is a section that changed.
type Section struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Old   string   `json:"oldOutcome"`
	New   string   `json:"newOutcome"`
	Score Change   `json:"score"`
	Rules []string `json:"rules"`
}

// Findings are matched by fingerprint. Exposed ones were suppressed or in the
// baseline before, and count now.
type Findings struct {
	New       []json.Finding `json:"new"`
	Exposed   []json.Finding `json:"exposed"`
	Gone      []json.Finding `json:"gone"`
	Unchanged []json.Finding `json:"unchanged"`
}

// Criterion is a rule that is no longer decided.
type Criterion struct {
	Rule     string  `json:"rule"`
	Section  string  `json:"section"`
	Severity string  `json:"severity"`
	Reason   *string `json:"reason"`
}

// Endpoint is a row of the matrix that appeared, went away or changed; the
// status is null where the row is not there.
type Endpoint struct {
	Method string  `json:"method"`
	Path   string  `json:"path"`
	Old    *string `json:"oldStatus"`
	New    *string `json:"newStatus"`
	Facets []Facet `json:"facets"`
}

// Facet is one aspect of an endpoint that changed.
type Facet struct {
	Name string       `json:"name"`
	Old  report.Facet `json:"old"`
	New  report.Facet `json:"new"`
}

// Coverage is the total before and after; null where it was not measured.
type Coverage struct {
	Old   *json.Number `json:"old"`
	New   *json.Number `json:"new"`
	Delta *json.Number `json:"delta"`
}

// Of compares two reports. Those that did not judge by the same rules are an
// error: their scores cannot be subtracted. failOn 0 judges nothing.
func Of(before, after *json.Document, failOn rule.Severity) (*Diff, error) {
	if err := sameQuestions(before, after); err != nil {
		return nil, err
	}
	d := &Diff{
		SchemaVersion: SchemaVersion, Tool: after.Tool, Old: side(before), New: side(after),
		FailOn: cmp.Or(failOn.String(), "none"), Score: change(before.Score, after.Score),
		Sections: sections(before, after), Findings: findings(before.Findings, after.Findings),
		Undecided: undecided(before, after), Endpoints: endpoints(before.Endpoints, after.Endpoints),
		Coverage: coverage(before.Coverage, after.Coverage),
	}
	d.Verdict = d.judge()
	return d, nil
}

// WriteJSON renders d, indented, with a newline at the end.
func WriteJSON(w io.Writer, d *Diff) error {
	enc := stdjson.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

// sameQuestions refuses reports of different rulesets and of different choices of
// rules.
func sameQuestions(before, after *json.Document) error {
	a, b := before.Tool, after.Tool
	if a.Ruleset != b.Ruleset || a.RulesetHash != b.RulesetHash {
		return fmt.Errorf("the old report has ruleset %s (%s), the new one %s (%s), and scores of different rulesets cannot be subtracted; audit both commits with the same version of conformance",
			a.Ruleset, a.RulesetHash, b.Ruleset, b.RulesetHash)
	}
	old, fresh := criteria(before), criteria(after)
	for _, c := range old {
		if !slices.ContainsFunc(fresh, c.same) {
			return fmt.Errorf("only the old report judges %s; audit both commits with the same --only and --skip", c.Rule)
		}
	}
	for _, c := range fresh {
		if !slices.ContainsFunc(old, c.same) {
			return fmt.Errorf("only the new report judges %s; audit both commits with the same --only and --skip", c.Rule)
		}
	}
	return nil
}

type criterion json.Criterion

func (c criterion) same(o criterion) bool { return c.Rule == o.Rule }

func (c criterion) decided() bool {
	return c.Outcome != report.Inconclusive.String() && c.Undecided == 0
}

func criteria(d *json.Document) []criterion {
	var all []criterion
	for _, s := range d.Sections {
		for _, c := range s.Criteria {
			all = append(all, criterion(c))
		}
	}
	return all
}

func side(d *json.Document) Side { return Side{d.Module, d.Commit, d.Verdict} }

func change(before, after *json.Interval) Change {
	c := Change{Old: before, New: after}
	if before != nil && after != nil {
		c.Delta = delta(before.Low, after.Low)
	}
	return c
}

func delta(before, after json.Number) *json.Number {
	n := json.Number(new(big.Rat).Sub(after.Rat(), before.Rat()).FloatString(1))
	return &n
}

func sections(before, after *json.Document) []Section {
	changed := []Section{}
	for _, s := range after.Sections {
		i := slices.IndexFunc(before.Sections, func(o json.Section) bool { return o.ID == s.ID })
		if i < 0 {
			continue
		}
		old := before.Sections[i]
		one := Section{ID: s.ID, Title: s.Title, Old: old.Outcome, New: s.Outcome, Score: change(old.Score, s.Score), Rules: rules(old, s)}
		if old.Outcome != s.Outcome || !equal(old.Score, s.Score) || len(one.Rules) > 0 {
			changed = append(changed, one)
		}
	}
	return changed
}

// rules are those whose sites came out otherwise.
func rules(before, after json.Section) []string {
	changed := []string{}
	for _, c := range after.Criteria {
		i := slices.IndexFunc(before.Criteria, func(o json.Criterion) bool { return o.Rule == c.Rule })
		if i < 0 {
			continue
		}
		if old := before.Criteria[i]; old.Outcome != c.Outcome || old.Points != c.Points || old.Undecided != c.Undecided {
			changed = append(changed, c.Rule)
		}
	}
	return changed
}

func equal(a, b *json.Interval) bool {
	return a == b || a != nil && b != nil && *a == *b
}

func findings(before, after []json.Finding) Findings {
	f := Findings{New: []json.Finding{}, Exposed: []json.Finding{}, Gone: []json.Finding{}, Unchanged: []json.Finding{}}
	old, fresh := byFingerprint(before), byFingerprint(after)
	for _, x := range after {
		was, known := old[x.Fingerprint]
		switch {
		case !known:
			f.New = append(f.New, x)
		case live(x) && !live(was):
			f.Exposed = append(f.Exposed, x)
		default:
			f.Unchanged = append(f.Unchanged, x)
		}
	}
	for _, x := range before {
		if _, still := fresh[x.Fingerprint]; !still {
			f.Gone = append(f.Gone, x)
		}
	}
	return f
}

func byFingerprint(fs []json.Finding) map[string]json.Finding {
	m := map[string]json.Finding{}
	for _, f := range fs {
		m[f.Fingerprint] = f
	}
	return m
}

func live(f json.Finding) bool { return f.Suppressed == nil && !f.Baselined }

func undecided(before, after *json.Document) []Criterion {
	lost := []Criterion{}
	old := criteria(before)
	for _, c := range criteria(after) {
		i := slices.IndexFunc(old, c.same)
		if i >= 0 && old[i].decided() && !c.decided() {
			lost = append(lost, Criterion{c.Rule, c.Section, c.Severity, c.Reason})
		}
	}
	return lost
}

func endpoints(before, after []json.Endpoint) []Endpoint {
	old := map[string]json.Endpoint{}
	for _, e := range before {
		old[e.Method+" "+e.Path] = e
	}
	changed := []Endpoint{}
	for _, e := range after {
		name := e.Method + " " + e.Path
		was, known := old[name]
		delete(old, name)
		row := Endpoint{Method: e.Method, Path: e.Path, New: &e.Status, Facets: []Facet{}}
		if known {
			row.Old, row.Facets = &was.Status, facets(was, e)
		}
		if !known || was.Status != e.Status || len(row.Facets) > 0 {
			changed = append(changed, row)
		}
	}
	for _, e := range before {
		if _, left := old[e.Method+" "+e.Path]; left {
			changed = append(changed, Endpoint{Method: e.Method, Path: e.Path, Old: &e.Status, Facets: []Facet{}})
		}
	}
	slices.SortStableFunc(changed, func(a, b Endpoint) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
	})
	return changed
}

func facets(before, after json.Endpoint) []Facet {
	changed := []Facet{}
	for _, f := range []Facet{
		{"parameters", before.Parameters, after.Parameters}, {"body", before.Body, after.Body},
		{"responses", before.Responses, after.Responses}, {"auth", before.Auth, after.Auth},
		{"validation", before.Validation, after.Validation}, {"tested", before.Tested, after.Tested},
	} {
		if f.Old != f.New {
			changed = append(changed, f)
		}
	}
	return changed
}

// coverage is nil where neither report measured it.
func coverage(before, after *json.Coverage) *Coverage {
	if before == nil && after == nil {
		return nil
	}
	c := &Coverage{}
	if before != nil {
		c.Old = &before.Percent
	}
	if after != nil {
		c.New = &after.Percent
	}
	if c.Old != nil && c.New != nil {
		c.Delta = delta(*c.Old, *c.New)
	}
	return c
}

// Worse lists the findings that fail the comparison.
func (d *Diff) Worse() []json.Finding {
	var worse []json.Finding
	for _, f := range slices.Concat(d.Findings.New, d.Findings.Exposed) {
		if live(f) && d.counts(f.Severity) {
			worse = append(worse, f)
		}
	}
	return worse
}

// Open lists the rules that leave the comparison undecided.
func (d *Diff) Open() []Criterion {
	return slices.DeleteFunc(slices.Clone(d.Undecided), func(c Criterion) bool { return !d.counts(c.Severity) })
}

func (d *Diff) counts(severity string) bool {
	bound, err := rule.ParseSeverity(d.FailOn)
	if err != nil { // none
		return false
	}
	s, err := rule.ParseSeverity(severity)
	return err == nil && s >= bound
}

func (d *Diff) judge() report.Verdict {
	switch {
	case len(d.Worse()) > 0:
		return report.VerdictFail
	case len(d.Open()) > 0:
		return report.VerdictUndecided
	}
	return report.VerdictPass
}

// Meaning is the verdict in words.
func (d *Diff) Meaning() string {
	switch d.Verdict {
	case report.VerdictFail:
		return fmt.Sprintf("%s of severity %s or heavier", report.Plural(len(d.Worse()), "new finding"), d.FailOn)
	case report.VerdictUndecided:
		return report.Plural(len(d.Open()), "rule") + " no longer decided"
	}
	if d.FailOn == "none" {
		return "nothing was gated"
	}
	return "no new finding of severity " + d.FailOn + " or heavier"
}

// Changes are what is different in a row that both reports have: "implemented →
// stub", "auth ok → mismatch".
func (e Endpoint) Changes() []string {
	var out []string
	if e.Old != nil && e.New != nil && *e.Old != *e.New {
		out = append(out, *e.Old+" → "+*e.New)
	}
	for _, f := range e.Facets {
		out = append(out, fmt.Sprintf("%s %s → %s", f.Name, words(f.Old), words(f.New)))
	}
	return out
}

func words(f report.Facet) string { return strings.ReplaceAll(string(f), "_", " ") }
