package inputs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/inputs"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const shop = `
-- main.go --
package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/mail"
	"regexp"
	"time"

	"github.com/gin-gonic/gin"
)

func main() {}

type Order struct {
	Email string    ` + "`json:\"email\"`" + `
	State string    ` + "`json:\"state\"`" + `
	Code  string    ` + "`json:\"code\"`" + `
	Count int       ` + "`json:\"count\"`" + `
	Due   time.Time ` + "`json:\"due\"`" + `
}

var codes = regexp.MustCompile("^[A-Z]{3}$")
var kept []Order

func (o Order) Validate() error {
	if _, err := mail.ParseAddress(o.Email); err != nil {
		return errors.New("email is no address")
	}
	switch o.State {
	case "open", "paid":
	default:
		return errors.New("unknown state")
	}
	if len(o.Code) > 40 || !codes.MatchString(o.Code) {
		return errors.New("code has another form")
	}
	if ok := o.Count >= 1 && o.Count <= 10; !ok {
		return errors.New("count is out of range")
	}
	return nil
}

func checked(w http.ResponseWriter, r *http.Request) {
	var o Order
	if json.NewDecoder(r.Body).Decode(&o) != nil || o.Validate() != nil {
		http.Error(w, "bad", 400)
		return
	}
	kept = append(kept, o)
	w.WriteHeader(201)
}

func present(w http.ResponseWriter, r *http.Request) {
	var o Order
	if json.NewDecoder(r.Body).Decode(&o) != nil || o.Email == "" {
		http.Error(w, "bad", 400)
		return
	}
	kept = append(kept, o)
	w.WriteHeader(201)
}

type Tagged struct {
	Email string ` + "`json:\"email\" binding:\"required,email\"`" + `
	State string ` + "`json:\"state\" binding:\"oneof=open paid void\"`" + `
	Code  string ` + "`json:\"code\" binding:\"max=20\"`" + `
}

func tagged(c *gin.Context) {
	var o Tagged
	if err := c.ShouldBindJSON(&o); err != nil {
		c.JSON(400, gin.H{"error": "bad"})
		return
	}
	kept = append(kept, Order{Email: o.Email, State: o.State, Code: o.Code})
	c.JSON(201, gin.H{})
}
`

// order is what the document says of the body.
func order() *spec.Body {
	one, ten, long := 1.0, 10.0, int64(40)
	str := func(s spec.Schema) *spec.Schema { s.Types = []string{"string"}; return &s }
	return &spec.Body{Content: []spec.Media{{Type: "application/json", Schema: &spec.Schema{
		Types: []string{"object"}, Required: []string{"email"},
		Properties: []spec.Property{
			{Name: "email", Schema: str(spec.Schema{Format: "email"})},
			{Name: "state", Schema: str(spec.Schema{Enum: []string{`"open"`, `"paid"`}, Maximum: &ten, MinItems: &long})}, // of other types
			{Name: "code", Schema: str(spec.Schema{Pattern: "^[A-Z]{3}$", MaxLength: &long})},
			{Name: "count", Schema: &spec.Schema{Types: []string{"integer"}, Minimum: &one, Maximum: &ten, MaxLength: &long, Pattern: "^[0-9]+$", Format: "uuid"}},
			{Name: "due", Schema: str(spec.Schema{Format: "date-time"})},
		},
	}}}}
}

// TestConstraints_Examples: the code refuses what the document itself shows; what
// it takes is no constraint.
func TestConstraints_Examples(t *testing.T) {
	p := fixture.Load(t, shop)
	body := order()
	at := report.Position{File: "openapi.yaml", Line: 30}
	body.Content[0].Shown = []spec.Shown{{Member: "state", Text: "void", Pos: at}, {Member: "code", Text: "ABC", Pos: at}, {Member: "code", Text: "abc", Pos: at}}
	r := fixture.Route(t, p, "POST /orders", "main.checked")
	e := &matrix.Endpoint{Operation: &spec.Operation{Method: r.Method, Path: r.Path, Body: body}, Document: &spec.Document{}, Route: r, Status: report.Implemented}
	cs, err := inputs.Check.Run(context.Background(), &check.Repo{Program: p, Matrix: &matrix.Matrix{Endpoints: []*matrix.Endpoint{e}}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range cs[1].Findings {
		got = append(got, f.Position.String()+" "+f.Message)
	}
	want := []string{
		`main.go:32 POST /orders refuses state that the document allows: one of open, paid (comparison) against example "void" in openapi.yaml:30; let both draw the same line`,
		`main.go:36 POST /orders refuses code that the document allows: text like ^[A-Z]{3}$ (MatchString) against example "abc" in openapi.yaml:30; let both draw the same line`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// TestConstraints holds each constraint against what enforces it, for one
// handler that checks all, one that checks next to nothing, and one whose tags
// draw other lines.
func TestConstraints(t *testing.T) {
	p := fixture.Load(t, shop)
	for handler, want := range map[string][]string{
		"main.checked": {
			"email required ok main.go:28", "email format email ok main.go:28", "state enum open, paid ok main.go:32",
			"code maxLength 40 ok main.go:36", "code pattern ^[A-Z]{3}$ ok main.go:36",
			"count minimum 1 ok main.go:39", "count maximum 10 ok main.go:39", "due format date-time ok main.go:21",
		},
		"main.present": {
			"email required ok main.go:57", "email format email absent main.go:17", "state enum open, paid absent main.go:18",
			"code maxLength 40 absent main.go:19", "code pattern ^[A-Z]{3}$ absent main.go:19",
			"count minimum 1 absent main.go:20", "count maximum 10 absent main.go:20", "due format date-time ok main.go:21",
		},
		"main.tagged": {
			"email required ok main.go:66", "email format email ok main.go:66", "state enum open, paid mismatch main.go:67",
			"code maxLength 40 mismatch main.go:68", "code pattern ^[A-Z]{3}$ absent main.go:68",
		},
	} {
		r := fixture.Route(t, p, "POST /orders", handler)
		op := &spec.Operation{Method: r.Method, Path: r.Path, Body: order()}
		e := &matrix.Endpoint{Operation: op, Document: &spec.Document{}, Route: r, Status: report.Implemented}
		cs, err := inputs.Check.Run(context.Background(), &check.Repo{Program: p, Matrix: &matrix.Matrix{Endpoints: []*matrix.Endpoint{e}}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range e.Evidence[report.ValidationFacet] {
			got = append(got, fmt.Sprintf("%s %s %s %s", c.Place, c.Text, c.State, c.Code))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", handler, diff)
		}
		text := ""
		for _, f := range cs[1].Findings {
			text += f.Message + "\n"
		}
		if handler == "main.tagged" && (!strings.Contains(text, "lets state through beyond what the document allows: void") || !strings.Contains(text, "refuses code that the document allows: 20")) {
			t.Errorf("%s: findings %q", handler, text)
		}
	}
	if err := inputs.Unenforced.Validate(); err != nil {
		t.Error(err)
	}
}
