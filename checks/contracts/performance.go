package contracts

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// ListUnpaginated is the rule list-unpaginated.
var ListUnpaginated = rule.Rule{
	ID: "list-unpaginated", Title: "a list that is answered whole",
	Section: rule.Performance, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "The answer grows with the data until it no longer fits: memory of the server, time of the client.",
	Fix: "Take a limit and an offset or cursor, bound the limit, and hand both to the query.",
	Limits: "Looked at are GET operations that answer an array, or an object whose only array it is; left out are lists that stand in the code, " +
		"and what the code answers with one object, which response-mismatch tells. A parameter counts that is named like a limit or page " +
		"and whose value gets to a call that is not followed, such as the database's, to the bounds of a slice or to a comparison with another variable; " +
		"whether the query really limits by it is not known. Known to be wrong when the list is short by nature: a fixed set in the database, a buffer of bounded size, a number of rows that the code fixes.",
	Judged:  rule.Judged{Read: 35, True: 22, Disputed: 12},
	Example: notesExample,
}

// BodyUnbounded is the rule body-unbounded.
var BodyUnbounded = rule.Rule{
	ID: "body-unbounded", Title: "a request body that is read without a limit",
	Section: rule.Performance, Supports: []rule.Section{rule.Security}, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Judged:  rule.Judged{Read: 44, True: 44},
	Why:     "One client that sends an endless body fills the server's memory.",
	Fix:     "Wrap the body in http.MaxBytesReader, or put a middleware that does so before the routes.",
	Limits:  "Limits set by a reverse proxy are not seen. Frameworks that limit bodies by default (fiber, fasthttp) count as limited.",
	Example: notesExample,
}

var (
	limitName = regexp.MustCompile(`(?i)^(limit|per_?page|page_?size|page|size|count|first|last|top|take|max(_?results?)?|offset|cursor|skip|start|after|before|next|page_?token|\$top|\$skip)$`)
	limitWare = regexp.MustCompile(`(?i)body.?limit|max.?bytes|request.?size|limit.?(request)?.?body|size.?limit`)
)

func lists(rows []handled) report.Criterion {
	t := report.Examine(ListUnpaginated)
	for _, h := range rows {
		op := h.row.Operation
		if op == nil || op.Method != "GET" || !answersList(h.row.Document, op) {
			continue
		}
		name := h.row.Name()
		in, ok := limitRead(h.Summary)
		if h.Known && (!ok && h.Fixed() || promisesArray(h.row.Document, op) && answersOne(h.Summary)) {
			continue // response-mismatch says the latter
		}
		switch {
		case !h.Known:
			t.Undecided(name+": "+h.Reason, report.Related{Position: h.row.Route.Pos, Message: name})
		case ok && !in.Decodes && !in.Spent && h.Complete:
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s reads %q, but nothing that answers the list gets it; hand it to the query", name, in.Name),
				Position: in.Pos, Endpoint: name, Anchor: name, Related: []report.Related{{Position: op.Pos, Message: "the operation"}},
			})
		case ok:
			t.Pass(report.Related{Position: in.Pos, Message: fmt.Sprintf("%s reads %q", name, in.Name)})
		case readsRange(h.Summary):
			t.Undecided(name+": what it answers is bounded by a range in the request", report.Related{Position: h.row.Route.Pos, Message: name})
		case readsIDs(h.Summary):
			t.Undecided(name+": what it answers is bounded by the ids that it is asked for", report.Related{Position: h.row.Route.Pos, Message: name})
		case handsOnQuery(h.Summary) || !h.Complete:
			t.Undecided(name+": parameters are handed on as a whole", report.Related{Position: h.row.Route.Pos, Message: name})
		default:
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s answers a list, but %s takes no limit; take limit and offset or a cursor and hand them to the query", name, handlerName(h)),
				Position: h.row.Route.Handler.Pos, Endpoint: name, Anchor: name, Related: []report.Related{{Position: op.Pos, Message: "the operation"}},
			})
		}
	}
	return t.Criterion("no GET operation with a route answers a list")
}

// handsOnQuery: whoever got the query, or the request with it, may read a limit.
func handsOnQuery(s *behaviour.Summary) bool {
	return slices.ContainsFunc(s.Whole, func(w behaviour.Whole) bool { return w.Place != "path" })
}

var (
	rangeStart = regexp.MustCompile(`(?i)^(from|since|start(_?(date|time|at))?)$`)
	rangeEnd   = regexp.MustCompile(`(?i)^(to|until|end(_?(date|time|at))?)$`)
)

// readsRange knows lists of what lies between two points in time.
func readsRange(s *behaviour.Summary) bool {
	start, end := false, false
	for _, in := range s.Inputs {
		start = start || rangeStart.MatchString(in.Name)
		end = end || rangeEnd.MatchString(in.Name)
	}
	return start && end
}

