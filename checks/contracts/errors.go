package contracts

import (
	"fmt"
	"sort"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// ErrorResponseInconsistent is the rule error-response-inconsistent.
var ErrorResponseInconsistent = rule.Rule{
	ID: "error-response-inconsistent", Title: "error answers in a form that most others do not have",
	Section: rule.Errors, Supports: []rule.Section{rule.Maintainable}, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "A client parses errors in one way. Where one endpoint answers text, the next {error} and a third {message, code}, " +
		"the error is lost or crashes the client.",
	Fix: "Answer every error through one helper, in one envelope.",
	Limits: "Envelopes are compared by encoding and by the top-level keys of the JSON, not by who writes them; pages and redirects are left " +
		"out. What is encoded from a value of unknown type is inconclusive.",
	Example: errorFormExample,
}

// errorSite is one place that answers with an error.
type errorSite struct {
	envelope
	answer   behaviour.Answer
	endpoint string
}

// siteKey tells places apart: a call in a handler, and what it leads to.
type siteKey struct{ site, pos report.Position }

func errorResponses(x *behaviour.Index, rows []handled) report.Criterion {
	t := report.Examine(ErrorResponseInconsistent)
	sites, unknown := errorSites(x, rows)
	if unknown > 0 {
		t.UndecidedN(unknown, fmt.Sprintf("the body of %s is of a type that is not known", plural(unknown, "error answer")))
	}
	usual, count := majority(sites)
	var example []report.Related
	for _, s := range sites {
		if s.envelope == usual && len(example) < 3 {
			example = append(example, report.Related{Position: s.answer.Pos, Message: fmt.Sprintf("%s answers %d as %s", s.endpoint, s.answer.Status, usual)})
		}
	}
	for _, same := range minorities(sites, usual) {
		s := same[0]
		t.Fail(report.Finding{
			Message: fmt.Sprintf("%s answers %d as %s%s, but %d of %d error answers are %s%s; use the same form",
				s.endpoint, s.answer.Status, s.envelope, andMore(len(same)-1), count, len(sites), usual, writtenBy(sites, usual)),
			Position: s.answer.Site, Endpoint: s.endpoint, Anchor: s.answer.Helper + " " + s.envelope.String(), Related: append(places(same[1:]), example...),
		})
	}
	t.PassN(count, example...)
	if len(sites) == 0 && unknown == 0 && dynamic(rows) > 0 {
		return report.CannotTell(ErrorResponseInconsistent, fmt.Sprintf("the status of %s is not a constant, so errors cannot be told from successes", plural(dynamic(rows), "answer")))
	}
	return t.Criterion("no handler answers with an error")
}

// minorities are the sites of each form but the usual one that a function
// writes: one defect, mended in one place.
func minorities(sites []errorSite, usual envelope) [][]errorSite {
	type form struct {
		envelope
		helper string
	}
	at := map[form]int{}
	var groups [][]errorSite
	for _, s := range sites {
		if s.envelope == usual {
			continue
		}
		k := form{s.envelope, s.answer.Helper}
		i, ok := at[k]
		if !ok {
			i, at[k] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], s)
	}
	return groups
}

// maxPlaces bounds the further places that a finding lists.
const maxPlaces = 20

func places(sites []errorSite) []report.Related {
	var out []report.Related
	for _, s := range sites[:min(len(sites), maxPlaces)] {
		out = append(out, report.Related{Position: s.answer.Site, Message: fmt.Sprintf("%s answers %d as %s", s.endpoint, s.answer.Status, s.envelope)})
	}
	return out
}

func andMore(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", as at %s more", plural(n, "place"))
}

// dynamic counts answers whose status is only known when the program runs.
func dynamic(rows []handled) int {
	n := 0
	for _, h := range rows {
		for _, a := range h.Answers {
			if !a.StatusKnown && !a.Returned {
				n++
			}
		}
	}
	return n
}

// errorSites collects the error answers of handlers and their middleware, each
// place once.
func errorSites(x *behaviour.Index, rows []handled) (sites []errorSite, unknown int) {
	seen := map[siteKey]bool{}
	add := func(endpoint string, answers []behaviour.Answer) {
		for _, a := range answers {
			key := siteKey{a.Site, a.Pos}
			if a.Status < 400 || a.Encoding == "html" || a.Encoding == "redirect" || a.Encoding == "file" || seen[key] {
				continue
			}
			seen[key] = true
			env, ok := envelopeOf(a)
			if !ok {
				unknown++
				continue
			}
			sites = append(sites, errorSite{env, a, endpoint})
		}
	}
	for _, h := range rows {
		add(h.row.Name(), h.Answers)
		for _, m := range h.row.Route.Middleware {
			add(h.row.Name(), x.Handler(m).Answers)
		}
	}
	sort.SliceStable(sites, func(i, j int) bool {
		a, b := sites[i].answer.Site, sites[j].answer.Site
		if a.File != b.File {
			return a.File < b.File
		}
		return a.Line < b.Line
	})
	return sites, unknown
}

// majority is the envelope that most sites have; the first by name of several.
func majority(sites []errorSite) (envelope, int) {
	count := map[envelope]int{}
	for _, s := range sites {
		count[s.envelope]++
	}
	var best envelope
	for e, n := range count {
		if n > count[best] || n == count[best] && e.String() < best.String() {
			best = e
		}
	}
	return best, count[best]
}

// writtenBy names the function that writes most of the usual answers.
func writtenBy(sites []errorSite, usual envelope) string {
	count := map[string]int{}
	best := ""
	for _, s := range sites {
		if s.envelope == usual && s.answer.Helper != "" {
			count[s.answer.Helper]++
		}
	}
	for h, n := range count {
		if n > count[best] || n == count[best] && h < best {
			best = h
		}
	}
	if count[best] < 2 {
		return ""
	}
	return " (written by " + best + ")"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
