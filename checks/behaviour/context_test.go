package behaviour_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
)

const shared = `
-- main.go --
package main

import (
	"net/http"
	"net/url"
)

func main() { http.HandleFunc("POST /a", work); http.HandleFunc("POST /b", values) }

// transaction keeps its function in a variable that a literal captured.
func transaction(f func() error) error {
	return retry(func() error { return f() })
}

func retry(f func() error) error { return f() }

func work(w http.ResponseWriter, r *http.Request) {
	transaction(func() error { w.WriteHeader(http.StatusConflict); return nil })
	transaction(func() error { w.WriteHeader(http.StatusGone); return nil })
	transaction(func() error { w.WriteHeader(http.StatusTeapot); return nil })
}

// values reads the form or the query, depending on what nobody knows.
func values(w http.ResponseWriter, r *http.Request) {
	var vs url.Values
	if err := r.ParseForm(); err == nil {
		vs = r.Form
	} else {
		vs = r.URL.Query()
	}
	w.Write([]byte(vs.Get("code")))
}
`

// TestRoute_FunctionsGiven: a function that is given functions runs every one
// of them, however many there are.
func TestRoute_FunctionsGiven(t *testing.T) {
	p := fixture.Load(t, shared)
	s := behaviour.Of(p).Route(fixture.Route(t, p, "POST /a", "main.work"), nil)
	if diff := cmp.Diff(map[int]bool{409: true, 410: true, 418: true}, statuses(s)); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// TestRoute_FormHoldsQuery: what is the form or the query is the form.
func TestRoute_FormHoldsQuery(t *testing.T) {
	p := fixture.Load(t, shared)
	s := behaviour.Of(p).Route(fixture.Route(t, p, "POST /b", "main.values"), nil)
	var read []string
	for _, in := range s.Inputs {
		read = append(read, in.Place+" "+in.Name)
	}
	slices.Sort(read)
	if got := strings.Join(slices.Compact(read), ", "); !strings.Contains(got, "form code") {
		t.Errorf("read %s, want the form's code", got)
	}
}

// TestRoute_InputsOfMiddleware: what a middleware read and put into the context
// is no input of the handler, whose own first input has the same number.
func TestRoute_InputsOfMiddleware(t *testing.T) {
	p := fixture.Load(t, `
-- main.go --
package main

import (
	"context"
	"net/http"
)

type key struct{}

func main() { http.Handle("POST /c", tenant(http.HandlerFunc(create))) }

func tenant(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, r.FormValue("tenant"))))
	})
}

func create(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	if r.Context().Value(key{}).(string) == "" {
		http.Error(w, "no tenant", http.StatusBadRequest)
		return
	}
	w.Write([]byte(name))
}
`)
	s := behaviour.Of(p).Route(fixture.Route(t, p, "POST /c", "main.tenant", "main.create"), nil)
	for _, in := range s.Inputs {
		if len(in.Validated) > 0 || in.Branched {
			t.Errorf("%s %s: validated at %v, branched %v; its value decides nothing", in.Place, in.Name, in.Validated, in.Branched)
		}
	}
	if len(s.Inputs) != 1 {
		t.Errorf("inputs %v, want the name", s.Inputs)
	}
}
