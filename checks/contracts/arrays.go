package contracts

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// ArrayEncodedNull is the rule array-encoded-null.
var ArrayEncodedNull = rule.Rule{
	ID: "array-encoded-null", Title: "an empty list that is encoded as null",
	Section: rule.Endpoints, Severity: rule.Major, Since: "1.0.0",
	Why: "A nil slice becomes null in JSON. Clients that loop over the documented array crash as soon as the list is empty.",
	Fix: "Make the slice before it is filled: items := []Item{} or make([]Item, 0).",
	Limits: "Followed from the declaration of the slice to the encoder, through functions of the module, into the members of structs and of maps " +
		"made on the spot; not into the elements of lists, and what a database library fills is undecided. Known to be wrong when the loop that " +
		"appends always runs, because what it runs over is never empty.",
	Judged:  rule.Judged{Read: 32, True: 30, Disputed: 2},
	Example: notesExample,
}

func arrays(rows []handled) report.Criterion {
	t := report.Examine(ArrayEncodedNull)
	seen := promised{}
	for _, h := range rows {
		if h.row.Operation == nil {
			continue
		}
		for _, r := range successes(h.row.Operation) {
			media := jsonMedia(r.Content)
			if media != nil && seen.array(h.row.Document, media.Schema, 0) {
				arrayAnswers(t, h, r, media.Schema, seen)
			}
		}
	}
	return t.Criterion("no operation with a route promises an array")
}

// promised remembers which schemas promise an array, by how deep they stand.
type promised map[schemaAt]bool

type schemaAt struct {
	s     *spec.Schema
	depth int
}

// array reports whether a schema is an array that must not be null, or an
// object with one.
func (seen promised) array(d *spec.Document, s *spec.Schema, depth int) bool {
	if isArray(d, s) {
		return true
	}
	s = d.Resolve(s)
	if depth > maxObjects || s == nil || jsonType(d, s, 0) != "object" || hasAlternatives(s) {
		return false
	}
	key := schemaAt{s, depth}
	is, ok := seen[key]
	if !ok {
		is = slices.ContainsFunc(flatten(d, s, 0).properties, func(p spec.Property) bool { return seen.array(d, p.Schema, depth+1) })
		seen[key] = is
	}
	return is
}

// maxObjects bounds objects in objects.
const maxObjects = 3

func isArray(d *spec.Document, s *spec.Schema) bool {
	s = d.Resolve(s)
	return s != nil && jsonType(d, s, 0) == "array" && !s.Nullable && !slices.Contains(s.Types, "null") && !hasAlternatives(s)
}

func hasAlternatives(s *spec.Schema) bool {
	return s != nil && (len(s.OneOf) > 0 || len(s.AnyOf) > 0)
}

func arrayAnswers(t *report.Tally, h handled, r spec.Response, schema *spec.Schema, seen promised) {
	name := h.row.Name()
	if !h.Known {
		t.Undecided(name+": "+h.Reason, report.Related{Position: h.row.Route.Pos, Message: name})
		return
	}
	found, open := false, report.Position{}
	what := ""
	for _, a := range h.Answers {
		if !a.HasBody || a.Encoding != "json" || !r.Covers(a.Status) || a.Status >= 400 {
			continue
		}
		found = true
		n := &nils{doc: h.row.Document, promised: seen}
		n.look("", schema, a.Shape(), 0)
		if len(n.found) > 0 {
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s promises an array%s but encodes a nil slice as null when the list is empty; start with an empty slice", name, as(n.found[0])),
				Position: a.Site, Endpoint: name, Anchor: name, Related: []report.Related{{Position: r.Pos, Message: "the array is promised here"}},
			})
			return
		}
		if len(n.open) > 0 && !open.IsValid() {
			open, what = a.Site, n.open[0]
		}
	}
	switch {
	case open.IsValid():
		t.Undecided(fmt.Sprintf("%s: whether the slice%s can be nil is decided by code that could not be followed, such as a database library", name, as(what)),
			report.Related{Position: open, Message: name})
	case !found:
		t.Undecided(name+": the answer that encodes the array was not found", report.Related{Position: h.row.Route.Pos, Message: name})
	default:
		t.Pass()
	}
}

// as names the member of the body that holds the array.
func as(path string) string {
	if path == "" {
		return ""
	}
	return " as " + path
}

// nils looks for slices that are nil where the document promises an array.
type nils struct {
	doc *spec.Document
	promised
	// found are the paths of those that are; open of those that may be.
	found, open []string
}

func (n *nils) look(path string, s *spec.Schema, shape *behaviour.Shape, depth int) {
	if isArray(n.doc, s) {
		switch {
		case shape != nil && shape.Nil && isSlice(shape.Type):
			n.found = append(n.found, path)
		case shape == nil || !shape.Made && !isFixed(shape.Type):
			n.open = append(n.open, path)
		}
		return
	}
	if depth > maxObjects || !n.array(n.doc, s, depth) {
		return
	}
	for _, p := range flatten(n.doc, s, 0).properties {
		if n.array(n.doc, p.Schema, depth+1) {
			n.member(strings.TrimPrefix(path+"."+p.Name, "."), p, shape, depth)
		}
	}
}

// member looks at a property of an object. One that is left out of the JSON is
// not null, one that the type does not have is another rule's.
func (n *nils) member(path string, p spec.Property, shape *behaviour.Shape, depth int) {
	if shape == nil {
		n.open = append(n.open, path)
		return
	}
	if shape.Keys != nil {
		if inner, ok := shape.Keys[p.Name]; ok {
			n.look(path, p.Schema, inner, depth+1)
		}
		return
	}
	st, ok := structOf(shape.Type)
	if !ok {
		n.open = append(n.open, path)
		return
	}
	f := findField(jsonFields(st, 0), p.Name, outgoing)
	if f == nil || f.omitEmpty {
		return
	}
	if opaqueOutgoing(shape.Type) || opaqueOutgoing(f.typ) {
		n.open = append(n.open, path)
		return
	}
	n.look(path, p.Schema, shape.Fields[f.v], depth+1)
}

// opaqueOutgoing types are encoded by code of their own.
func opaqueOutgoing(t types.Type) bool {
	return !types.IsInterface(t) && (&comparison{dir: outgoing}).opaque(t) != ""
}

func isSlice(t types.Type) bool {
	if t == nil || opaqueOutgoing(t) {
		return false
	}
	_, ok := t.Underlying().(*types.Slice)
	return ok && !isBytes(t)
}

// isFixed types can't be nil.
func isFixed(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Array)
	return ok
}
