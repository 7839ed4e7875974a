package operations

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleBuildFailing asks that the module compiles.
var RuleBuildFailing = rule.Rule{
	ID:       "build-failing",
	Title:    "the module does not compile",
	Section:  rule.Production,
	Severity: rule.Blocker,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 3, True: 3},
	Why:      "Nothing can be delivered from source that does not compile, and nothing else about these packages is certain.",
	Fix:      "Repair the error that is named; go build ./... shows the same one.",
	Limits: "Type-checked for this platform without build tags. Errors that come from a missing module, a missing embedded file, " +
		"a missing C library or a newer Go say something about this machine: the packages that they touch are inconclusive.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop

func Total(a, b int) string { return a + b }
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop

func Total(a, b int) int { return a + b }
`,
}

func buildFailing(r *check.Repo) report.Criterion {
	t := report.Examine(RuleBuildFailing)
	problems := map[string][]load.Problem{}
	for _, p := range r.Program.Problems {
		problems[p.Package] = append(problems[p.Package], p)
	}
	known := map[string]bool{}
	for _, pkg := range r.Program.Packages {
		known[pkg.PkgPath] = true
		judgeBuild(t, problems[pkg.PkgPath])
	}
	for _, p := range r.Program.Problems { // packages without any Go file that parses
		if !known[p.Package] {
			known[p.Package] = true
			judgeBuild(t, problems[p.Package])
		}
	}
	return t.Criterion("the module has no package")
}

// judgeBuild counts one package. One problem of the machine puts the others of
// the package in doubt, since they may follow from it.
func judgeBuild(t *report.Tally, problems []load.Problem) {
	if len(problems) == 0 {
		t.Pass()
		return
	}
	for _, p := range problems {
		if p.OfMachine() {
			t.Undecided(fmt.Sprintf("%s could not be compiled here: %s; provide what is missing and run again", p.Package, p.Message))
			return
		}
	}
	for i, p := range oncePerLine(problems) {
		f := report.Finding{Message: fmt.Sprintf("package %s does not compile: %s", p.Package, p.Message), Position: p.Position, Anchor: p.Package}
		if i == 0 {
			t.Fail(f)
		} else {
			t.Also(f)
		}
	}
}

// oncePerLine keeps the first problem of each line: a syntax error brings others
// in its wake. The compiler's own summary ("# package ...") repeats what has a
// place already, and stays only where nothing has.
func oncePerLine(problems []load.Problem) []load.Problem {
	var placed []load.Problem
	for _, p := range problems {
		if p.IsValid() {
			placed = append(placed, p)
		}
	}
	if len(placed) == 0 {
		return problems[:1]
	}
	slices.SortStableFunc(placed, func(a, b load.Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column)
	})
	return slices.CompactFunc(placed, func(a, b load.Problem) bool { return a.File == b.File && a.Line == b.Line })
}
