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
	Judged:  rule.Judged{Read: 43, True: 41, Disputed: 1},
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

// answered judges the success answers of one operation, and keeps what it came
// to for people.
type answered struct {
	t *report.Tally
	handled
	verdictOn
}

// responsesOf judges the success answers of one operation.
func responsesOf(t *report.Tally, x *behaviour.Index, h handled) report.Facet {
	documented := successes(h.row.Operation)
	if len(documented) == 0 {
		return report.FacetNotApplicable
	}
	if g, ok := generated(x, h); ok {
		return trust(t, h, report.ResponsesFacet, g.responses)
	}
	j := &answered{t: t, handled: h}
	facet := j.judge(documented)
	compareResponses(h, j.verdictOn)
	return facet
}

// undecided and fail end the judgement; status is the answer that they are about,
// 0 for none.
func (j *answered) undecided(status int, reason string) report.Facet {
	name := j.row.Name()
	j.t.Undecided(name+": "+reason, report.Related{Position: j.row.Route.Pos, Message: name})
	j.verdictOn = verdictOn{status, report.FacetInconclusive, reason}
	return report.FacetInconclusive
}

func (j *answered) fail(status int, at report.Position, related report.Related, format string, args ...any) report.Facet {
	name, words := j.row.Name(), fmt.Sprintf(format, args...)
	j.t.Fail(report.Finding{Message: name + " " + words, Position: at, Endpoint: name, Anchor: name, Related: []report.Related{related}})
	what, _, _ := strings.Cut(words, ";")
	j.verdictOn = verdictOn{status, report.FacetMismatch, what}
	return report.FacetMismatch
}

func (j *answered) judge(documented []spec.Response) report.Facet {
	op := j.row.Operation
	if !j.Known {
		return j.undecided(0, j.Reason)
	}
	written, open := writtenSuccesses(j.handled, documented)
	for _, a := range written {
		if !slices.ContainsFunc(documented, func(r spec.Response) bool { return r.Covers(a.Status) }) {
			return j.fail(0, a.Site, report.Related{Position: op.Pos, Message: "the operation"},
				"answers %d, but the document knows %s; answer that or document it", a.Status, statuses(documented))
		}
	}
	if len(written) == 0 && !silentOK(j.handled, documented) {
		return j.undecided(0, "no success answer was found in "+handlerName(j.handled))
	}
	for _, r := range documented {
		if !open && len(written) > 0 && only(documented) && exact(r.Status) && !slices.ContainsFunc(written, func(a behaviour.Answer) bool { return r.Covers(a.Status) }) {
			return j.fail(0, j.row.Route.Handler.Pos, report.Related{Position: r.Pos, Message: "documented here"}, "never answers the documented %s; answer it", r.Status)
		}
	}
	if other, ok := j.perhapsAnother(documented); ok {
		return j.undecided(0, fmt.Sprintf("whether %s answers %d or a documented status could not be told", handlerName(j.handled), other))
	}
	facet := j.bodies(written, documented)
	if _, unknown := j.UnknownRefusal(op); unknown && facet == report.FacetOK {
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

// perhapsAnother is a success that the document does not know and that one call
// answers, or else a documented one: which of them could not be told.
func (j *answered) perhapsAnother(documented []spec.Response) (int, bool) {
	known := func(a behaviour.Answer) bool {
		return slices.ContainsFunc(documented, func(r spec.Response) bool { return r.Covers(a.Status) })
	}
	for _, a := range j.Answers {
		if a.Alternatives() > 1 && a.Status >= 200 && a.Status < 300 && !known(a) &&
			slices.ContainsFunc(j.Answers, func(b behaviour.Answer) bool { return b.Site == a.Site && b.Status < 300 && known(b) }) {
			return a.Status, true
		}
	}
	return 0, false
}

// bodies compares the body of each success answer with the schema of its status.
func (j *answered) bodies(written []behaviour.Answer, documented []spec.Response) report.Facet {
	unsure, about := "", 0
	for _, a := range written {
		r := documentedFor(documented, a.Status)
		if r == nil {
			continue
		}
		if is, want, ok := otherMedia(a, r.Content); ok && !negotiated(written, a.Status, r.Content) {
			return j.fail(a.Status, a.Site, report.Related{Position: r.Pos, Message: "documented here"},
				"answers %d as %s, but the document promises %s; answer that or document it", a.Status, is, want)
		}
		media := jsonMedia(r.Content)
		if media == nil || media.Schema == nil {
			continue
		}
		c, how := j.compareBody(a, media.Schema, written)
		if len(c.differences) > 0 && j.ofSibling(a) {
			continue
		}
		if len(c.differences) > 0 {
			return j.fail(a.Status, a.Site, report.Related{Position: schemaPos(j.row.Document, media), Message: "the schema"},
				"%s: %s%s; %s", how.does, c.differences[0], more(c.differences), how.fix)
		}
		if len(c.unsure) > 0 {
			unsure, about = c.unsure[0], a.Status
		}
	}
	if unsure != "" {
		return j.undecided(about, unsure)
	}
	j.t.Pass()
	return report.FacetOK
}

// ofSibling reports whether an answer is the one of an operation that has a
// literal where this one has a path parameter: one handler serves both.
func (j *answered) ofSibling(a behaviour.Answer) bool {
	return slices.ContainsFunc(literalSiblings(j.row.Document, j.row.Operation), func(op *spec.Operation) bool {
		r := documentedFor(successes(op), a.Status)
		if r == nil {
			return false
		}
		media := jsonMedia(r.Content)
		if media == nil || media.Schema == nil {
			return false
		}
		c, _ := j.compareBody(a, media.Schema, []behaviour.Answer{a})
		return len(c.differences) == 0
	})
}

// how words a difference between a body and its schema.
type how struct{ does, fix string }

// compareBody compares one body with its schema.
func (j *answered) compareBody(a behaviour.Answer, s *spec.Schema, written []behaviour.Answer) (*comparison, how) {
	d := j.row.Document
	if body, ok := a.Constant(); ok {
		c := compareConstant(d, s, body)
		if why, empty := alwaysEmpty(d, s, written); empty && len(c.differences) == 0 {
			c.differ("%s", why)
		}
		return c, how{fmt.Sprintf("always answers %d with the same body", a.Status), "answer what the document promises"}
	}
	if !a.HasBody || a.Encoding != "json" || a.Type == nil {
		c := &comparison{}
		if a.HasBody && (a.Encoding == "" || a.Encoding == "text" && !isPlain(s, d)) {
			c.cannotTell("", "the body of an answer is bytes of unknown content")
		}
		return c, how{}
	}
	return compareAnswer(d, s, a), how{fmt.Sprintf("answers %d with %s", a.Status, goName(a.Type)), "make the schema and the type agree"}
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

// only: one success is documented, beside a default for the errors or not.
func only(documented []spec.Response) bool {
	n := 0
	for _, r := range documented {
		if r.Status != "default" {
			n++
		}
	}
	return n == 1
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
