package compliance

import (
	"strings"
	"testing"
)

// shop is a server with one route; METHOD and BODY are put in. The body begins
// on line 35.
const shop = `
-- shop.go --
package main

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
)

type server struct {
	db     *sql.DB
	notify func(string) error
}

type queries interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func main() {
	s := &server{notify: notifier()}
	mux := http.NewServeMux()
	mux.HandleFunc("METHOD /orders", s.orders)
	_ = http.ListenAndServe(":8080", mux)
}

var (
	q queries
	_ = slog.Default
)

func keep(...any) {}

func (s *server) orders(w http.ResponseWriter, r *http.Request) {
	BODY
}

func (s *server) write(r *http.Request) error {
	_, err := s.db.ExecContext(r.Context(), "UPDATE orders SET paid = true")
	return err
}

func notifier() func(string) error { return nil }

func userOf(*http.Request) string { return errors.ErrUnsupported.Error() }
`

func TestAuditTrailMissing(t *testing.T) {
	const (
		write   = `_ = s.write(r); `
		missing = "fail: shop.go:23: POST /orders changes the database and leaves no record of who did what; write an audit record with actor, action and object"
		written = "pass: shop.go:35: POST /orders is on record here"
		whoElse = "inconclusive: POST /orders: something is recorded at shop.go:35, but not seen to be who did what"
		none    = "not_applicable: no operation was seen to change state in a database"
	)
	for name, c := range map[string]struct{ body, more, want string }{
		"no record":                   {write, "", missing},
		"write behind an interface":   {`_, _ = q.ExecContext(r.Context(), query)`, "\nconst query = \"-- name: Pay\"\n", missing},
		"write that returns":          {"const q = \"INSERT INTO orders (id) VALUES (1) RETURNING id\"; _ = s.db.QueryRowContext(r.Context(), q)", "", missing},
		"reads only":                  {`_ = s.db.QueryRowContext(r.Context(), "SELECT id FROM orders")`, "", none},
		"words of an error":           {`_ = errors.New("delete from list: update of set failed")`, "", none},
		"audit with actor":            {write + `audit(r.Context(), userOf(r))`, "\nfunc audit(ctx context.Context, text string) { keep(text) }\n", written},
		"audit looks the actor up":    {write + `audit(r)`, "\nfunc audit(r *http.Request) { user := userOf(r); keep(user) }\n", written},
		"audit without actor":         {write + `audit("paid")`, "\nfunc audit(text string) { keep(text) }\n", whoElse},
		"audit table":                 {write + `_, _ = s.db.Exec("INSERT INTO audit_events (user_id) VALUES (?)", userOf(r))`, "", written},
		"events are the product":      {`createEvent(s.db, userOf(r))`, "\nfunc createEvent(db *sql.DB, user string) { _, _ = db.Exec(\"INSERT INTO events (user_id) VALUES (?)\", user) }\n", missing},
		"log after the change":        {write + `slog.Info("order paid", "user_id", userOf(r))`, "", written},
		"log of a refusal":            {`if userOf(r) == "" { slog.Info("refused", "user_id", userOf(r)); return }; ` + write, "", whoElse},
		"log of a failure":            {`if err := s.write(r); err != nil { slog.Info("pay", "user_id", userOf(r)) }`, "", missing},
		"log at the level of errors":  {write + `slog.Error("order paid", "user_id", userOf(r))`, "", missing},
		"log for developers":          {write + `slog.Debug("order paid", "user_id", userOf(r))`, "", missing},
		"log without actor":           {write + `slog.Info("order paid")`, "", whoElse},
		"calls that nobody can tell":  {write + `_ = s.notify("paid")`, "", "inconclusive: POST /orders: it calls functions that could not be followed; whether they write a record is not known"},
		"audit elsewhere":             {write, "\nfunc other(r *http.Request) { audit(r) }\n\nfunc audit(r *http.Request) { keep(userOf(r)) }\n", "inconclusive: POST /orders: its handler writes no record, but one is written at shop.go:47"},
		"access log elsewhere":        {write, "\nfunc logged(r *http.Request) { slog.Info(\"request\", \"method\", r.Method) }\n", "inconclusive: POST /orders: its handler writes no record, but requests are logged at shop.go:47"},
		"trigger":                     {write, "-- migrations/1.up.sql --\nCREATE OR REPLACE TRIGGER t AFTER UPDATE ON orders EXECUTE FUNCTION f();\n", "inconclusive: POST /orders: its handler writes no record, but migrations/1.up.sql speaks of an audit or has a trigger"},
		"GET is not asked for record": {write, "GET", none},
	} {
		t.Run(name, func(t *testing.T) {
			method := "POST"
			if c.more == "GET" {
				method, c.more = "GET", ""
			}
			r := repository(t, strings.NewReplacer("METHOD", method, "BODY", c.body).Replace(shop)+c.more)
			serve(t, r)
			expect(t, verdict(t, r, "audit-trail-missing"), c.want)
		})
	}
}

// A router that came ready made may write the record.
func TestAuditTrailMissing_unseenRouter(t *testing.T) {
	r := repository(t, strings.NewReplacer("METHOD", "POST", "BODY", `_ = s.write(r)`).Replace(shop))
	serve(t, r)
	for _, e := range r.Matrix.Endpoints {
		e.Route.Unseen = "the router r comes from code that was not followed"
	}
	expect(t, verdict(t, r, "audit-trail-missing"), "inconclusive: POST /orders: it writes no record, but the router r comes from code that was not followed and may do so")
}

func TestAuditTrailMissing_withoutMatrix(t *testing.T) {
	r := repository(t, "-- a.go --\npackage a\n")
	r.Matrix = nil
	expect(t, verdict(t, r, "audit-trail-missing"), "inconclusive: the endpoints are not known")
}

func TestIsActor(t *testing.T) {
	for name, want := range map[string]bool{
		"user": true, "userID": true, "user_id": true, "currentUser": true, "UserFromContext": true, "created_by": true, "updatedBy": true, "claims": true,
		"userAgent": false, "user_agent": false, "authorize": false, "sortBy": false, "order": false, "accounting": false, "": false,
	} {
		if got := isActor(name); got != want {
			t.Errorf("%q: got %t", name, got)
		}
	}
}
