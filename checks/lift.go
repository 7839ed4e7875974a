package checks

import (
	"go/token"
	"sort"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/analyzers/evidence"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// lift turns what an analyzer found into criteria, one for each rule it owns:
// diagnostics become findings, examined sites the denominator, and a package on
// which it gave nothing an undecided site.
func lift(p *load.Program, a *analysis.Analyzer, rules []rule.Rule) []report.Criterion {
	var criteria []report.Criterion
	for _, ru := range rules {
		t := report.Examine(ru)
		for _, act := range p.Actions(a) {
			liftAction(t, p, act, ru)
		}
		criteria = append(criteria, t.Criterion("no such site in "+p.Module))
	}
	return criteria
}

func liftAction(t *report.Tally, p *load.Program, act *load.Action, ru rule.Rule) {
	if act.Err != nil {
		t.Undecided(act.Err.Error() + "; make it compile to have it judged")
		return
	}
	result, _ := act.Result.(*evidence.Result)
	tally := result.Of(ru.ID)
	if tally == nil {
		return
	}
	failed := 0
	for _, d := range act.Diagnostics {
		if d.Category != ru.ID {
			continue
		}
		failed++
		t.Fail(finding(p, act.Package, d.Pos, d.End, strings.TrimSuffix(d.Message, " ("+ru.ID+")"), d.Related))
	}
	for _, s := range tally.Suppressed {
		failed++
		f := finding(p, act.Package, s.Pos, token.NoPos, s.Text, nil)
		f.Suppressed = &s.Reason
		t.Fail(f)
	}
	for _, s := range tally.Undecided {
		t.Undecided(p.Position(s.Pos).String()+": "+s.Text, report.Related{Position: p.Position(s.Pos), Message: s.Text})
	}
	if rest := tally.Examined - failed - len(tally.Undecided); rest > 0 {
		t.PassN(rest)
	}
}

func finding(p *load.Program, pkg *packages.Package, pos, end token.Pos, message string, related []analysis.RelatedInformation) report.Finding {
	f := report.Finding{Message: message, Position: p.Position(pos), Anchor: p.Enclosing(pkg, pos)}
	if end.IsValid() {
		f.EndLine = p.Position(end).Line
	}
	for _, r := range related {
		if at := p.Position(r.Pos); at.IsValid() {
			f.Related = append(f.Related, report.Related{Position: at, Message: r.Message})
		}
	}
	sort.SliceStable(f.Related, func(i, j int) bool { return f.Related[i].Position.String() < f.Related[j].Position.String() })
	return f
}
