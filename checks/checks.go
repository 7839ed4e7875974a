// Package checks puts an audit together: it loads the module, finds documents
// and routes, joins them, runs every check and hands criteria to the report.
package checks

import (
	"fmt"
	"slices"
	"sort"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers"
	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks/auth"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/compliance"
	"github.com/backend-conformance/conformance/checks/contracts"
	"github.com/backend-conformance/conformance/checks/coverage"
	"github.com/backend-conformance/conformance/checks/docs"
	"github.com/backend-conformance/conformance/checks/duplication"
	"github.com/backend-conformance/conformance/checks/endpoints"
	"github.com/backend-conformance/conformance/checks/hygiene"
	"github.com/backend-conformance/conformance/checks/inputs"
	"github.com/backend-conformance/conformance/checks/integration"
	"github.com/backend-conformance/conformance/checks/migrations"
	"github.com/backend-conformance/conformance/checks/operations"
	"github.com/backend-conformance/conformance/checks/queries"
	"github.com/backend-conformance/conformance/report/rule"
)

// All lists the check families in the order in which they run. Those that run
// the repository's code come last.
func All() []check.Check {
	return []check.Check{
		endpoints.Check,
		auth.Check,
		inputs.Check,
		contracts.Check,
		docs.Check,
		migrations.Check,
		queries.Check,
		integration.Check,
		operations.Check,
		hygiene.Check,
		duplication.Check,
		compliance.Check,
		coverage.Check,
	}
}

// Catalogue lists every rule, by section, severity and id.
func Catalogue() []rule.Rule {
	var rules []rule.Rule
	for _, c := range All() {
		rules = append(rules, c.Rules...)
	}
	for _, o := range analyzers.Owners() {
		rules = append(rules, o.Rules...)
	}
	sort.SliceStable(rules, func(i, j int) bool {
		a, b := rules[i], rules[j]
		if a.Section != b.Section {
			return a.Section.Order() < b.Section.Order()
		}
		if a.Severity != b.Severity {
			return a.Severity > b.Severity
		}
		return a.ID < b.ID
	})
	return rules
}

// Lookup finds a rule by id.
func Lookup(id string) (rule.Rule, bool) {
	rules := Catalogue()
	i := slices.IndexFunc(rules, func(r rule.Rule) bool { return r.ID == id })
	if i < 0 {
		return rule.Rule{}, false
	}
	return rules[i], true
}

// Selection limits an audit to sections or rules.
type Selection struct{ Only, Skip []string }

// Validate refuses names that are neither a section nor a rule.
func (s Selection) Validate() error {
	for _, name := range append(append([]string{}, s.Only...), s.Skip...) {
		if rule.Section(name).Title() != "" {
			continue
		}
		if _, ok := Lookup(name); !ok {
			return fmt.Errorf("unknown section or rule %q; conformance rules lists them", name)
		}
	}
	return nil
}

// Has reports whether the rule takes part.
func (s Selection) Has(r rule.Rule) bool {
	named := func(list []string) bool {
		return slices.Contains(list, r.ID) || slices.Contains(list, string(r.Section))
	}
	return (len(s.Only) == 0 || named(s.Only)) && !named(s.Skip)
}

// Sections are those with at least one rule that takes part, and those without
// any rule unless they are deselected by name.
func (s Selection) Sections() []rule.Section {
	total, chosen := map[rule.Section]int{}, map[rule.Section]int{}
	for _, r := range Catalogue() {
		total[r.Section]++
		if s.Has(r) {
			chosen[r.Section]++
		}
	}
	var out []rule.Section
	for _, id := range rule.Sections() {
		empty := total[id] == 0 && s.Has(rule.Rule{Section: id})
		if chosen[id] > 0 || empty {
			out = append(out, id)
		}
	}
	return out
}

// analyzersToRun are those that report, and those whose results checks read.
func analyzersToRun() []*analysis.Analyzer {
	return append(analyzers.All(), behaviour.Analyzer)
}
