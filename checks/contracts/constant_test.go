package contracts_test

import (
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const careless = `
-- main.go --
package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"example.org/forms"
	"example.org/tracing"
)

func main() {}

func reply(w http.ResponseWriter, code int, v any) {
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}

func ignores(w http.ResponseWriter, r *http.Request) {
	defer r.Body.Close()
	reply(w, 201, map[string]any{"title": r.PathValue("id")})
}

func traced(w http.ResponseWriter, r *http.Request) {
	reply(w, 201, map[string]any{"title": tracing.Span(r)})
}

func filled(w http.ResponseWriter, r *http.Request) {
	var in struct{ Title string }
	if err := forms.Fill(r, &in); err != nil {
		w.WriteHeader(400)
		return
	}
	reply(w, 201, in)
}

func emptyMap(w http.ResponseWriter, r *http.Request) { reply(w, 200, map[string]any{}) }

func emptyText(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(200)
	w.Write([]byte("{}"))
}

func constantText(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(200)
	w.Write([]byte(` + "`{\"title\": 7}`" + `))
}

func later(w http.ResponseWriter, r *http.Request) {
	out := map[string]any{}
	add(out)
	reply(w, 200, out)
}

func add(to map[string]any) { to["title"] = "x" }

func encodedTwice(w http.ResponseWriter, r *http.Request) {
	inner, _ := json.Marshal([]int{1})
	reply(w, 200, map[string]any{"title": string(inner)})
}

func parsedAtTimes(w http.ResponseWriter, r *http.Request) {
	n := 10
	if s := r.URL.Query().Get("limit"); s != "" {
		if m, err := strconv.Atoi(s); err == nil {
			n = m
		}
	}
	reply(w, 200, map[string]any{"title": n})
}

func cutOut(w http.ResponseWriter, r *http.Request) {
	reply(w, 200, map[string]any{"title": strings.TrimPrefix(r.URL.Path, "/s/")})
}

type found struct {
	rows []string
	err  error
}

var search func(q string) *found

func rows(q string) ([]string, error) {
	res := search(q)
	if res.err != nil {
		return nil, res.err
	}
	return make([]string, 1), nil
}

func listed(w http.ResponseWriter, r *http.Request) {
	all, err := rows(r.URL.Query().Get("q"))
	if err != nil {
		w.WriteHeader(500)
		return
	}
	reply(w, 200, all)
}

func both(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") == "feed" {
		reply(w, 200, map[string]any{"feed": "x"})
		return
	}
	reply(w, 200, map[string]any{"title": "x"})
}

type answer struct {
	w      http.ResponseWriter
	status int
}

func answerTo(w http.ResponseWriter) *answer { return (&answer{w: w}).with(200) }

func (a *answer) with(status int) *answer {
	a.status = status
	return a
}

func (a *answer) send(v any) {
	a.w.WriteHeader(a.status)
	json.NewEncoder(a.w).Encode(v)
}

func built(w http.ResponseWriter, r *http.Request) {
	answerTo(w).with(202).send(map[string]any{"title": "x"})
}

func accepted(w http.ResponseWriter, r *http.Request) { reply(w, 202, map[string]any{"title": "x"}) }
`

// TestCareless: bodies that nobody reads, and answers that are always the same.
func TestCareless(t *testing.T) {
	p := fixture.Load(t, careless)
	withBody := func(s *spec.Schema) spec.Operation { return spec.Operation{Body: &spec.Body{Content: content(s)}} }
	query := func(name, typ string) spec.Operation {
		return spec.Operation{Parameters: []spec.Parameter{{Name: name, In: "query", Schema: typed(typ)}}}
	}
	titled := object([]string{"title"}, spec.Property{Name: "title", Schema: typed("string")})
	loose := object(nil, spec.Property{Name: "title", Schema: typed("string")})
	orError := append(answers("200", titled), spec.Response{Status: "default", Content: content(titled)})
	for _, c := range []struct {
		rule, handler string
		op            spec.Operation
		want          report.Outcome
		mentions      string
	}{
		{"request-body-mismatch", "main.ignores", withBody(titled), report.Fail, "takes a JSON body, but main.ignores never reads it"},
		{"request-body-mismatch", "main.ignores", withBody(object(nil)), report.NotApplicable, ""},
		{"request-body-mismatch", "main.traced", withBody(titled), report.Fail, "main.traced never reads it"},
		{"request-body-mismatch", "main.filled", withBody(titled), report.Inconclusive, ""},
		{"parameter-mismatch", "main.traced", query("limit", "integer"), report.Fail, `declares query parameter "limit", but main.traced never reads it`},
		{"parameter-mismatch", "main.traced", query("span", "string"), report.Inconclusive, ""}, // the library knows the name
		{"parameter-mismatch", "main.filled", query("limit", "integer"), report.Inconclusive, ""},
		{"parameter-mismatch", "main.parsedAtTimes", query("limit", "boolean"), report.Fail, `declares query parameter "limit" a boolean, but it is parsed as an integer`},
		{"response-mismatch", "main.emptyMap", spec.Operation{Responses: answers("200", titled)}, report.Fail, "always answers 200 with the same body: required property title is missing"},
		{"response-mismatch", "main.emptyText", spec.Operation{Responses: answers("200", titled)}, report.Fail, "always answers 200 with the same body: required property title is missing"},
		{"response-mismatch", "main.emptyText", spec.Operation{Responses: answers("200", loose)}, report.Fail, "the object is always empty, although the schema has title"},
		{"response-mismatch", "main.constantText", spec.Operation{Responses: answers("200", titled)}, report.Fail, "title is an integer, but the schema says string"},
		{"response-mismatch", "main.emptyText", spec.Operation{Responses: answers("200", books)}, report.Fail, "the body is an object, but the schema says array"},
		{"response-mismatch", "main.later", spec.Operation{Responses: answers("200", titled)}, report.Inconclusive, ""},
		{"response-mismatch", "main.encodedTwice", spec.Operation{Responses: answers("200", titled)}, report.Pass, ""},
		{"parameter-mismatch", "main.cutOut", spec.Operation{Parameters: []spec.Parameter{{Name: "name", In: "path", Schema: typed("string")}}}, report.Inconclusive, ""},
		{"array-encoded-null", "main.listed", spec.Operation{Responses: answers("200", listOfText)}, report.Pass, ""},
		{"response-mismatch", "main.later", spec.Operation{Responses: []spec.Response{{Status: "200", Content: []spec.Media{{Type: "application/x-ndjson", Schema: typed("string")}}}}}, report.Pass, ""},
		{"response-mismatch", "main.built", spec.Operation{Responses: answers("200", titled)}, report.Inconclusive, ""}, // 200 is only what it starts with
		{"response-mismatch", "main.accepted", spec.Operation{Responses: orError}, report.Fail, "never answers the documented 200"},
	} {
		got := criterion(t, repo(t, p, endpoint{"POST /s", c.op, []string{c.handler}}), c.rule)
		text := ""
		for _, f := range got.Findings {
			text += f.Message
			if !f.Position.IsValid() || f.Endpoint != "POST /s" {
				t.Errorf("%s %s: finding at %s about %q", c.rule, c.handler, f.Position, f.Endpoint)
			}
		}
		if got.Outcome != c.want || !strings.Contains(text, c.mentions) {
			t.Errorf("%s %s: %s %q (%s), want %s %q", c.rule, c.handler, got.Outcome, text, got.Reason, c.want, c.mentions)
		}
	}
}

// TestSibling: the answer of an operation that has a literal where another has a
// parameter is none of the other's, though one handler serves both.
func TestSibling(t *testing.T) {
	titled := object([]string{"title"}, spec.Property{Name: "title", Schema: typed("string")})
	fed := object([]string{"feed"}, spec.Property{Name: "feed", Schema: typed("string")})
	one := endpoint{"GET /s/{id}", spec.Operation{Responses: answers("200", titled)}, []string{"main.both"}}
	for _, c := range []struct {
		all  []endpoint
		want report.Facet
	}{
		{[]endpoint{one}, report.FacetMismatch},
		{[]endpoint{one, {"GET /s/feed", spec.Operation{Responses: answers("200", fed)}, []string{"main.both"}}}, report.FacetOK},
	} {
		r := repo(t, fixture.Load(t, careless), c.all...)
		criterion(t, r, "response-mismatch")
		if got := r.Matrix.Endpoints[0].Responses; got != c.want {
			t.Errorf("%d operations: %s, want %s", len(c.all), got, c.want)
		}
	}
}

// TestEvidence: each facet shows what it rests on, with the lines of both sides.
func TestEvidence(t *testing.T) {
	p := fixture.Load(t, careless)
	at := report.Position{File: "openapi.yaml", Line: 12}
	op := spec.Operation{
		Parameters: []spec.Parameter{{Name: "span", In: "query", Schema: typed("string"), Pos: at}, {Name: "page", In: "query", Required: true, Schema: typed("integer"), Pos: at}},
		Body:       &spec.Body{Content: content(book)}, Responses: answers("201", book),
	}
	r := repo(t, p, endpoint{"POST /s", op, []string{"main.traced"}})
	criterion(t, r, "response-mismatch")
	got := r.Matrix.Endpoints[0].Evidence
	for facet, want := range map[string][]string{
		report.ParametersFacet: {`query "span"|string|inconclusive|code that could not be followed may read it|openapi.yaml:12|main.go:25`, `query "page"|integer, required|absent|nothing reads it|openapi.yaml:12|`},
		report.BodyFacet:       {"application/json|object|absent|nothing reads it||"},
		report.ResponsesFacet:  {"201|application/json object|ok|a map with title|openapi.yaml:10|main.go:26"},
	} {
		var lines []string
		for _, c := range got[facet] {
			lines = append(lines, strings.Join([]string{c.Place, c.Text, string(c.State), c.Words, c.Spec.String(), c.Code.String()}, "|"))
		}
		if strings.Join(lines, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", facet, strings.Join(lines, "\n"), strings.Join(want, "\n"))
		}
	}
}
