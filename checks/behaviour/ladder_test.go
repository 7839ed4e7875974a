package behaviour_test

import (
	"go/types"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/spec"
)

const ladder = `
-- main.go --
package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

func main() {}

var (
	ErrMissing      = errors.New("missing")
	ErrUnauthorized = errors.New("unauthorized")
)

type server struct{ db *sql.DB }

type body[T any] struct{ Item T }

func describe(err error) (int, string) {
	switch {
	case errors.Is(err, ErrMissing):
		return 404, "missing"
	case errors.Is(err, ErrUnauthorized):
		return 401, "unauthorized"
	}
	return 500, "internal"
}

func (s *server) fail(w http.ResponseWriter, err error) {
	status, text := describe(err)
	respond(w, status, map[string]string{"error": text})
}

func respond(w http.ResponseWriter, status int, v any) {
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func number(r *http.Request, name string) (int, error) { return strconv.Atoi(r.URL.Query().Get(name)) }

func decode[T any](r *http.Request) (T, error) {
	var v T
	err := json.NewDecoder(r.Body).Decode(&v)
	return v, err
}

type order struct{ ID int }

func (s *server) page(w http.ResponseWriter, r *http.Request) {
	limit, err := number(r, "limit")
	if err != nil {
		s.fail(w, err)
		return
	}
	offset, err := number(r, "offset")
	if err != nil {
		s.fail(w, err)
		return
	}
	in, err := decode[order](r)
	if err != nil {
		s.fail(w, err)
		return
	}
	respond(w, 200, body[order]{Item: order{limit + offset + in.ID}})
}

// authenticate finds nothing behind the digest of an empty token.
func (s *server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := s.user(bearer(r)); err != nil {
			s.fail(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

func (s *server) user(token string) (int, error) {
	sum := sha256.Sum256([]byte(token))
	var id int
	err := s.db.QueryRow("SELECT id FROM sessions WHERE hash = ?", hex.EncodeToString(sum[:])).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrUnauthorized
	}
	return id, err
}
`

func TestSummary_LadderGenericsAndHelpers(t *testing.T) {
	p := fixture.Load(t, ladder)
	x := behaviour.Of(p)
	s := x.Route(fixture.Route(t, p, "POST /page", "(*main.server).page"), nil)
	got := statuses(s)
	for _, code := range []int{200, 404, 401, 500} {
		if !got[code] {
			t.Errorf("status %d of the ladder is not seen: %v", code, got)
		}
	}
	names := map[string]bool{}
	for _, in := range s.Inputs {
		names[in.Name] = true
		if in.Decodes && types.TypeString(in.Type, nil) != "example.com/app.order" {
			t.Errorf("decodes into %s, want order", in.Type)
		}
	}
	if !names["limit"] || !names["offset"] {
		t.Errorf("parameters read by one helper: %v, want limit and offset", names)
	}
	a := x.Access(fixture.Route(t, p, "GET /x", "(*main.server).authenticate", "(*main.server).page"), nil)
	if a.Guard != behaviour.Guarded {
		t.Errorf("look-up by digest: %+v, want guarded", a)
	}
}

const refusals = `
-- main.go --
package main

import (
	"net/http"
	"reflect"
)

func main() {}

type page struct{ Limit int }

func refuse(w http.ResponseWriter, code int) { w.WriteHeader(code) }

// complete turns away what lacks a field whose tag says that it is required.
func complete(w http.ResponseWriter, r *http.Request, v any) bool {
	t := reflect.TypeOf(v)
	for i := 0; i < t.NumField(); i++ {
		if t.Field(i).Tag.Get("validate") == "required" && r.FormValue(t.Field(i).Name) == "" {
			refuse(w, 400)
			return false
		}
	}
	return true
}

func tagged(w http.ResponseWriter, r *http.Request) {
	if complete(w, r, page{}) {
		w.WriteHeader(204)
	}
}

func byHand(w http.ResponseWriter, r *http.Request) {
	if !complete(w, r, page{}) {
		return
	}
	if r.FormValue("limit") == "" {
		refuse(w, 400)
		return
	}
	w.WriteHeader(204)
}
`

// TestSummary_UnknownRefusal: a refusal is unknown where the document lists
// error answers without it, and certain where no type decides about it.
func TestSummary_UnknownRefusal(t *testing.T) {
	p := fixture.Load(t, refusals)
	for _, c := range []struct {
		handler string
		listed  []string
		want    bool
	}{
		{"main.byHand", []string{"204", "404"}, true},
		{"main.byHand", []string{"204", "500"}, true},
		{"main.byHand", []string{"204"}, false},
		{"main.byHand", []string{"204", "404", "default"}, false},
		{"main.byHand", []string{"204", "400"}, false},
		{"main.tagged", []string{"204", "404"}, false},
	} {
		var op spec.Operation
		for _, status := range c.listed {
			op.Responses = append(op.Responses, spec.Response{Status: status})
		}
		s := behaviour.Of(p).Route(fixture.Route(t, p, "GET /pages", c.handler), &op)
		if a, got := s.UnknownRefusal(&op); got != c.want || got && a.Status != 400 {
			t.Errorf("%s against %v: %v %d, want %v", c.handler, c.listed, got, a.Status, c.want)
		}
	}
}
