package text

import (
	"fmt"

	"github.com/backend-conformance/conformance/report"
)

// gainsShown is how much of the plan is shown without --verbose.
const gainsShown = 10

// fixFirst lists the rules by what mending them brings.
func (t *renderer) fixFirst() {
	gains := report.Gains(t.r)
	if len(gains) == 0 {
		return
	}
	capped := report.CapsMatter(gains)
	remark := "points of the total gained by this rule alone"
	if capped {
		remark = "points of the total gained by this rule alone: now, and before caps"
	}
	t.heading("What to fix first", remark)
	shown := gains
	if !t.verbose && len(gains) > gainsShown {
		shown = gains[:gainsShown]
	}
	id := 0
	for _, g := range shown {
		id = max(id, len(g.Criterion.Rule.ID))
	}
	said := map[string]string{}
	for i, g := range shown {
		remark := g.Remark()
		if first := said[remark]; first != "" && g.Settle {
			remark = "inconclusive, as " + first
		} else {
			said[remark] = g.Criterion.Rule.ID
		}
		t.gain(i+1, g, remark, id, capped)
	}
	if cut := len(gains) - len(shown); cut > 0 {
		t.line(span{fmt.Sprintf("      … and %s more; --verbose lists them all", report.Plural(cut, "rule")), faint})
	}
}

func (t *renderer) gain(n int, g report.Gain, remark string, id int, capped bool) {
	c := g.Criterion
	lead := []span{{padLeft(fmt.Sprintf("%d.", n), 5), faint}, {padLeft(report.Gained(g.Total), 7), good}}
	if capped {
		lead = append(lead, span{padLeft(report.Gained(g.Uncapped), 7), faint})
	}
	lead = append(lead, span{"  " + pad(c.Rule.ID, id+2), bold}, span{pad(string(c.Rule.Section), 5), faint})
	t.wrapped(lead, remark, plain)
}
