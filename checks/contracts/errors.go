package contracts

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/spec"
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
	Limits: "Envelopes are compared by encoding and by the top-level keys of the JSON, not by who writes them: an answer that has all keys of most others, " +
		"and more, is in their form, and so is one that writes them out as text. Keys with omitempty count where something is put into them. Left out are pages, redirects, " +
		"operations whose documented success is not JSON, answers of generated code, an error answer that the document gives a schema of its own, " +
		"the bare status that is sent when writing the answer failed, and the 503 of a probe, whose body is its state. What is encoded from a value of unknown type is inconclusive, and so are " +
		"answers beside a central error handler, whose form is not followed.",
	Judged:  rule.Judged{Read: 20, True: 18, Disputed: 2},
	Example: errorFormExample,
}

// errorSite is one place that answers with an error.
type errorSite struct {
	envelope
	answer   behaviour.Answer
	endpoint string
}

// siteKey tells places apart: a call in a handler, and what it leads to.
type formKey struct {
	site report.Position
	envelope
}

type siteKey struct{ site, pos report.Position }

func errorResponses(x *behaviour.Index, rows []handled) report.Criterion {
	t := report.Examine(ErrorResponseInconsistent)
	sites, unknown := errorSites(x, rows)
	sites, aside := apart(sites)
	if aside > 0 {
		t.UndecidedN(aside, fmt.Sprintf("what a central error handler makes of %s is not followed, so it can't be compared with the others", plural(aside, "error")))
	}
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
	conforming := 0
	for _, s := range sites {
		if s.has(usual) {
			conforming++
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
	t.PassN(conforming, example...)
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
		if s.has(usual) {
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
	seen, told := map[siteKey]bool{}, map[formKey]bool{}
	add := func(endpoint string, answers []behaviour.Answer) {
		for i, a := range answers {
			key := siteKey{a.Site, a.Pos}
			if a.Status < 400 || a.Encoding == "html" || a.Encoding == "redirect" || a.Encoding == "file" || seen[key] || isFallback(answers, i) || x.IsGenerated(a) {
				continue
			}
			seen[key] = true
			env, ok := envelopeOf(a)
			if !ok {
				unknown++
				continue
			}
			// a call of a helper is one site, however many lines of it answer alike
			if form := (formKey{a.Site, env}); !told[form] {
				told[form] = true
				sites = append(sites, errorSite{env, a, endpoint})
			}
		}
	}
	for _, h := range rows {
		if isPage(h.row.Operation) {
			continue
		}
		add(h.row.Name(), slices.DeleteFunc(slices.Clone(h.ownErrors()), func(a behaviour.Answer) bool { return a.Status == 503 && probe.MatchString(h.row.Route.Path) }))
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

// probe are paths that tell the state of the server: 503 is one of its answers,
// no error.
var probe = regexp.MustCompile(`(?i)/(health|live|ready|readi|alive|ping|status|heartbeat)\w*/?$`)

// apart leaves the errors for a central handler out where there are others: the
// forms of both are known, that of one of them only by name.
func apart(sites []errorSite) (kept []errorSite, aside int) {
	for _, s := range sites {
		if s.kind == central {
			aside++
		} else {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 {
		return sites, 0
	}
	if aside > len(kept) { // most errors have a form that is not known
		return nil, aside + len(kept)
	}
	return kept, aside
}

// isPage reports an operation whose documented success is of other types than JSON.
func isPage(op *spec.Operation) bool {
	if op == nil {
		return false
	}
	typed := false
	for _, r := range successes(op) {
		if jsonMedia(r.Content) != nil {
			return false
		}
		typed = typed || len(r.Content) > 0
	}
	return typed
}

// isFallback knows the bare 5xx that is sent when writing the answer fails: the
// same call leads to an answer with a body.
func isFallback(answers []behaviour.Answer, i int) bool {
	a := answers[i]
	if a.HasBody || a.Status < 500 {
		return false
	}
	return slices.ContainsFunc(answers, func(b behaviour.Answer) bool { return b.HasBody && b.Site == a.Site })
}

// ownErrors leaves out what the document gives a schema of its own: it is meant
// to differ.
func (h handled) ownErrors() []behaviour.Answer {
	if h.row.Operation == nil {
		return h.Answers
	}
	shared := map[string]int{}
	for _, op := range h.row.Document.Operations {
		for _, r := range op.Responses {
			if m := jsonMedia(r.Content); m != nil && m.Schema != nil && m.Schema.Ref != "" && !strings.HasPrefix(r.Status, "2") {
				shared[m.Schema.Ref]++
			}
		}
	}
	var out []behaviour.Answer
	for _, a := range h.Answers {
		r := documentedFor(h.row.Operation.Responses, a.Status)
		if a.Status >= 400 && r != nil {
			if m := jsonMedia(r.Content); m != nil && m.Schema != nil && m.Schema.Ref != "" && shared[m.Schema.Ref] == 1 {
				continue
			}
		}
		out = append(out, a)
	}
	return out
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
