package checks_test

import (
	"testing"

	"github.com/backend-conformance/conformance/analyzers"
	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/checks/load"
)

const bookstore = "../testdata/backends/bookstore"

// BenchmarkAudit is a whole audit that runs nothing of the repository.
func BenchmarkAudit(b *testing.B) {
	for b.Loop() {
		if _, err := checks.Run(b.Context(), checks.Options{Dir: bookstore}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad is the part of an audit that everything else is measured by:
// listing, parsing and type-checking the module.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := load.Load(b.Context(), load.Options{Dir: bookstore}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAnalyzers is one run of all analyzers over a module that is loaded.
func BenchmarkAnalyzers(b *testing.B) {
	p, err := load.Load(b.Context(), load.Options{Dir: bookstore})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := p.Analyze(b.Context(), append(analyzers.All(), behaviour.Analyzer)); err != nil {
			b.Fatal(err)
		}
	}
}
