package contracts

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// ResponseMismatch is the rule response-mismatch.
var ResponseMismatch = rule.Rule{
	ID: "response-mismatch", Title: "success answers that are not the documented ones",
	Section: rule.Endpoints, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "Clients are generated from the document: another status is an error to them, and a missing property a crash.",
	Fix: "Answer the documented status with a body of the documented shape, or correct the document.",
	Limits: "Success statuses and JSON bodies are compared; error statuses are judged by the documentation's rules. Bodies of unknown type, " +
		"maps and types with their own marshalling are inconclusive.",
	Example: notesExample,
}

// ArrayEncodedNull is the rule array-encoded-null.
var ArrayEncodedNull = rule.Rule{
	ID: "array-encoded-null", Title: "an empty list that is encoded as null",
	Section: rule.Endpoints, Severity: rule.Major, Since: "1.0.0",
	Why: "A nil slice becomes null in JSON. Clients that loop over the documented array crash as soon as the list is empty.",
	Fix: "Make the slice before it is filled: items := []Item{} or make([]Item, 0).",
	Limits: "Followed from the declaration of the slice to the encoder, through functions of the module; slices inside of structs and those " +
		"that a database library fills are not followed.",
	Example: notesExample,
}

func responses(rows []handled) report.Criterion {
	t := report.Examine(ResponseMismatch)
	for _, h := range rows {
		if h.row.Operation != nil {
			h.row.Responses = responsesOf(t, h)
		}
	}
	return t.Criterion("no operation with a route documents a success answer")
}

// responsesOf judges the success answers of one operation.
func responsesOf(t *report.Tally, h handled) report.Facet {
	name, op := h.row.Name(), h.row.Operation
	documented := successes(op)
	if len(documented) == 0 {
		return report.FacetNotApplicable
	}
	undecided := func(reason string) report.Facet {
		t.Undecided(name+": "+reason, report.Related{Position: h.row.Route.Pos, Message: name})
		return report.FacetInconclusive
	}
	if !h.Known {
		return undecided(h.Reason)
	}
	written, open := writtenSuccesses(h)
	fail := func(at report.Position, related []report.Related, format string, args ...any) report.Facet {
		t.Fail(report.Finding{Message: name + " " + fmt.Sprintf(format, args...), Position: at, Endpoint: name, Anchor: name, Related: related})
		return report.FacetMismatch
	}
	for _, a := range written {
		if !slices.ContainsFunc(documented, func(r spec.Response) bool { return covers(r.Status, a.Status) }) {
			return fail(a.Site, []report.Related{{Position: op.Pos, Message: "the operation"}},
				"answers %d, but the document knows %s; answer that or document it", a.Status, statuses(documented))
		}
	}
	if len(written) == 0 {
		return undecided("no success answer was found in " + handlerName(h))
	}
	for _, r := range documented {
		if !open && len(documented) == 1 && exact(r.Status) && !slices.ContainsFunc(written, func(a behaviour.Answer) bool { return covers(r.Status, a.Status) }) {
			return fail(h.row.Route.Handler.Pos, []report.Related{{Position: r.Pos, Message: "documented here"}}, "never answers the documented %s; answer it", r.Status)
		}
	}
	return bodies(t, h, written, documented, undecided, fail)
}

func bodies(t *report.Tally, h handled, written []behaviour.Answer, documented []spec.Response,
	undecided func(string) report.Facet, fail func(report.Position, []report.Related, string, ...any) report.Facet) report.Facet {
	unsure := ""
	for _, a := range written {
		if r := documentedFor(documented, a.Status); r != nil {
			media := jsonMedia(r.Content)
			if media == nil || media.Schema == nil {
				continue
			}
			if !a.HasBody || a.Encoding != "json" || a.Type == nil {
				if a.HasBody && a.Encoding == "" {
					unsure = "the body of an answer is bytes of unknown content"
				}
				continue
			}
			c := compareAnswer(h.row.Document, media.Schema, a)
			if len(c.differences) > 0 {
				return fail(a.Site, []report.Related{{Position: schemaPos(h.row.Document, media), Message: "the schema"}},
					"answers %d with %s: %s%s; make the schema and the type agree", a.Status, goName(a.Type), c.differences[0], more(c.differences))
			}
			if len(c.unsure) > 0 {
				unsure = c.unsure[0]
			}
		}
	}
	if unsure != "" {
		return undecided(unsure)
	}
	t.Pass()
	return report.FacetOK
}

