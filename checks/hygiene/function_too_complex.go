package hygiene

import (
	"fmt"
	"go/ast"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleFunctionTooComplex asks for functions that a reader can hold.
var RuleFunctionTooComplex = rule.Rule{
	ID:       "function-too-complex",
	Title:    "a function is too complex to follow",
	Section:  rule.Maintainable,
	Severity: rule.Minor,
	Ratio:    true,
	Since:    "1.0.0",
	Why:      "Nobody changes a function safely whose branches nobody can keep in mind.",
	Fix:      "Return early, move the inner loops and branches into functions with names, turn ladders into data.",
	Limits: "Cognitive complexity as SonarSource defines it, over hand-written functions; more than 30 is too much. A long flat switch " +
		"counts once, so tables of cases pass; a function can be hard to follow for other reasons.",
}

// complexityLimit is the highest cognitive complexity that is not too much.
const complexityLimit = 30

func functionTooComplex(p *load.Program) report.Criterion {
	t := report.Examine(RuleFunctionTooComplex)
	for _, pkg := range p.Packages {
		if !p.Selected(pkg) {
			continue
		}
		for _, f := range pkg.Syntax {
			if ast.IsGenerated(f) || !p.Position(f.Package).IsValid() {
				continue
			}
			for _, d := range f.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if !ok || decl.Body == nil {
					continue
				}
				n := cognitiveComplexity(decl)
				if n <= complexityLimit {
					t.Pass()
					continue
				}
				name := p.Enclosing(pkg, decl.Pos())
				t.Fail(report.Finding{
					Message:  fmt.Sprintf("%s has a cognitive complexity of %d, more than %d; return early and move inner branches into functions with names", name, n, complexityLimit),
					Position: p.Position(decl.Name.Pos()), Anchor: name,
				})
			}
		}
	}
	return t.Criterion("the module has no hand-written function")
}
