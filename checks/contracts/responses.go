package contracts

import (
	"encoding/json"
	"fmt"
	"go/types"
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
	Limits: "Compared are statuses, media types, and JSON bodies of success answers; error answers are judged by error-response-undocumented. " +
		"Where some answer with the status has a documented media type, or may have it, the others are taken for what clients can ask for; bodies of several shapes are each compared. " +
		"Bodies of unknown type, maps and types with their own marshalling are inconclusive, and so is a path that ends without an answer where the document does not have 200. " +
		"Known to be wrong when one handler serves several operations and branches on what the document does not tell apart.",
	Judged:  rule.Judged{Read: 28, True: 27, Disputed: 1},
	Example: notesExample,
}

func responses(x *behaviour.Index, rows []handled) report.Criterion {
	t := report.Examine(ResponseMismatch)
	for _, h := range rows {
		if h.row.Operation != nil {
			h.row.Responses = responsesOf(t, x, h)
		}
	}
	return t.Criterion("no operation with a route documents a success answer")
}

// responsesOf judges the success answers of one operation.
func responsesOf(t *report.Tally, x *behaviour.Index, h handled) report.Facet {
	name, op := h.row.Name(), h.row.Operation
	documented := successes(op)
	if len(documented) == 0 {
		return report.FacetNotApplicable
	}
	undecided := func(reason string) report.Facet {
		t.Undecided(name+": "+reason, report.Related{Position: h.row.Route.Pos, Message: name})
		return report.FacetInconclusive
	}
	if g, ok := generated(x, h); ok {
		return trusted(t, h, g.responses)
	}
	if !h.Known {
		return undecided(h.Reason)
	}
	written, open := writtenSuccesses(h, documented)
	fail := func(at report.Position, related []report.Related, format string, args ...any) report.Facet {
		t.Fail(report.Finding{Message: name + " " + fmt.Sprintf(format, args...), Position: at, Endpoint: name, Anchor: name, Related: related})
		return report.FacetMismatch
	}
	for _, a := range written {
		if !slices.ContainsFunc(documented, func(r spec.Response) bool { return r.Covers(a.Status) }) {
			return fail(a.Site, []report.Related{{Position: op.Pos, Message: "the operation"}},
				"answers %d, but the document knows %s; answer that or document it", a.Status, statuses(documented))
		}
	}
	if len(written) == 0 && !silentOK(h, documented) {
		return undecided("no success answer was found in " + handlerName(h))
	}
	for _, r := range documented {
		if !open && len(written) > 0 && len(documented) == 1 && exact(r.Status) && !slices.ContainsFunc(written, func(a behaviour.Answer) bool { return r.Covers(a.Status) }) {
			return fail(h.row.Route.Handler.Pos, []report.Related{{Position: r.Pos, Message: "documented here"}}, "never answers the documented %s; answer it", r.Status)
		}
	}
	facet := bodies(t, h, written, documented, undecided, fail)
	if _, unknown := h.UnknownRefusal(op); unknown && facet == report.FacetOK {
		return report.FacetMismatch // error-response-undocumented says so
	}
	return facet
}

// silentOK: some path ends without an answer, which servers send as 200, and
// the document has that without a body.
func silentOK(h handled, documented []spec.Response) bool {
	r := documentedFor(documented, 200)
	return h.Silent && r != nil && len(r.Content) == 0
}

