package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"path"
	"slices"

	"github.com/backend-conformance/conformance/report/rule"
)

// Ruleset is the version of weights, defaults and rules: scores of different
// rulesets are not comparable. Any change to one of these bumps it.
const Ruleset = "1.0.0"

// Tool says what produced the report.
type Tool struct{ Name, Version, Ruleset, RulesetHash string }

// RulesetHash digests ids, sections, severities and kinds of the rules that ran.
func RulesetHash(rules []rule.Rule) string {
	h := sha256.New()
	for _, r := range rules {
		fmt.Fprintf(h, "%s %s %s %t\n", r.ID, r.Section, r.Severity, r.Ratio)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Migration is one version of one tool's migrations.
type Migration struct {
	Tool, Version, Name string
	// Up and Down are files relative to the repository root; empty where there is none.
	Up, Down string
	Paired   bool
	// Reversible is "yes", "no" or "unknown"; Roundtrip is "ok", "failed" or "not_run".
	Reversible, Roundtrip string
	Reason                string
	// Differences are what a failed round trip left different, sorted.
	Differences []SchemaDifference
}

// SchemaDifference is one object of a schema that a round trip did not restore.
type SchemaDifference struct {
	// Object is its kind and name: "index books_title_idx of books".
	Object string
	// Before and After say whether it stood before the up and after the down; Was
	// and Is are its definitions there, which may be empty.
	Before, After bool
	Was, Is       string
}

// Symbol is "-" for what is lost, "+" for what is left over, "~" for what is
// changed.
func (d SchemaDifference) Symbol() string {
	switch {
	case !d.After:
		return "-"
	case !d.Before:
		return "+"
	}
	return "~"
}

// Words says the difference without the object: "lost", "left over", "is A, was B".
func (d SchemaDifference) Words() string {
	switch {
	case !d.After:
		return "lost"
	case !d.Before:
		return "left over"
	case d.Was == "" || d.Is == "":
		return "changed"
	}
	return "is " + d.Is + ", was " + d.Was
}

// Executed is the round trip in words: "restored", "failed", "not run".
func (m Migration) Executed() string {
	switch m.Roundtrip {
	case "ok":
		return "restored"
	case "failed":
		return "failed"
	}
	return "not run"
}

// Fine reports whether the version can be taken back, as far as was seen.
func (m Migration) Fine() bool {
	return m.Paired && m.Reversible == "yes" && m.Roundtrip != "failed"
}

// Coverage is statement coverage over hand-written code.
type Coverage struct {
	Statements, Covered int
	// Threshold is in percent; coverage must exceed it.
	Threshold int
	// Source says where the profile came from.
	Source   string
	Packages []PackageCoverage
}

// PackageCoverage is one line of the package table.
type PackageCoverage struct {
	Path                string
	Statements, Covered int
}

// Percent is the exact percentage, 0 where there is no statement.
func (c Coverage) Percent() *big.Rat { return percent(c.Covered, c.Statements) }

// Percent is the exact percentage, 0 where there is no statement.
func (p PackageCoverage) Percent() *big.Rat { return percent(p.Covered, p.Statements) }

func percent(part, whole int) *big.Rat {
	if whole == 0 {
		return new(big.Rat)
	}
	return big.NewRat(100*int64(part), int64(whole))
}

// Spec is an OpenAPI document that was found, and whether it was judged.
type Spec struct {
	Path, Version string
	Operations    int
	BasePath      string
	Used          bool
	Reason        string
}

// Report is everything that an audit found. Build makes one.
type Report struct {
	Tool            Tool
	Module, Commit  string
	Packages        int
	Score, Uncapped *Interval
	Verdict         Verdict
	Gates           []Gate
	Sections        []Section
	Findings        []Finding
	Endpoints       []Endpoint
	Migrations      []Migration
	Coverage        *Coverage
	Specs           []Spec
	// Unresolved lists registrations that could not be followed, with the reason.
	Unresolved []Related
	Notes      []string
}

// backed is the rule that a failure comes under, if its findings are reported.
func backed(under string, criteria []Criterion, gates Gates) string {
	if under != "" && slices.ContainsFunc(criteria, func(c Criterion) bool {
		return c.Rule.ID == under && len(c.Findings) > 0 && gates.selects(c.Rule.Section)
	}) {
		return under
	}
	return ""
}

// Build scores the criteria and judges the gates. Score, verdict, sections and
// findings are made here; the other fields of in are taken over as they are,
// with notes sorted and deduplicated.
func Build(in Report, criteria []Criterion, gates Gates) *Report {
	r := in
	r.Sections, r.Findings = nil, nil
	bySection := map[rule.Section][]Criterion{}
	for _, c := range criteria {
		if gates.selects(c.Rule.Section) {
			c.Under = backed(c.Under, criteria, gates)
			c = c.proven()
			c.Findings = slices.Clone(c.Findings)
			bySection[c.Rule.Section] = append(bySection[c.Rule.Section], c)
		}
	}
	for _, cs := range bySection {
		slices.SortStableFunc(cs, func(a, b Criterion) int {
			return cmp.Or(cmp.Compare(b.Rule.Severity, a.Rule.Severity), cmp.Compare(a.Rule.ID, b.Rule.ID))
		})
	}
	for _, f := range identify(bySection, gates.Baseline) {
		r.Findings = append(r.Findings, *f)
	}
	for _, id := range rule.Sections() {
		if gates.selects(id) {
			r.Sections = append(r.Sections, scoreSection(id, bySection[id]))
		}
	}
	r.Score, r.Uncapped = scoreTotal(r.Sections)
	r.Notes = sortedUnique(r.Notes)
	r.Endpoints = settleEndpoints(r.Endpoints)
	r.Gates, r.Verdict = gates.judge(&r)
	return &r
}

// identify gives every finding its fingerprint, marks the baselined ones and
// returns them in report order. The criteria's own lists are sorted as well.
func identify(bySection map[rule.Section][]Criterion, baseline map[string]bool) []*Finding {
	var all []*Finding
	for _, id := range rule.Sections() {
		for _, c := range bySection[id] {
			slices.SortStableFunc(c.Findings, func(a, b Finding) int { return compareFindings(&a, &b) })
			for i := range c.Findings {
				all = append(all, &c.Findings[i])
			}
		}
	}
	slices.SortStableFunc(all, compareFindings)
	setFingerprints(all)
	for _, f := range all {
		f.Baselined = f.Baselined || baseline[f.Fingerprint]
	}
	return all
}

// SortedMigrations lists them by tool, folder and version. Versions count as
// numbers where they are digits, so that 2 comes before 10.
func (r *Report) SortedMigrations() []Migration {
	return slices.SortedStableFunc(slices.Values(r.Migrations), func(a, b Migration) int {
		return cmp.Or(cmp.Compare(a.Tool, b.Tool), cmp.Compare(a.folder(), b.folder()), compareVersions(a.Version, b.Version), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Up, b.Up))
	})
}

// folder is where the scripts lie.
func (m *Migration) folder() string { return path.Dir(cmp.Or(m.Up, m.Down)) }

// compareVersions puts digits in front of names, and orders digits by value.
func compareVersions(a, b string) int {
	x, xok := new(big.Int).SetString(a, 10)
	y, yok := new(big.Int).SetString(b, 10)
	switch {
	case xok && yok:
		return cmp.Or(x.Cmp(y), cmp.Compare(a, b))
	case xok != yok:
		return compareBool(xok, yok)
	}
	return cmp.Compare(a, b)
}

// LeastCovered lists the packages from the least covered to the most.
func (c Coverage) LeastCovered() []PackageCoverage {
	return slices.SortedStableFunc(slices.Values(c.Packages), func(a, b PackageCoverage) int {
		return cmp.Or(a.Percent().Cmp(b.Percent()), cmp.Compare(b.Statements, a.Statements), cmp.Compare(a.Path, b.Path))
	})
}

// Inconclusive lists the criteria with anything undecided, in report order.
func (r *Report) Inconclusive() []Criterion {
	var cs []Criterion
	for _, s := range r.Sections {
		for _, c := range s.Criteria {
			if c.Outcome == Inconclusive || c.Undecided > 0 {
				cs = append(cs, c)
			}
		}
	}
	return cs
}

func sortedUnique(in []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(in)))
}
