package coverage

import (
	"fmt"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleTestsMissing asks for a test at all.
var RuleTestsMissing = rule.Rule{
	ID:       "tests-missing",
	Title:    "the module has no test",
	Section:  rule.Tests,
	Severity: rule.Blocker,
	Since:    "1.0.0",
	Why:      "Nothing shows that the backend works today, nor that it still works after the next change.",
	Fix:      "Write tests for the handlers first: a request through the router shows most for the least code.",
	Limits:   "Tests in another language, or in a module of their own, are not seen.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop

func Total(a, b int) int { return a + b }
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
	if got := Total(1, 2); got != 3 {
		t.Errorf("got %d, want 3", got)
	}
}
`,
}

func testsMissing(s *suite) report.Criterion {
	t := report.Examine(RuleTestsMissing)
	fs := s.functions()
	if len(fs) == 0 {
		t.Fail(report.Finding{Message: "no file of the module holds a func TestXxx(t *testing.T); begin with a test that sends a request through the router"})
	} else {
		n := len(fs)
		t.Pass(report.Related{Position: fs[0].pos, Message: fmt.Sprintf("%s, one of %d tests", fs[0].name, n)})
	}
	return t.Criterion("")
}
