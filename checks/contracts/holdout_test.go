package contracts_test

import (
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/spec"
)

const switches = `
-- main.go --
package main

import "net/http"

func main() { features = func() flags { return flags{Lists: true} } }

type flags struct{ Lists bool }

var features = func() flags { return flags{} }

var cached flags

func current() flags { return cached }

func setCurrent(f flags) { cached = f }

func replaced(w http.ResponseWriter, r *http.Request) {
	f := features()
	if !f.Lists {
		http.Error(w, "off", 403)
		return
	}
	println(r.URL.Query().Get("q"))
	w.WriteHeader(204)
}

func kept(w http.ResponseWriter, r *http.Request) {
	if !current().Lists {
		http.Error(w, "off", 403)
		return
	}
	println(r.URL.Query().Get("q"))
	w.WriteHeader(204)
}
`

// TestParameters_Switches: what a switch lets through at run time is read as
// well.
func TestParameters_Switches(t *testing.T) {
	p := fixture.Load(t, switches)
	for _, name := range []string{"main.replaced", "main.kept"} {
		c := criterion(t, repo(t, p, endpoint{name: "GET /a", chain: []string{name}, op: spec.Operation{Parameters: []spec.Parameter{{Name: "q", In: "query"}}}}), "parameter-mismatch")
		if len(c.Findings) != 0 {
			t.Errorf("%s: %+v", name, c.Findings)
		}
	}
}

const severalForms = `
-- main.go --
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

func main() {}

type beat struct {
	Name string ` + "`json:\"name\"`" + `
	From net.IP ` + "`json:\"from\"`" + `
}

func decode(r *http.Request, into any) error {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewBuffer(body))
	return json.NewDecoder(bytes.NewBuffer(body)).Decode(into)
}

func either(w http.ResponseWriter, r *http.Request) {
	var many []beat
	if decode(r, &many) != nil {
		var one beat
		if decode(r, &one) != nil {
			http.Error(w, "bad", 400)
			return
		}
		many = append(many, one)
	}
	fmt.Println(len(many))
	w.WriteHeader(201)
}

func neither(w http.ResponseWriter, r *http.Request) {
	var many []beat
	var names []string
	if decode(r, &many) != nil && decode(r, &names) != nil {
		http.Error(w, "bad", 400)
		return
	}
	fmt.Println(len(many), names)
	w.WriteHeader(201)
}

func health(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]int{"up": 1})
		return
	}
	w.Write([]byte(fmt.Sprintf("up=%d", 1)))
}

func always(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]int{"up": 1})
}

func cleared(w http.ResponseWriter, r *http.Request) {
	var limit *float64
	json.NewEncoder(w).Encode(limit)
}
`

// TestSeveralForms: a body that is decoded twice is right where one of the types
// is, an answer in several media types where one of them is documented, and null
// where a schema may be null.
func TestSeveralForms(t *testing.T) {
	p := fixture.Load(t, severalForms)
	object := &spec.Schema{Types: []string{"object"}, Properties: []spec.Property{
		{Name: "name", Schema: &spec.Schema{Types: []string{"string"}}}, {Name: "from", Schema: &spec.Schema{Types: []string{"string"}}},
	}}
	bytesOf := &spec.Schema{Types: []string{"object"}, Properties: []spec.Property{
		{Name: "from", Schema: &spec.Schema{Types: []string{"array"}, Items: &spec.Schema{Types: []string{"integer"}}}},
	}}
	body := func(s *spec.Schema) spec.Operation {
		return spec.Operation{Body: &spec.Body{Content: []spec.Media{{Type: "application/json", Schema: s}}}, Responses: []spec.Response{{Status: "201"}}}
	}
	answer := func(media string, s *spec.Schema) spec.Operation {
		return spec.Operation{Responses: []spec.Response{{Status: "200", Content: []spec.Media{{Type: media, Schema: s}}}}}
	}
	null := *object
	null.Nullable = true
	for _, c := range []struct {
		name, handler, rule string
		op                  spec.Operation
		want                string
	}{
		{"POST /beats", "main.either", "request-body-mismatch", body(object), ""},
		{"POST /beats", "main.neither", "request-body-mismatch", body(object), "the body is an object in the document, an array in []main.beat"},
		{"POST /beats", "main.either", "request-body-mismatch", body(bytesOf), "from is an array in the document, a string in net.IP"},
		{"GET /health", "main.health", "response-mismatch", answer("text/plain", nil), ""},
		{"GET /health", "main.always", "response-mismatch", answer("text/plain", nil), "answers 200 as JSON, but the document promises text/plain"},
		{"DELETE /limit", "main.cleared", "response-mismatch", answer("application/json", &null), ""},
		{"DELETE /limit", "main.cleared", "response-mismatch", answer("application/json", object), "the body is an object in the document, a number in float64"},
	} {
		got := ""
		for _, f := range criterion(t, repo(t, p, endpoint{name: c.name, op: c.op, chain: []string{c.handler}}), c.rule).Findings {
			got += f.Message + "\n"
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.handler, got, c.want)
		}
	}
}

const providers = `
-- main.go --
package main

import (
	"encoding/json"
	"net/http"
)

func main() {}

type images interface{ search(q string) (found []string, err error) }

type uploads struct{}

func (uploads) search(q string) (found []string, err error) { return }

type web struct{}

func (web) search(q string) (found []string, err error) { return []string{q}, nil }

var source images

func any(w http.ResponseWriter, r *http.Request) { reply(w, source) }

func own(w http.ResponseWriter, r *http.Request) { reply(w, uploads{}) }

func reply(w http.ResponseWriter, from images) {
	all, err := from.search("x")
	if err != nil {
		http.Error(w, "bad", 500)
		return
	}
	json.NewEncoder(w).Encode(all)
}
`

// TestArrays_Implementations: a slice that one of several implementations
// leaves nil is undecided; one of the implementation at hand is nil.
func TestArrays_Implementations(t *testing.T) {
	p := fixture.Load(t, providers)
	list := spec.Operation{Responses: []spec.Response{{Status: "200", Content: []spec.Media{{Type: "application/json", Schema: &spec.Schema{
		Types: []string{"array"}, Items: &spec.Schema{Types: []string{"string"}}}}}}}}
	for name, want := range map[string]int{"main.any": 0, "main.own": 1} {
		c := criterion(t, repo(t, p, endpoint{name: "GET /images", op: list, chain: []string{name}}), "array-encoded-null")
		if len(c.Findings) != want || want == 0 && c.Undecided != 1 {
			t.Errorf("%s: %+v, want %d findings", name, c, want)
		}
	}
}