// listOfIDs is the name of a parameter that lists what is asked for.
var listOfIDs = regexp.MustCompile(`(^|[a-z]_)ids(\[\])?$|[a-z]I[Dd]s(\[\])?$`)

func readsIDs(s *behaviour.Summary) bool {
	return slices.ContainsFunc(s.Inputs, func(in behaviour.Input) bool { return in.Place == "query" && listOfIDs.MatchString(in.Name) })
}

// answersOne: every body of a success is one object, whatever the document says.
func answersOne(s *behaviour.Summary) bool {
	one := false
	for _, a := range s.Answers {
		if !a.HasBody || a.StatusKnown && a.Status >= 400 {
			continue
		}
		if a.Type == nil || a.Encoding != "json" || !a.StatusKnown {
			return false
		}
		if _, object := structOf(a.Type); !object {
			return false
		}
		one = true
	}
	return one
}

func promisesArray(d *spec.Document, op *spec.Operation) bool {
	return slices.ContainsFunc(successes(op), func(r spec.Response) bool {
		media := jsonMedia(r.Content)
		return media != nil && jsonType(d, d.Resolve(media.Schema), 0) == "array"
	})
}

// limitRead is a parameter named like a limit; one that is put to use before
// others.
func limitRead(s *behaviour.Summary) (found behaviour.Input, ok bool) {
	r := newReads()
	r.add(s)
	all := slices.Clone(s.Inputs)
	for _, key := range slices.Sorted(maps.Keys(r.named)) {
		all = append(all, r.named[key])
	}
	for _, in := range all {
		if limitName.MatchString(in.Name) && in.Place != "path" && (!ok || in.Spent && !found.Spent) {
			found, ok = in, true
		}
	}
	return found, ok
}

// answersList reports whether the success answer is an array, or an object with
// exactly one array in it.
func answersList(d *spec.Document, op *spec.Operation) bool {
	for _, r := range successes(op) {
		media := jsonMedia(r.Content)
		if media == nil || r.Status == "default" {
			continue
		}
		s := d.Resolve(media.Schema)
		switch jsonType(d, s, 0) {
		case "array":
			return true
		case "object":
			return oneArray(d, s, op.Path)
		}
	}
	return false
}

// oneArray knows a page of a list: an object whose only array is named for the
// collection, or as pages are.
func oneArray(d *spec.Document, s *spec.Schema, path string) bool {
	segments := routes.Segments(path)
	if len(segments) == 0 {
		return false
	}
	arrays, others := 0, 0
	for _, p := range flatten(d, s, 0).properties {
		switch inner := d.Resolve(p.Schema); jsonType(d, inner, 0) {
		case "array":
			if pageName.MatchString(p.Name) || plain(p.Name) == plain(segments[len(segments)-1]) {
				arrays++
			} else {
				others++
			}
		case "object", "string":
			others++ // a resource with a list in it, rather than a page of a list
		}
	}
	return arrays == 1 && others == 0
}

var pageName = regexp.MustCompile(`(?i)^(items|data|results?|records|entries|list|rows|content|values|nodes|edges)$`)

func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

func bodyLimits(x *behaviour.Index, rows []handled) report.Criterion {
	t := report.Examine(BodyUnbounded)
	for _, h := range rows {
		if !h.Known {
			continue
		}
		for _, in := range h.Inputs {
			if in.Place != "body" && !(in.Decodes && in.Place == "request") {
				continue
			}
			name := h.row.Name()
			by, ok := limitedBy(x, h, in)
			switch unseen := h.row.Route.Unseen; {
			case ok:
				t.Pass(report.Related{Position: in.Pos, Message: fmt.Sprintf("%s: the body is limited by %s", name, by)})
			case unseen != "":
				t.Undecided(fmt.Sprintf("%s: %s and may limit bodies", name, unseen), report.Related{Position: in.Pos, Message: name})
			default:
				t.Fail(report.Finding{
					Message:  fmt.Sprintf("%s reads a body of any size; wrap it in http.MaxBytesReader", name),
					Position: in.Pos, Endpoint: name, Anchor: name, Related: []report.Related{{Position: h.row.Route.Pos, Message: "the route"}},
				})
			}
			break
		}
	}
	return t.Criterion("no handler reads a body")
}

func limitedBy(x *behaviour.Index, h handled, in behaviour.Input) (string, bool) {
	switch h.row.Route.Router {
	case "fiber", "fasthttp":
		return h.row.Route.Router + " itself", true
	}
	if in.Limited || h.LimitsBody {
		return "the handler", true
	}
	for _, m := range h.row.Route.Middleware {
		if limitWare.MatchString(m.Name) || x.Handler(m).LimitsBody {
			return m.Name, true
		}
	}
	return "", false
}
