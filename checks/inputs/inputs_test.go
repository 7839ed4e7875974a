package inputs_test

import (
	"context"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/inputs"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const source = `
-- main.go --
package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-playground/validator/v10"
)

func main() {}

type Book struct {
	Title string ` + "`json:\"title\" binding:\"required\"`" + `
	Pages int    ` + "`json:\"pages\"`" + `
}

func (b Book) Validate() error {
	if b.Title == "" {
		return errors.New("title is missing")
	}
	return nil
}

type store struct{ books []Book }

func (s *store) add(b Book) error {
	if b.Pages < 0 {
		return errors.New("negative")
	}
	s.books = append(s.books, b)
	return nil
}

func (s *store) put(b Book) error { s.books = append(s.books, b); return nil }

var db store
var check = validator.New()

func byMethod(w http.ResponseWriter, r *http.Request) {
	var b Book
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		http.Error(w, "bad", 400)
		return
	}
	if err := b.Validate(); err != nil {
		http.Error(w, err.Error(), 422)
		return
	}
	db.put(b)
}

func byValidator(w http.ResponseWriter, r *http.Request) {
	b, err := decode[Book](r)
	if err != nil {
		http.Error(w, "bad", 400)
		return
	}
	db.put(b)
}

func decode[T any](r *http.Request) (T, error) {
	var v T
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		return v, err
	}
	return v, check.Struct(v)
}

func byService(w http.ResponseWriter, r *http.Request) {
	var b Book
	json.NewDecoder(r.Body).Decode(&b)
	if err := db.add(b); err != nil {
		http.Error(w, err.Error(), 422)
	}
}

func byBinder(c *gin.Context) {
	var b Book
	if err := c.ShouldBindJSON(&b); err != nil {
		c.JSON(400, gin.H{"error": "bad"})
		return
	}
	db.put(b)
}

func notAtAll(w http.ResponseWriter, r *http.Request) {
	var b Book
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		http.Error(w, "bad", 400)
		return
	}
	if err := db.put(b); err != nil {
		http.Error(w, "store", 500)
		return
	}
	w.WriteHeader(201)
}

type loan struct {
	Since time.Time ` + "`json:\"since\"`" + `
}

func byType(w http.ResponseWriter, r *http.Request) {
	var l loan
	if err := json.NewDecoder(r.Body).Decode(&l); err != nil {
		http.Error(w, "bad", 400)
		return
	}
	println(l.Since.String())
	w.WriteHeader(201)
}

func plain[T any](r *http.Request) (T, error) {
	var v T
	err := json.NewDecoder(r.Body).Decode(&v)
	return v, err
}

func byHelper(w http.ResponseWriter, r *http.Request) {
	b, err := plain[Book](r) // the finding stands here
	if err != nil {
		http.Error(w, "bad", 400)
		return
	}
	db.put(b)
}

func limited(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || n > 100 {
		http.Error(w, "bad limit", 400)
		return
	}
	w.WriteHeader(200)
}

func unlimited(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	json.NewEncoder(w).Encode(n)
}
`

// TestCheck_Position: a helper serves many handlers, so that the finding stands
// where the handler at fault calls it.
func TestCheck_Position(t *testing.T) {
	p := fixture.Load(t, source)
	r := fixture.Route(t, p, "POST /a", "main.byHelper")
	op := &spec.Operation{Method: r.Method, Path: r.Path, Body: &spec.Body{Content: []spec.Media{{Type: "application/json", Schema: &spec.Schema{Required: []string{"title"}}}}}}
	e := &matrix.Endpoint{Operation: op, Document: &spec.Document{}, Route: r, Status: report.Implemented}
	cs, err := inputs.Check.Run(context.Background(), &check.Repo{Program: p, Matrix: &matrix.Matrix{Endpoints: []*matrix.Endpoint{e}}})
	if err != nil {
		t.Fatal(err)
	}
	_, main, _ := strings.Cut(source, "-- main.go --\n")
	before, _, _ := strings.Cut(main, " // the finding stands here")
	want := strings.Count(before, "\n") + 1
	if len(cs[0].Findings) != 1 || cs[0].Findings[0].Position.Line != want {
		t.Errorf("findings %+v, want one at line %d", cs[0].Findings, want)
	}
}

func TestCheck(t *testing.T) {
	p := fixture.Load(t, source)
	one := int64(1)
	hundred := float64(100)
	book := &spec.Body{Content: []spec.Media{{Type: "application/json", Schema: &spec.Schema{
		Required: []string{"title"}, Properties: []spec.Property{{Name: "title", Schema: &spec.Schema{MinLength: &one}}}}}}}
	since := &spec.Body{Content: []spec.Media{{Type: "application/json", Schema: &spec.Schema{
		Required: []string{"since"}, Properties: []spec.Property{{Name: "since", Schema: &spec.Schema{Types: []string{"string"}, Format: "date-time"}}}}}}}
	limit := []spec.Parameter{{Name: "limit", In: "query", Schema: &spec.Schema{Types: []string{"integer"}, Maximum: &hundred}}}
	for _, c := range []struct {
		name, handler string
		op            spec.Operation
		facet         report.Facet
		mentions      string
	}{
		{"POST /a", "main.byMethod", spec.Operation{Body: book}, report.FacetOK, ""},
		{"POST /b", "main.byValidator", spec.Operation{Body: book}, report.FacetOK, ""},
		{"POST /c", "main.byService", spec.Operation{Body: book}, report.FacetMismatch, ""},
		{"POST /d", "main.byBinder", spec.Operation{Body: book}, report.FacetOK, ""},
		{"POST /e", "main.notAtAll", spec.Operation{Body: book}, report.FacetAbsent, "POST /e uses what it decodes into main.Book without validation"},
		{"POST /i", "main.byType", spec.Operation{Body: since}, report.FacetMismatch, ""}, // constraint-unenforced says that it can be missing
		{"GET /f", "main.limited", spec.Operation{Parameters: limit}, report.FacetOK, ""},
		{"GET /g", "main.unlimited", spec.Operation{Parameters: limit}, report.FacetAbsent, `GET /g uses query parameter "limit" without validation`},
		{"GET /h", "main.unlimited", spec.Operation{}, report.FacetNotApplicable, ""},
	} {
		r := fixture.Route(t, p, c.name, c.handler)
		op := c.op
		op.Method, op.Path = r.Method, r.Path
		e := &matrix.Endpoint{Operation: &op, Document: &spec.Document{}, Route: r, Status: report.Implemented}
		cs, err := inputs.Check.Run(context.Background(), &check.Repo{Program: p, Matrix: &matrix.Matrix{Endpoints: []*matrix.Endpoint{e}}})
		if err != nil {
			t.Fatal(err)
		}
		if e.Validation != c.facet {
			t.Errorf("%s %s: facet %q, want %q (%+v)", c.name, c.handler, e.Validation, c.facet, cs[0])
		}
		text := ""
		for _, f := range cs[0].Findings {
			text += f.Message
		}
		if !strings.Contains(text, c.mentions) || c.mentions == "" && text != "" {
			t.Errorf("%s: findings %q, want %q", c.name, text, c.mentions)
		}
	}
	if err := inputs.Unvalidated.Validate(); err != nil {
		t.Error(err)
	}
}
