// Package analyzers lists the analyzers: rules that see Go code only and run
// unchanged in this command, go vet, golangci-lint, nogo and analysistest.
package analyzers

import (
	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/directive"
	"github.com/backend-conformance/conformance/analyzers/internal/owners"
	"github.com/backend-conformance/conformance/report/rule"
)

// Owner is an analyzer with the rules that it reports. Its result is an
// *evidence.Result.
type Owner = owners.Owner

// Owners lists the analyzers that report, in the order in which they run: last
// the one that reports directives which none of the others used.
func Owners() []Owner {
	return append(owners.All(), Owner{Analyzer: directive.Analyzer, Rules: []rule.Rule{directive.Rule}})
}

// All lists every analyzer, as drivers want them.
func All() []*analysis.Analyzer {
	var all []*analysis.Analyzer
	for _, o := range Owners() {
		all = append(all, o.Analyzer)
	}
	return all
}
