package contracts_test

import (
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const shelves = `
-- main.go --
package main

import (
	"io/fs"
	"path/filepath"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
)

func main() {}

type Shelf struct {
	Name  string   ` + "`json:\"name\"`" + `
	Books []string ` + "`json:\"books\"`" + `
	Notes []string ` + "`json:\"notes,omitempty\"`" + `
}

var stock []string

func filled() Shelf {
	s := Shelf{Name: "a"}
	s.Books = make([]string, 0)
	for _, b := range stock {
		s.Books = append(s.Books, b)
	}
	return s
}

func good(c *gin.Context) { c.JSON(200, filled()) }

func goodMap(c *gin.Context) { c.JSON(200, gin.H{"name": "a", "books": filled().Books}) }

// enveloped puts a value whose type is known under a key, opaque another.
func enveloped(c *gin.Context) { c.JSON(200, gin.H{"shelf": filled()}) }

var anything any

func opaque(c *gin.Context) { c.JSON(200, gin.H{"shelf": anything}) }

func unset(c *gin.Context) { c.JSON(200, &Shelf{Name: "a"}) }

func literal(c *gin.Context) {
	var books []string
	for _, b := range stock {
		books = append(books, b)
	}
	c.JSON(200, Shelf{Name: "a", Books: books})
}

func appended(c *gin.Context) {
	s := Shelf{Name: "a"}
	for _, b := range stock {
		s.Books = append(s.Books, b)
	}
	c.JSON(200, s)
}

func keyed(c *gin.Context) {
	var books []string
	for _, b := range stock {
		books = append(books, b)
	}
	c.JSON(200, gin.H{"name": "a", "books": books})
}

// walked appends in a callback, which need not run.
func walked(c *gin.Context) {
	var books []string
	filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		books = append(books, path)
		return nil
	})
	c.JSON(200, Shelf{Name: "a", Books: books})
}

func mended(c *gin.Context) {
	var books []string
	for _, b := range stock {
		books = append(books, b)
	}
	s := Shelf{Name: "a", Books: books}
	if s.Books == nil {
		s.Books = []string{}
	}
	c.JSON(200, s)
}

func guarded(c *gin.Context) {
	var books []string
	for _, b := range stock {
		books = append(books, b)
	}
	if len(books) == 0 {
		c.JSON(200, Shelf{Books: []string{}})
		return
	}
	c.JSON(200, Shelf{Name: "a", Books: books})
}

func strangers(c *gin.Context) { c.JSON(200, Shelf{Name: "a", Books: stock}) }

func page(c *gin.Context) { c.JSON(200, Shelf{Books: []string{}}) }

func refuses(c *gin.Context) {
	if c.Query("q") == "" {
		c.JSON(409, gin.H{"error": "no"})
		return
	}
	c.JSON(200, Shelf{Books: []string{}})
}

// pick chooses the status by the error.
func pick(c *gin.Context, err error) {
	if err == fs.ErrNotExist {
		c.JSON(404, gin.H{"error": "none"})
		return
	}
	c.JSON(409, gin.H{"error": "no"})
}

func ladder(c *gin.Context) {
	if err := c.ShouldBindJSON(nil); err != nil {
		pick(c, err)
		return
	}
	c.JSON(200, Shelf{Books: []string{}})
}

// silent answers errors only: a server sends 200 with nothing for the rest.
func silent(c *gin.Context) {
	if c.Param("id") == "" {
		c.AbortWithStatus(400)
		return
	}
	println(c.Param("id"))
}

type named struct {
	name string
	Name string ` + "`json:\"name\"`" + `
}

type wrapper struct {
	named ` + "`json:\"shelf\"`" + `
}

func wrapped(c *gin.Context) {
	var w wrapper
	if err := c.BindJSON(&w); err != nil {
		return
	}
	c.JSON(200, w)
}

// wrappedError keeps the status of the error that it wraps.
func wrappedError(c echo.Context) error {
	if err := c.Bind(nil); err != nil {
		return echo.NewHTTPError(500, "no").Wrap(err)
	}
	return c.JSON(201, Shelf{Books: []string{}})
}

func limited(c *gin.Context) {
	limit := c.Query("limit")
	if limit == "" {
		println("none")
	}
	c.JSON(200, []string{})
}
`

var (
	listOfText = &spec.Schema{Types: []string{"array"}, Items: typed("string")}
	shelf      = object([]string{"name"}, spec.Property{Name: "name", Schema: typed("string")}, spec.Property{Name: "books", Schema: listOfText},
		spec.Property{Name: "notes", Schema: listOfText})
	inShelf = object([]string{"shelf"}, spec.Property{Name: "shelf", Schema: object([]string{"name"}, spec.Property{Name: "name", Schema: typed("string")})})
	html    = []spec.Response{{Status: "200", Content: []spec.Media{{Type: "text/html", Schema: typed("string")}}}}
	inOwned = object([]string{"shelf"}, spec.Property{Name: "shelf", Schema: object([]string{"owner"}, spec.Property{Name: "owner", Schema: typed("string")})})
	refused = append(answers("200", shelf), spec.Response{Status: "404"})
)

func TestMembers(t *testing.T) {
	p := fixture.Load(t, shelves)
	for _, c := range []struct {
		rule, handler string
		op            spec.Operation
		want          report.Outcome
		mentions      string
	}{
		{"array-encoded-null", "main.good", spec.Operation{Responses: answers("200", shelf)}, report.Pass, ""},
		{"array-encoded-null", "main.goodMap", spec.Operation{Responses: answers("200", shelf)}, report.Pass, ""},
		{"array-encoded-null", "main.unset", spec.Operation{Responses: answers("200", shelf)}, report.Fail, "promises an array as books but encodes a nil slice"},
		{"array-encoded-null", "main.literal", spec.Operation{Responses: answers("200", shelf)}, report.Fail, "an array as books"},
		{"array-encoded-null", "main.appended", spec.Operation{Responses: answers("200", shelf)}, report.Fail, "an array as books"},
		{"array-encoded-null", "main.keyed", spec.Operation{Responses: answers("200", shelf)}, report.Fail, "an array as books"},
		{"array-encoded-null", "main.walked", spec.Operation{Responses: answers("200", shelf)}, report.Fail, "an array as books"},
		{"array-encoded-null", "main.mended", spec.Operation{Responses: answers("200", shelf)}, report.Inconclusive, ""},
		{"array-encoded-null", "main.guarded", spec.Operation{Responses: answers("200", shelf)}, report.Pass, ""},
		{"array-encoded-null", "main.strangers", spec.Operation{Responses: answers("200", shelf)}, report.Inconclusive, ""},
		{"response-mismatch", "main.enveloped", spec.Operation{Responses: answers("200", inShelf)}, report.Pass, ""},
		{"response-mismatch", "main.enveloped", spec.Operation{Responses: answers("200", inOwned)}, report.Fail, "required property shelf.owner is missing in main.Shelf"},
		{"response-mismatch", "main.opaque", spec.Operation{Responses: answers("200", inShelf)}, report.Inconclusive, ""},
		{"response-mismatch", "main.page", spec.Operation{Responses: html}, report.Fail, "answers 200 as JSON, but the document promises text/html"},
		{"response-mismatch", "main.page", spec.Operation{Responses: answers("200", shelf)}, report.Pass, ""},
		{"response-mismatch", "main.refuses", spec.Operation{Responses: refused}, report.Pass, ""}, // error-response-undocumented says so
		{"response-mismatch", "main.refuses", spec.Operation{Responses: answers("200", shelf)}, report.Pass, ""},
		{"response-mismatch", "main.ladder", spec.Operation{Responses: refused}, report.Pass, ""},
		{"response-mismatch", "main.silent", spec.Operation{Responses: []spec.Response{{Status: "200"}}}, report.Pass, ""},
		{"response-mismatch", "main.silent", spec.Operation{Responses: []spec.Response{{Status: "204"}}}, report.Inconclusive, ""},
		{"response-mismatch", "main.wrapped", spec.Operation{Responses: answers("200", inShelf)}, report.Pass, ""},
		{"response-mismatch", "main.wrappedError", spec.Operation{Responses: answers("201", shelf)}, report.Pass, ""},
		{"request-body-mismatch", "main.wrapped", spec.Operation{Body: &spec.Body{Content: content(inShelf)}}, report.Pass, ""},
		{"list-unpaginated", "main.limited", spec.Operation{Parameters: limit, Responses: answers("200", listOfText)}, report.Fail, `reads "limit", but nothing that answers the list gets it`},
	} {
		got := criterion(t, repo(t, p, endpoint{"GET /s", c.op, []string{c.handler}}), c.rule)
		text := ""
		for _, f := range got.Findings {
			text += f.Message
		}
		if got.Outcome != c.want || !strings.Contains(text, c.mentions) {
			t.Errorf("%s %s: %s %q (%s), want %s %q", c.rule, c.handler, got.Outcome, text, got.Reason, c.want, c.mentions)
		}
	}
}

const generatedServer = `
-- main.go --
package main

import (
	"context"

	"example.com/app/api"
)

func main() {}

type service struct{}

func (service) CreateBook(ctx context.Context, req *api.Book, params api.CreateBookParams) (*api.Book, error) {
	return req, nil
}

func (service) Ask(ctx context.Context, params api.AskParams) (api.AskRes, error) { return nil, nil }

func (service) Renew(ctx context.Context, request api.RenewRequestObject) (api.RenewResponseObject, error) {
	return renewed(), nil
}

func renewed() api.RenewResponseObject { return api.Renew200JSONResponse{} }

func (service) Lend(ctx context.Context, request api.LendRequestObject) (api.LendResponseObject, error) {
	return api.Lend422JSONResponse{}, nil
}
-- api/api_gen.go --
// Code generated by a generator, DO NOT EDIT.

package api

type OptInt struct {
	Value int
	Set   bool
}

type Book struct {
	ID    OptInt ` + "`json:\"id\"`" + `
	Title string ` + "`json:\"title\"`" + `
}

func (b *Book) MarshalJSON() ([]byte, error)  { return nil, nil }
func (b *Book) UnmarshalJSON(_ []byte) error { return nil }
func (*Book) askRes()                        {}

type CreateBookParams struct{ DryRun OptInt }

type AskParams struct{ Question string }

type AskRes interface{ askRes() }

type RenewParams struct {
	Dry    *bool   ` + "`form:\"dry_run,omitempty\" json:\"dry_run,omitempty\"`" + `
	XTrace *string ` + "`json:\"X-Trace,omitempty\"`" + `
}

type RenewJSONRequestBody struct {
	Title string ` + "`json:\"title\"`" + `
}

type RenewRequestObject struct {
	BookID       string ` + "`json:\"book\"`" + `
	Params       RenewParams
	JSONBody     *RenewJSONRequestBody
	FormdataBody *Book
}

type RenewResponseObject interface{ VisitRenewResponse() error }

type Renew200JSONResponse Book

func (Renew200JSONResponse) VisitRenewResponse() error { return nil }

type LendRequestObject struct{}

type LendResponseObject interface{ VisitLendResponse() error }

type Lend200JSONResponse Book

func (Lend200JSONResponse) VisitLendResponse() error { return nil }

type Lend422JSONResponse struct{}

func (Lend422JSONResponse) VisitLendResponse() error { return nil }

type Renew422JSONResponse struct {
	Owner string ` + "`json:\"owner\"`" + `
}

func (Renew422JSONResponse) VisitRenewResponse() error { return nil }
`

// TestGenerated: the types of a generated server are held against the document.
func TestGenerated(t *testing.T) {
	p := fixture.Load(t, generatedServer)
	dry := []spec.Parameter{{Name: "dry_run", In: "query", Schema: typed("integer")}}
	renewal := []spec.Parameter{{Name: "book", In: "query"}, {Name: "dry_run", In: "query"}, {Name: "X-Trace", In: "header"}}
	titled := &spec.Schema{Types: []string{"object"}, Required: []string{"title"}, Properties: []spec.Property{{Name: "title", Schema: typed("string")}}}
	for _, c := range []struct {
		rule, handler string
		op            spec.Operation
		want          report.Outcome
	}{
		{"parameter-mismatch", "(main.service).CreateBook", spec.Operation{Parameters: dry}, report.Pass},
		{"parameter-mismatch", "(main.service).Ask", spec.Operation{Parameters: dry}, report.Inconclusive},
		{"request-body-mismatch", "(main.service).CreateBook", spec.Operation{Body: &spec.Body{Content: content(book)}}, report.Pass},
		{"request-body-mismatch", "(main.service).CreateBook", spec.Operation{Body: &spec.Body{Content: content(owned)}}, report.Inconclusive},
		{"response-mismatch", "(main.service).CreateBook", spec.Operation{Responses: answers("201", book)}, report.Pass},
		{"response-mismatch", "(main.service).Ask", spec.Operation{Responses: answers("200", book)}, report.Pass},
		{"response-mismatch", "(main.service).Ask", spec.Operation{Responses: answers("200", owned)}, report.Inconclusive},
		{"parameter-mismatch", "(main.service).Renew", spec.Operation{Parameters: renewal}, report.Pass},
		{"parameter-mismatch", "(main.service).Renew", spec.Operation{Parameters: append(renewal, spec.Parameter{Name: "lang", In: "query"})}, report.Inconclusive},
		{"request-body-mismatch", "(main.service).Renew", spec.Operation{Body: &spec.Body{Content: content(titled)}}, report.Pass},
		{"request-body-mismatch", "(main.service).Renew", spec.Operation{Body: &spec.Body{Content: content(owned)}}, report.Inconclusive},
		{"response-mismatch", "(main.service).Renew", spec.Operation{Responses: answers("200", book)}, report.Pass},
		{"response-mismatch", "(main.service).Lend", spec.Operation{Responses: answers("200", book)}, report.Inconclusive},
		{"response-mismatch", "(main.service).Renew", spec.Operation{Responses: answers("200", owned)}, report.Inconclusive},
	} {
		got := criterion(t, repo(t, p, endpoint{"POST /b", c.op, []string{c.handler}}), c.rule)
		if got.Outcome != c.want || c.want == report.Inconclusive && !strings.Contains(got.Reason, "generate it again") && !strings.Contains(got.Reason, "generated server") && !strings.Contains(got.Reason, "no answer of the documented success types was found in (main.service).Lend") {
			t.Errorf("%s %s: %s (%s), want %s", c.rule, c.handler, got.Outcome, got.Reason, c.want)
		}
	}
}
