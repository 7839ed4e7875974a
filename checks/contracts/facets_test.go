package contracts_test

import (
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const library = `
-- main.go --
package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

func main() {}

type Book struct {
	ID    int    ` + "`json:\"id\"`" + `
	Title string ` + "`json:\"title\"`" + `
	Owner string ` + "`json:\"-\"`" + `
}

type store interface{ find(q string) ([]Book, error) }

var db store

func reply(w http.ResponseWriter, code int, v any) {
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}

func list(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil {
		http.Error(w, "limit", 400)
		return
	}
	books := make([]Book, 0, n)
	for i := 0; i < n; i++ {
		books = append(books, Book{ID: i})
	}
	reply(w, 200, books)
}

func nilList(w http.ResponseWriter, r *http.Request) {
	var books []Book
	for i := 0; i < len(r.URL.Query().Get("q")); i++ {
		books = append(books, Book{ID: i})
	}
	reply(w, 200, books)
}

// load gives nil along with an error only.
func load(fail bool) ([]Book, error) {
	if fail {
		return nil, http.ErrBodyNotAllowed
	}
	return []Book{}, nil
}

// deferring does so too, and defers a call.
func deferring(fail bool) ([]Book, error) {
	defer println("done")
	if fail {
		return nil, errors.New("failed")
	}
	books := []Book{}
	return append(books, Book{ID: 1}), nil
}

func deferredList(w http.ResponseWriter, r *http.Request) {
	books, err := deferring(r.ContentLength > 0)
	if err != nil {
		http.Error(w, "load", 500)
		return
	}
	reply(w, 200, books)
}

func mendedList(w http.ResponseWriter, r *http.Request) {
	var books []Book
	for i := 0; i < len(r.URL.Query().Get("q")); i++ {
		books = append(books, Book{ID: i})
	}
	if books == nil {
		books = []Book{}
	}
	reply(w, 200, books)
}

func goodList(w http.ResponseWriter, r *http.Request) {
	books, err := load(r.ContentLength > 0)
	if err != nil {
		http.Error(w, "load", 500)
		return
	}
	reply(w, 200, books)
}

func get(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("bookID"))
	if err != nil {
		http.Error(w, "id", 400)
		return
	}
	reply(w, 200, Book{ID: id})
}

func create(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	var b Book
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		http.Error(w, "body", 400)
		return
	}
	reply(w, 201, b)
}

func unbounded(w http.ResponseWriter, r *http.Request) {
	var b Book
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		http.Error(w, "body", 400)
		return
	}
	reply(w, 200, map[string]any{"id": b.ID})
}

func form(w http.ResponseWriter, r *http.Request) {
	reply(w, 201, Book{Title: r.FormValue("title")})
}
`

func typed(t string) *spec.Schema { return &spec.Schema{Types: []string{t}} }

func object(required []string, properties ...spec.Property) *spec.Schema {
	return &spec.Schema{Types: []string{"object"}, Required: required, Properties: properties}
}

func content(s *spec.Schema) []spec.Media { return []spec.Media{{Type: "application/json", Schema: s}} }

var (
	book      = object([]string{"title"}, spec.Property{Name: "id", Schema: typed("integer")}, spec.Property{Name: "title", Schema: typed("string")})
	wrongType = object(nil, spec.Property{Name: "id", Schema: typed("string")})
	owned     = object([]string{"owner"}, spec.Property{Name: "owner", Schema: typed("string")})
	books     = &spec.Schema{Types: []string{"array"}, Items: book}
	id        = []spec.Parameter{{Name: "id", In: "path", Required: true, Schema: typed("integer")}}
	limit     = []spec.Parameter{{Name: "limit", In: "query", Schema: typed("integer")}}
)

func answers(status string, s *spec.Schema) []spec.Response {
	return []spec.Response{{Status: status, Content: content(s)}}
}

func TestFacets(t *testing.T) {
	p := fixture.Load(t, library)
	for _, c := range []struct {
		rule, name, handler string
		op                  spec.Operation
		want                report.Outcome
		mentions            string
	}{
		{"parameter-mismatch", "GET /b/{bookID}", "main.get", spec.Operation{Parameters: []spec.Parameter{{Name: "bookID", In: "path"}}}, report.Pass, ""},
		{"parameter-mismatch", "GET /b", "main.list", spec.Operation{Parameters: limit}, report.Pass, ""},
		{"parameter-mismatch", "GET /b", "main.list", spec.Operation{}, report.Fail, `reads query parameter "limit", which the document does not declare`},
		{"parameter-mismatch", "GET /b", "main.goodList", spec.Operation{Parameters: limit}, report.Fail, `declares query parameter "limit", but main.goodList never reads it`},
		{"parameter-mismatch", "GET /b", "main.goodList", spec.Operation{}, report.NotApplicable, ""},
		{"request-body-mismatch", "POST /b", "main.create", spec.Operation{Body: &spec.Body{Content: content(book)}}, report.Pass, ""},
		{"request-body-mismatch", "POST /b", "main.create", spec.Operation{Body: &spec.Body{Content: content(owned)}}, report.Fail, "required property owner is missing in main.Book (field Owner is tagged"},
		{"request-body-mismatch", "POST /b", "main.create", spec.Operation{Body: &spec.Body{Content: content(wrongType)}}, report.Fail, "id is a string in the document, a number in int"},
		{"request-body-mismatch", "POST /b", "main.form", spec.Operation{Body: &spec.Body{Content: content(book)}}, report.Fail, `reads "title" as a form value`},
		{"response-mismatch", "POST /b", "main.create", spec.Operation{Responses: answers("201", book)}, report.Pass, ""},
		{"response-mismatch", "POST /b", "main.create", spec.Operation{Responses: answers("200", book)}, report.Fail, "answers 201, but the document knows 200"},
		{"response-mismatch", "POST /b", "main.create", spec.Operation{Responses: answers("201", owned)}, report.Fail, "answers 201 with main.Book: required property owner is missing"},
		{"response-mismatch", "PUT /b", "main.unbounded", spec.Operation{Responses: answers("200", book)}, report.Fail, "required property title is missing among id"},
		{"array-encoded-null", "GET /b", "main.nilList", spec.Operation{Responses: answers("200", books)}, report.Fail, "encodes a nil slice as null"},
		{"array-encoded-null", "GET /b", "main.list", spec.Operation{Responses: answers("200", books)}, report.Pass, ""},
		{"array-encoded-null", "GET /b", "main.deferredList", spec.Operation{Responses: answers("200", books)}, report.Pass, ""},
		{"array-encoded-null", "GET /b", "main.mendedList", spec.Operation{Responses: answers("200", books)}, report.Pass, ""},
		{"array-encoded-null", "GET /b", "main.goodList", spec.Operation{Responses: answers("200", books)}, report.Pass, ""},
		{"list-unpaginated", "GET /b", "main.list", spec.Operation{Responses: answers("200", books)}, report.Pass, ""},
		{"list-unpaginated", "GET /b", "main.goodList", spec.Operation{Responses: answers("200", books)}, report.NotApplicable, ""},
		{"body-unbounded", "POST /b", "main.create", spec.Operation{}, report.Pass, ""},
		{"body-unbounded", "POST /b", "main.unbounded", spec.Operation{}, report.Fail, "reads a body of any size"},
	} {
		got := criterion(t, repo(t, p, endpoint{c.name, c.op, []string{c.handler}}), c.rule)
		text := ""
		for _, f := range got.Findings {
			text += f.Message
			if !f.Position.IsValid() || f.Endpoint != c.name {
				t.Errorf("%s %s: finding at %s about %q", c.rule, c.handler, f.Position, f.Endpoint)
			}
		}
		if got.Outcome != c.want || !strings.Contains(text, c.mentions) {
			t.Errorf("%s %s: %s %q (%s), want %s %q", c.rule, c.handler, got.Outcome, text, got.Reason, c.want, c.mentions)
		}
	}
}

// The document's name of a path parameter need not be the router's.
// TestBodyUnbounded_UnseenRouter: a router that came ready made may limit bodies.
func TestBodyUnbounded_UnseenRouter(t *testing.T) {
	r := repo(t, fixture.Load(t, library), endpoint{"POST /b", spec.Operation{}, []string{"main.unbounded"}})
	r.Matrix.Endpoints[0].Route.Unseen = "the router r comes from code that was not followed"
	if c := criterion(t, r, "body-unbounded"); c.Outcome != report.Inconclusive || !strings.Contains(c.Reason, "may limit bodies") {
		t.Errorf("%+v, want inconclusive", c)
	}
}

func TestParameters_ByPosition(t *testing.T) {
	r := repo(t, fixture.Load(t, library), endpoint{"GET /b/{bookID}", spec.Operation{Parameters: id}, []string{"main.get"}})
	r.Matrix.Endpoints[0].Operation.Path = "/b/{id}"
	if c := criterion(t, r, "parameter-mismatch"); c.Outcome != report.Pass {
		t.Errorf("%+v", c)
	}
}

// What a route leaves unnamed at the end of a path has a name in the document.
func TestParameters_Rest(t *testing.T) {
	p := fixture.Load(t, `
-- main.go --
package main

import "github.com/labstack/echo/v4"

func main() {}

func file(c echo.Context) error { return c.JSON(200, c.Param("*")) }

func first(c echo.Context) error { return c.JSON(200, c.Param("*1")) }

func none(c echo.Context) error { return c.JSON(200, c.Param("path")) }
`)
	for handler, want := range map[string]int{"main.file": 0, "main.first": 0, "main.none": 1} {
		r := repo(t, p, endpoint{"GET /b/{any...}", spec.Operation{Parameters: []spec.Parameter{{Name: "id", In: "path", Required: true}}}, []string{handler}})
		r.Matrix.Endpoints[0].Operation.Path, r.Matrix.Endpoints[0].Route.Pattern = "/b/{id}", "/b/*"
		if c := criterion(t, r, "parameter-mismatch"); len(c.Findings) != want {
			t.Errorf("%s: %+v, want %d findings", handler, c, want)
		}
	}
}

// A binder fills fields from the query by its framework's tag, and by their
// names where they have none: that is a way to read what is declared, but no
// declaration of the struct's own.
func TestParameters_Tags(t *testing.T) {
	p := fixture.Load(t, `
-- main.go --
package main

import "github.com/gin-gonic/gin"

func main() {}

type note struct {
	Text  string `+"`json:\"text\" query:\"words\"`"+`
	Draft bool   `+"`form:\"draft\"`"+`
}

func write(c *gin.Context) {
	var n note
	if c.ShouldBindQuery(&n) != nil || c.ShouldBindJSON(&n) != nil {
		c.Status(400)
		return
	}
	c.JSON(201, n)
}
`)
	for _, tt := range []struct {
		declared []string
		want     string
	}{
		{[]string{"draft"}, ""},
		{[]string{"draft", "text"}, ""},
		{nil, `POST /notes reads query parameter "draft", which the document does not declare; declare it`},
		{[]string{"draft", "words"}, `POST /notes declares query parameter "words", but main.write never reads it; read it or remove it from the document`},
	} {
		var params []spec.Parameter
		for _, name := range tt.declared {
			params = append(params, spec.Parameter{Name: name, In: "query"})
		}
		c := criterion(t, repo(t, p, endpoint{"POST /notes", spec.Operation{Parameters: params}, []string{"main.write"}}), "parameter-mismatch")
		got := ""
		for _, f := range c.Findings {
			got += f.Message
		}
		if got != tt.want {
			t.Errorf("%v: %q, want %q", tt.declared, got, tt.want)
		}
	}
}
