package hygiene

import (
	"go/ast"
	"strings"

	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleSecurityHeadersMissing asks that answers tell browsers to be careful.
var RuleSecurityHeadersMissing = rule.Rule{
	ID:       "security-headers-missing",
	Title:    "no middleware sets the usual security headers",
	Section:  rule.Security,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 16, True: 16},
	Why:      "Without X-Content-Type-Options: nosniff a browser may run an answer as what the attacker says it is; framing and downgrades are open as well.",
	Fix:      "Set X-Content-Type-Options, and for pages X-Frame-Options, Content-Security-Policy and Strict-Transport-Security, once, in middleware.",
	Limits:   "Passes when non-test code sets X-Content-Type-Options or calls a library for it; headers that a proxy adds are not seen.",
}

// headerLibraries set the headers. Source: their documentation.
var headerLibraries = []string{
	"github.com/unrolled/secure.New", "github.com/labstack/echo/middleware.Secure*", "github.com/gofiber/fiber/middleware/helmet.New",
	"github.com/gofiber/helmet.New", "github.com/gin-contrib/secure.New", "github.com/danielkov/gin-helmet.Default", "github.com/goddtriffin/helmet.*",
	"github.com/kataras/iris/middleware/secure.*", "github.com/srikrsna/security-headers.*",
}

const sniffHeader = "X-Content-Type-Options"

func securityHeadersMissing(a *audit) report.Criterion {
	if !a.serves() {
		return report.NotApplicableTo(RuleSecurityHeadersMissing, "the module registers no route and starts no server")
	}
	t := report.Examine(RuleSecurityHeadersMissing)
	libraries := a.graph.Everything().Find(func(n string) bool { return reach.Matches(headerLibraries, n) })
	if len(libraries) > 0 {
		t.Pass(a.program.Place(libraries[0].Ident.Pos(), "%s sets the headers", libraries[0].Name))
		return t.Criterion("")
	}
	if at := a.namesHeader(); at != nil {
		t.Pass(*at)
		return t.Criterion("")
	}
	if unseen := a.repo.Routes.Unseen(); unseen != "" {
		t.Undecided("nothing in the module sets them, but "+unseen+" and may do so", report.Related{Position: a.firstRoute(), Message: "a route of it"})
		return t.Criterion("")
	}
	t.Fail(report.Finding{Message: "nothing sets X-Content-Type-Options and the other security headers; set them once, in middleware around the router",
		Position: a.firstRoute(), Anchor: "headers"})
	return t.Criterion("")
}

// namesHeader finds the header's name in the code, also as a constant.
func (a *audit) namesHeader() (at *report.Related) {
	for _, pkg := range a.program.Packages {
		for _, f := range pkg.Syntax {
			ast.Inspect(f, func(n ast.Node) bool {
				if e, ok := n.(ast.Expr); ok && at == nil {
					if s, ok := text(pkg.TypesInfo, e); ok && strings.EqualFold(s, sniffHeader) {
						place := a.program.Place(e.Pos(), "sets %s", sniffHeader)
						at = &place
					}
				}
				return at == nil
			})
		}
	}
	return at
}

// firstRoute is where the first route is registered, for findings about all.
func (a *audit) firstRoute() report.Position {
	for _, r := range a.repo.Routes.Routes {
		if !r.Derived && r.Pos.IsValid() {
			return r.Pos
		}
	}
	return report.Position{}
}