// compareAnswer compares a body with its schema; of a map made on the spot the
// keys are known.
func compareAnswer(d *spec.Document, s *spec.Schema, a behaviour.Answer) *comparison {
	c := compare(d, s, a.Type, outgoing)
	if a.Keys == "" || strings.Contains(a.Keys, "*") || len(c.differences) > 0 {
		return c
	}
	if jsonType(d, d.Resolve(s), 0) != "object" {
		return c
	}
	flat := flatten(d, s, 0)
	if flat.alternatives {
		return c
	}
	c.unsure = nil
	keys := strings.Split(a.Keys, ",")
	for _, name := range flat.required {
		if !slices.Contains(keys, name) {
			c.differ("required property %s is missing among %s", name, strings.Join(keys, ", "))
		}
	}
	return c
}

func orEmpty(s *spec.Schema) *spec.Schema {
	if s == nil {
		return &spec.Schema{}
	}
	return s
}

func successes(op *spec.Operation) []spec.Response {
	var out []spec.Response
	for _, r := range op.Responses {
		if strings.HasPrefix(r.Status, "2") || strings.HasPrefix(r.Status, "3") || r.Status == "default" {
			out = append(out, r)
		}
	}
	if len(out) == 1 && out[0].Status == "default" {
		return nil
	}
	return out
}

func exact(status string) bool {
	_, err := strconv.Atoi(status)
	return err == nil
}

// covers reports whether a documented status, such as 201, 2XX or default,
// includes a written one.
func covers(documented string, status int) bool {
	if documented == "default" {
		return true
	}
	s := strconv.Itoa(status)
	return documented == s || strings.EqualFold(documented, s[:1]+"XX")
}

// documentedFor is what the document says about a status: the status itself,
// else its class. "default" is for errors where a success is documented.
func documentedFor(rs []spec.Response, status int) *spec.Response {
	var class *spec.Response
	for i, r := range rs {
		switch {
		case r.Status == strconv.Itoa(status):
			return &rs[i]
		case r.Status != "default" && covers(r.Status, status):
			class = &rs[i]
		}
	}
	return class
}

func statuses(rs []spec.Response) string {
	var all []string
	for _, r := range rs {
		all = append(all, r.Status)
	}
	sort.Strings(all)
	return strings.Join(all, ", ")
}

// writtenSuccesses are the success answers; open where some status is not known.
func writtenSuccesses(h handled) (written []behaviour.Answer, open bool) {
	for _, a := range h.Answers {
		switch {
		case !a.StatusKnown && !a.Returned:
			open = true
		case a.Status >= 200 && a.Status < 300, a.Status >= 300 && a.Status < 400 && a.Status != 304:
			written = append(written, a)
		}
	}
	if i := slices.IndexFunc(written, func(a behaviour.Answer) bool { return a.Status < 300 }); i >= 0 {
		written = slices.DeleteFunc(written, func(a behaviour.Answer) bool { return a.Status >= 300 }) // a redirect on the side
	}
	return written, open || !h.Complete
}

func arrays(rows []handled) report.Criterion {
	t := report.Examine(ArrayEncodedNull)
	for _, h := range rows {
		if h.row.Operation == nil {
			continue
		}
		for _, r := range successes(h.row.Operation) {
			media := jsonMedia(r.Content)
			if media == nil || jsonType(h.row.Document, h.row.Document.Resolve(media.Schema), 0) != "array" || orEmpty(h.row.Document.Resolve(media.Schema)).Nullable {
				continue
			}
			arrayAnswers(t, h, r)
		}
	}
	return t.Criterion("no operation with a route promises an array")
}

func arrayAnswers(t *report.Tally, h handled, r spec.Response) {
	name := h.row.Name()
	if !h.Known {
		t.Undecided(name+": "+h.Reason, report.Related{Position: h.row.Route.Pos, Message: name})
		return
	}
	found, unmade := false, report.Position{}
	for _, a := range h.Answers {
		if !a.HasBody || a.Encoding != "json" || !covers(r.Status, a.Status) {
			continue
		}
		found = true
		if a.NilSlice {
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s promises an array but encodes a nil slice as null when the list is empty; start with an empty slice", name),
				Position: a.Site, Endpoint: name, Anchor: name, Related: []report.Related{{Position: r.Pos, Message: "the array is promised here"}},
			})
			return
		}
		if !a.MadeSlice {
			unmade = a.Site
		}
	}
	if unmade.IsValid() {
		t.Undecided(name+": whether the slice can be nil is decided by code outside the module, such as a database library",
			report.Related{Position: unmade, Message: name})
		return
	}
	if !found {
		t.Undecided(name+": the answer that encodes the array was not found", report.Related{Position: h.row.Route.Pos, Message: name})
		return
	}
	t.Pass()
}
