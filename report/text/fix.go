package text

import (
	"fmt"

	"github.com/backend-conformance/conformance/report"
)

// gainsShown is how much of each list is shown without --verbose.
const gainsShown = 10

// fixFirst lists what is inconclusive by what would settle it, then, close to
// the end where it is read first, the rules by what mending them brings.
func (t *renderer) fixFirst() {
	gains := report.Gains(t.r)
	t.settle(report.Settlements(gains))
	t.mend(report.Mendable(gains))
}

func (t *renderer) mend(gains []report.Gain) {
	if len(gains) == 0 {
		return
	}
	capped := report.CapsMatter(gains)
	remark := "points of the total gained by this rule alone"
	if capped {
		remark += ": now, and before caps"
	}
	t.heading("What to fix first", remark)
	shown := few(t, gains)
	id := 0
	for _, g := range shown {
		id = max(id, len(g.Criterion.Rule.ID))
	}
	for i, g := range shown {
		t.gain(i+1, g, id, capped)
	}
	t.more(len(gains)-len(shown), "rule")
}

// few is the list itself with --verbose, else its beginning.
func few[T any](t *renderer, list []T) []T {
	if t.verbose {
		return list
	}
	return list[:min(gainsShown, len(list))]
}

// more says how much is left out, if any.
func (t *renderer) more(n int, noun string) {
	if n > 0 {
		t.line(span{fmt.Sprintf("      … and %s more; --verbose lists them all", report.Plural(n, noun)), faint})
	}
}

func (t *renderer) gain(n int, g report.Gain, id int, capped bool) {
	c := g.Criterion
	lead := []span{{padLeft(fmt.Sprintf("%d.", n), 5), faint}, {padLeft(report.Gained(g.Total), 7), good}}
	if capped {
		lead = append(lead, span{padLeft(report.Gained(g.Uncapped), 7), faint})
	}
	lead = append(lead, span{"  " + pad(c.Rule.ID, id+2), bold}, span{pad(string(c.Rule.Section), 5), faint})
	t.wrapped(lead, g.Remark(), plain)
}

func (t *renderer) settle(list []report.Settlement) {
	if len(list) == 0 {
		return
	}
	t.heading("What is inconclusive", "points of the total, before caps, if it turns out well")
	shown := few(t, list)
	for _, s := range shown {
		t.wrapped([]span{{"    ? ", accent}, {padLeft(report.Gained(s.Points), 6) + "  ", good}}, s.Reason, plain)
		t.items([]span{{"              ", plain}}, ids(s))
	}
	t.more(len(list)-len(shown), "reason")
}

func ids(s report.Settlement) []string {
	var list []string
	for _, r := range s.Rules {
		list = append(list, r.ID)
	}
	return list
}
