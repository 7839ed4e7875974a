package coverage

import (
	"fmt"
	"go/ast"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleTestSkipped flags tests that skip themselves whatever happens.
var RuleTestSkipped = rule.Rule{
	ID:       "test-skipped",
	Title:    "a test skips itself unconditionally",
	Section:  rule.Tests,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 10, True: 10},
	Why:      "The test is listed as passed by those who do not look twice, and tests nothing.",
	Fix:      "Repair the test or delete it; where it needs something, skip on the condition that it is missing.",
	Limits:   "Only a skip among the first plain statements of the test function is seen, not one in a helper or a subtest.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop

func Total(a, b int) int { return a + b }
-- bad/shop_test.go --
package shop

import "testing"

func TestTotal(t *testing.T) {
	t.Skip("flaky")
	t.Error("never reached")
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop

func Total(a, b int) int { return a + b }
-- good/shop_test.go --
package shop

import "testing"

func TestTotal(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	if got := Total(1, 2); got != 3 {
		t.Errorf("got %d, want 3", got)
	}
}
`,
}

func testSkipped(s *suite) report.Criterion {
	t := report.Examine(RuleTestSkipped)
	for _, test := range s.tests {
		skip := unconditionalSkip(test.decl)
		if skip == nil {
			t.Pass()
			continue
		}
		t.Fail(report.Finding{
			Message:  fmt.Sprintf("%s always skips itself%s; repair it or delete it", test.name, skipReason(skip)),
			Position: s.position(skip.Pos()), Anchor: test.name,
		})
	}
	return t.Criterion("the module has no test")
}

// unconditionalSkip finds a skip that nothing before it can turn away from.
func unconditionalSkip(decl *ast.FuncDecl) *ast.CallExpr {
	for _, stmt := range decl.Body.List {
		switch x := stmt.(type) {
		case *ast.ExprStmt:
			if call, ok := x.X.(*ast.CallExpr); ok && isSkip(call, parameter(decl)) {
				return call
			}
		case *ast.AssignStmt, *ast.DeclStmt, *ast.DeferStmt, *ast.EmptyStmt:
		default:
			return nil
		}
	}
	return nil
}

// parameter is the name of the *testing.T; empty for methods of a suite.
func parameter(decl *ast.FuncDecl) string {
	for _, f := range decl.Type.Params.List {
		for _, n := range f.Names {
			return n.Name
		}
	}
	return ""
}

// isSkip knows t.Skip, t.Skipf, t.SkipNow and s.T().Skip.
func isSkip(call *ast.CallExpr, param string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch sel.Sel.Name {
	case "Skip", "Skipf", "SkipNow":
	default:
		return false
	}
	switch x := sel.X.(type) {
	case *ast.Ident:
		return x.Name == param
	case *ast.CallExpr:
		t, ok := x.Fun.(*ast.SelectorExpr)
		return ok && t.Sel.Name == "T"
	}
	return false
}

func skipReason(call *ast.CallExpr) string {
	if len(call.Args) == 0 {
		return ""
	}
	if lit, ok := call.Args[0].(*ast.BasicLit); ok {
		return " (" + clip(strings.Trim(lit.Value, "\"`")) + ")"
	}
	return ""
}
