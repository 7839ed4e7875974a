package behaviour_test

import (
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
)

const stubs = `
-- main.go --
package main

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
)

func main() {}

func empty(w http.ResponseWriter, r *http.Request) {}

func panics(w http.ResponseWriter, r *http.Request) { panic("TODO: create") }

func answers(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotImplemented) }

func withBody(c *gin.Context) { c.JSON(501, gin.H{"error": "soon"}) }

func returns(c echo.Context) error { return echo.NewHTTPError(http.StatusNotImplemented, "soon") }

var ErrNotImplemented = errors.New("not there yet")

func sentinel(c echo.Context) error { return ErrNotImplemented }

func text(c echo.Context) error { return errors.New("not implemented") }

func wrapper(w http.ResponseWriter, r *http.Request) { empty(w, r) }

func respond(w http.ResponseWriter, status int, body any) {
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func helper(w http.ResponseWriter, r *http.Request) { respond(w, http.StatusNotImplemented, "soon") }

func helpers(w http.ResponseWriter, r *http.Request) {
	if r.Method == "GET" {
		respond(w, http.StatusOK, "ok")
		return
	}
	respond(w, http.StatusNotImplemented, "soon")
}

func real(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode("ok") }

func noContent(c echo.Context) error { return c.NoContent(204) }

func partly(w http.ResponseWriter, r *http.Request) {
	if r.Method == "PATCH" {
		w.WriteHeader(501)
		return
	}
	w.WriteHeader(204)
}

func fails(c echo.Context) error { return errors.New("always") }
`

func TestStub(t *testing.T) {
	p := fixture.Load(t, stubs)
	x := behaviour.Of(p)
	for name, want := range map[string]string{
		"empty": "its body is empty", "panics": `it panics with "TODO: create"`, "answers": "it answers 501", "withBody": "it answers 501",
		"returns": "it answers 501", "sentinel": "ErrNotImplemented", "text": "not implemented", "wrapper": "its body is empty", "helper": "it answers 501", "helpers": "",
		"real": "", "noContent": "", "partly": "", "fails": "",
	} {
		reason, at, ok := x.Stub(fixture.Handler(t, p, "main."+name))
		if ok != (want != "") || !strings.Contains(reason, want) {
			t.Errorf("%s: stub %t %q, want %q", name, ok, reason, want)
		}
		if ok && at.File != "main.go" {
			t.Errorf("%s: at %s", name, at)
		}
	}
}
