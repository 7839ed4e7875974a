package inputs_test

import (
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const members = `
-- main.go --
package main

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
	validation "github.com/go-ozzo/ozzo-validation/v4"
	"github.com/labstack/echo/v4"
)

func main() {}

type member struct {
	Name string ` + "`json:\"name\"`" + `
}

var short = validation.Length(1, 20)

func (m member) Validate() error {
	return validation.ValidateStruct(&m, validation.Field(&m.Name, validation.Required, short))
}

type guest struct {
	Name string ` + "`json:\"name\"`" + `
}

func (g *guest) check() error {
	if len(g.Name) > 20 || g.Name == "" {
		return errors.New("name is missing or too long")
	}
	return nil
}

var kept []string

func addMember(c echo.Context) error {
	var m member
	if err := c.Bind(&m); err != nil {
		return err
	}
	kept = append(kept, m.Name)
	return c.NoContent(http.StatusCreated)
}

func addGuest(c echo.Context) error {
	var g guest
	if err := c.Bind(&g); err != nil {
		return err
	}
	if err := c.Validate(&g); err != nil {
		return c.NoContent(http.StatusBadRequest)
	}
	kept = append(kept, g.Name)
	return c.NoContent(http.StatusCreated)
}

func addByGin(c *gin.Context) {
	var g guest
	if err := c.ShouldBindJSON(&g); err != nil {
		c.Status(400)
		return
	}
	kept = append(kept, g.Name)
	c.Status(201)
}
`

// own is code of the module that frameworks call; foreign code of others.
const (
	own = `
-- own.go --
package main

import (
	"github.com/gin-gonic/gin/binding"
	validation "github.com/go-ozzo/ozzo-validation/v4"
	"github.com/labstack/echo/v4"
)

type binder struct{}

func (b *binder) Bind(v any, c echo.Context) error {
	if err := (&echo.DefaultBinder{}).Bind(v, c); err != nil {
		return err
	}
	if m, ok := v.(validation.Validatable); ok {
		return m.Validate()
	}
	return nil
}

type checker struct{}

func (checker) Validate(v any) error {
	if c, ok := v.(interface{ check() error }); ok {
		return c.check()
	}
	return nil
}

func (c checker) ValidateStruct(v any) error { return c.Validate(v) }
func (checker) Engine() any                  { return nil }

func wire(e *echo.Echo) {
	e.Binder = &binder{}
	e.Validator = checker{}
	binding.Validator = checker{}
}
`
	foreign = `
-- foreign.go --
package main

import "github.com/labstack/echo/v4"

func wire(e *echo.Echo, b echo.Binder) { e.Binder = b }
`
)

// TestConstraints_Plugs: binders and validators that the module puts into a
// framework are what its calls lead to; those that cannot be followed may
// validate anything.
func TestConstraints_Plugs(t *testing.T) {
	twenty := int64(20)
	op := spec.Operation{Body: &spec.Body{Content: []spec.Media{{Type: "application/json", Schema: &spec.Schema{
		Types: []string{"object"}, Required: []string{"name"},
		Properties: []spec.Property{{Name: "name", Schema: &spec.Schema{Types: []string{"string"}, MaxLength: &twenty}}},
	}}}}}
	for _, c := range []struct {
		name, archive, handler string
		want                   report.Facet
	}{
		{"none", members, "main.addMember", report.FacetAbsent},
		{"binder", members + own, "main.addMember", report.FacetOK},
		{"validator", members + own, "main.addGuest", report.FacetOK},
		{"gin", members + own, "main.addByGin", report.FacetOK},
		{"foreign", members + foreign, "main.addMember", report.FacetInconclusive},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, _ := inputsOf(t, fixture.Load(t, c.archive), "POST /members", c.handler, op)
			if len(e.Evidence[report.ValidationFacet]) != 2 {
				t.Fatalf("constraints %+v, want 2", e.Evidence[report.ValidationFacet])
			}
			for _, got := range e.Evidence[report.ValidationFacet] {
				if got.State != c.want {
					t.Errorf("%s: %s %s %s, want %s", c.handler, got.Text, got.State, got.Words, c.want)
				}
			}
		})
	}
}