func bodies(t *report.Tally, h handled, written []behaviour.Answer, documented []spec.Response,
	undecided func(string) report.Facet, fail func(report.Position, []report.Related, string, ...any) report.Facet) report.Facet {
	unsure := ""
	for _, a := range written {
		if r := documentedFor(documented, a.Status); r != nil {
			if is, want, ok := otherMedia(a, r.Content); ok && !negotiated(written, a.Status, r.Content) {
				return fail(a.Site, []report.Related{{Position: r.Pos, Message: "documented here"}},
					"answers %d as %s, but the document promises %s; answer that or document it", a.Status, is, want)
			}
			media := jsonMedia(r.Content)
			if media == nil || media.Schema == nil {
				continue
			}
			if body, ok := a.Constant(); ok {
				c := compareConstant(h.row.Document, media.Schema, body)
				if why, empty := alwaysEmpty(h.row.Document, media.Schema, written); empty && len(c.differences) == 0 {
					c.differ("%s", why)
				}
				if len(c.differences) > 0 {
					return fail(a.Site, []report.Related{{Position: schemaPos(h.row.Document, media), Message: "the schema"}},
						"always answers %d with the same body: %s%s; answer what the document promises", a.Status, c.differences[0], more(c.differences))
				}
				continue
			}
			if !a.HasBody || a.Encoding != "json" || a.Type == nil {
				if a.HasBody && (a.Encoding == "" || a.Encoding == "text" && !isPlain(media.Schema, h.row.Document)) {
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

// otherMedia reports an answer of another media type than all that are
// documented. Text that is written as it is may be JSON.
func otherMedia(a behaviour.Answer, content []spec.Media) (is, want string, differs bool) {
	if len(content) == 0 || !a.HasBody || a.Part == behaviour.ValuePart {
		return "", "", false
	}
	fits := map[string]string{"json": "json", "html": "html", "xml": "xml"}[a.Encoding]
	if text, constant := a.Text(); a.Encoding == "text" && constant && !json.Valid([]byte(text)) {
		fits = "text/"
	}
	if fits == "" {
		return "", "", false
	}
	for _, m := range content {
		if t := strings.ToLower(m.Type); strings.Contains(t, fits) || strings.Contains(t, "*/*") || a.Encoding == "html" && strings.HasPrefix(t, "text/") {
			return "", "", false
		}
	}
	if fits == "text/" {
		if !slices.ContainsFunc(content, func(m spec.Media) bool { return !m.IsJSON() }) {
			return "text", content[0].Type, true
		}
		return "", "", false
	}
	return strings.ToUpper(a.Encoding), content[0].Type, true
}

// negotiated: another answer with the status has a documented media type, or may
// have it, so that what the client asks for may decide.
func negotiated(written []behaviour.Answer, status int, content []spec.Media) bool {
	return slices.ContainsFunc(written, func(a behaviour.Answer) bool {
		_, _, differs := otherMedia(a, content)
		return a.Status == status && a.HasBody && !differs
	})
}

// isPlain schemas describe a text.
func isPlain(s *spec.Schema, d *spec.Document) bool { return jsonType(d, d.Resolve(s), 0) == "string" }

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
	c.members(flat, keys, a.Shape())
	return c
}

// members compares what a map that was made on the spot holds under its keys,
// by the types that were put there. An object or array that nothing is known of
// leaves the whole undecided: its own members are promised, too.
func (c *comparison) members(flat flattened, keys []string, shape *behaviour.Shape) {
	for _, p := range flat.properties {
		key, promised := p.Name, p.Schema
		if !slices.Contains(keys, key) {
			continue
		}
		var held *behaviour.Shape
		if shape != nil {
			held = shape.Keys[key]
		}
		if held != nil && held.Type != nil && !types.IsInterface(held.Type) {
			c.value(key, promised, held.Type, 1)
			continue
		}
		if kind := jsonType(c.doc, c.doc.Resolve(promised), 0); kind == "object" || kind == "array" {
			c.cannotTell("", "what "+key+" holds could not be followed")
		}
	}
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

// documentedFor is what the document says about a status: the status itself,
// else its class. "default" is for errors where a success is documented.
func documentedFor(rs []spec.Response, status int) *spec.Response {
	var class *spec.Response
	for i, r := range rs {
		switch {
		case r.Status == strconv.Itoa(status):
			return &rs[i]
		case r.Status != "default" && r.Covers(status):
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
// An answer whose status is one of several is taken for the documented one.
func writtenSuccesses(h handled, documented []spec.Response) (written []behaviour.Answer, open bool) {
	known := func(a behaviour.Answer) bool {
		return slices.ContainsFunc(documented, func(r spec.Response) bool { return r.Covers(a.Status) })
	}
	for _, a := range h.Answers {
		if a.Alternatives() > 1 && !known(a) {
			open = true
			continue
		}
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
