package inputs_test

import (
	"context"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/inputs"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

const accounts = `
-- main.go --
package main

import (
	"database/sql"
	"encoding/json"
	"net/http"
)

func main() {}

var db *sql.DB

type Account struct {
	Email    string ` + "`json:\"email\"`" + `
	Password string ` + "`json:\"password\"`" + `
}

func comparePassword(hash, password string) bool { return hash == password+"salt" }

func login(w http.ResponseWriter, r *http.Request) {
	var in Account
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		w.WriteHeader(400)
		return
	}
	var hash string
	if err := db.QueryRow("SELECT hash FROM accounts WHERE email = ?", in.Email).Scan(&hash); err != nil {
		w.WriteHeader(401)
		return
	}
	if !comparePassword(hash, in.Password) {
		w.WriteHeader(401)
		return
	}
	w.WriteHeader(200)
}

func change(w http.ResponseWriter, r *http.Request) {
	user := r.Header.Get("X-User")
	if user == "" {
		w.WriteHeader(401)
		return
	}
	var in Account
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		w.WriteHeader(400)
		return
	}
	var n int
	db.QueryRow("SELECT count(*) FROM accounts WHERE email = ?", in.Email).Scan(&n)
	db.Exec("UPDATE accounts SET email = ?, hash = ? WHERE id = ?", in.Email, in.Password, user)
	w.WriteHeader(200)
}
`

// TestCredentials: who logs in with an address that nobody could have registered
// is not found and answered 401; who changes the address is held to its form,
// though the handler answers 401 for another reason.
func TestCredentials(t *testing.T) {
	p := fixture.Load(t, accounts)
	body := &spec.Body{Content: []spec.Media{{Type: "application/json", Schema: &spec.Schema{Types: []string{"object"}, Properties: []spec.Property{
		{Name: "email", Schema: &spec.Schema{Types: []string{"string"}, Format: "email"}}, {Name: "password", Schema: &spec.Schema{Types: []string{"string"}}},
	}}}}}
	for handler, want := range map[string]report.Facet{"main.login": report.FacetOK, "main.change": report.FacetAbsent} {
		r := fixture.Route(t, p, "POST /accounts", handler)
		e := &matrix.Endpoint{Document: &spec.Document{}, Route: r, Status: report.Implemented,
			Operation: &spec.Operation{Method: r.Method, Path: r.Path, Body: body, Responses: []spec.Response{{Status: "200"}, {Status: "401"}}}}
		if _, err := inputs.Check.Run(context.Background(), &check.Repo{Program: p, Matrix: &matrix.Matrix{Endpoints: []*matrix.Endpoint{e}}}); err != nil {
			t.Fatal(err)
		}
		rows := e.Evidence[report.ValidationFacet]
		if e.Validation != want || len(rows) != 1 || rows[0].Text != "format email" || rows[0].State != want {
			t.Errorf("%s: validation %s, %+v, want %s", handler, e.Validation, rows, want)
		}
	}
}
