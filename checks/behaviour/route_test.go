package behaviour_test

import (
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
)

const routed = `
-- main.go --
package main

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"
)

func main() {}

type item struct{ ID int }

type itemKey struct{}

// one handler for the list and for one of its items
func items(w http.ResponseWriter, r *http.Request) {
	if one := r.Context().Value(itemKey{}); one != nil {
		json.NewEncoder(w).Encode(one.(item))
		return
	}
	json.NewEncoder(w).Encode([]item{})
}

func load(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), itemKey{}, item{1})))
	})
}

func byMethod(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		w.WriteHeader(201)
		return
	}
	w.WriteHeader(204)
}

func bySlug(c *gin.Context) {
	if c.Param("slug") == "feed" {
		c.JSON(200, gin.H{"feed": true})
		return
	}
	c.JSON(202, gin.H{"item": true})
}

type apiError struct{ Status int }

func (e *apiError) Error() string { return "" }

func fail(status int) *apiError { return &apiError{status} }

// asked is asked before the handler: an error means that it is not reached.
func asked(w http.ResponseWriter, r *http.Request) (context.Context, error) {
	token, err := bearer(r)
	if err != nil {
		return nil, err
	}
	return context.WithValue(r.Context(), itemKey{}, token), nil
}

func bearer(r *http.Request) (string, error) {
	if t := r.Header.Get("Authorization"); t != "" {
		return t, nil
	}
	return "", fail(401)
}

// lenient tries and goes on.
func lenient(w http.ResponseWriter, r *http.Request) (context.Context, error) {
	if _, err := bearer(r); err != nil {
		return r.Context(), nil
	}
	return r.Context(), nil
}

// scanned is filled by code outside the module.
func scanned() func(w http.ResponseWriter, r *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		var all []item
		if err := json.Unmarshal([]byte("[]"), &all); err != nil || len(all) == 0 {
			w.WriteHeader(404)
			return
		}
		w.WriteHeader(200)
	}
}
`

func statuses(s *behaviour.Summary) map[int]bool {
	found := map[int]bool{}
	for _, a := range s.Answers {
		found[a.Status] = true
	}
	return found
}

func TestRoute_ContextMethodAndLiterals(t *testing.T) {
	p := fixture.Load(t, routed)
	x := behaviour.Of(p)
	bodies := func(r *routes.Route) int { return len(x.Route(r, nil).Answers) }
	if n := bodies(fixture.Route(t, p, "GET /items", "main.items")); n != 1 {
		t.Errorf("nobody puts an item into the context, but %d answers are seen", n)
	}
	if n := bodies(fixture.Route(t, p, "GET /items/{id}", "main.load", "main.items")); n == 0 {
		t.Error("no answer with an item in the context")
	}
	got := statuses(x.Route(fixture.Route(t, p, "POST /x", "main.byMethod"), nil))
	if !got[201] || got[204] {
		t.Errorf("POST answers %v, want 201 only", got)
	}
	r := fixture.Route(t, p, "GET /a/{slug}", "main.bySlug")
	got = statuses(x.Route(r, &spec.Operation{Method: "GET", Path: "/a/feed"}))
	if !got[200] || got[202] {
		t.Errorf("GET /a/feed answers %v, want 200 only", got)
	}
	got = statuses(x.Route(fixture.Route(t, p, "GET /s", "main.scanned$1"), nil))
	if !got[200] || !got[404] {
		t.Errorf("a slice that foreign code fills: answers %v, want 200 and 404", got)
	}
}

func TestAccess_AskedBefore(t *testing.T) {
	p := fixture.Load(t, routed)
	x := behaviour.Of(p)
	a := x.Access(fixture.Route(t, p, "GET /x", "main.asked", "main.byMethod"), nil)
	if a.Guard != behaviour.Guarded || a.Status != 401 {
		t.Errorf("asked: %+v, want guarded with 401", a)
	}
	if a := x.Access(fixture.Route(t, p, "GET /x", "main.lenient", "main.byMethod"), nil); a.Guard != behaviour.Open {
		t.Errorf("lenient: %+v, want open", a)
	}
}
