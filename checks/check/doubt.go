package check

import (
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
)

// Doubt turns "not applicable" into inconclusive where parts of the module have
// no types: what was looked for in the code may stand just there.
func Doubt(p *load.Program, c report.Criterion) report.Criterion {
	if c.Outcome != report.NotApplicable {
		return c
	}
	for _, pkg := range p.Packages {
		if len(pkg.TypeErrors) > 0 {
			e := pkg.TypeErrors[0]
			at := p.Position(e.Pos)
			return report.CannotTell(c.Rule, c.Reason+", as far as the code has types: "+at.String()+": "+e.Msg+"; make it compile to have all of it judged",
				report.Related{Position: at, Message: e.Msg})
		}
	}
	return c
}
