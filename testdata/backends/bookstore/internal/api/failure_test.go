package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// Each operation meets a database that lacks a table it needs. The session is
// still found, so that the failure is the operation's own.
func TestFailuresOfTheDatabase(t *testing.T) {
	for _, c := range []struct{ operation, table, body string }{
		{"POST /v1/login", "sessions", `{"email": "admin@example.com", "password": "` + password + `"}`},
		{"POST /v1/login", "users", `{"email": "admin@example.com", "password": "` + password + `"}`},
		{"POST /v1/logout", "audit_events", ""},
		{"POST /v1/users", "audit_events", `{"email": "new@example.com", "password": "a long enough password", "role": "clerk"}`},
		{"GET /v1/books", "books", ""},
		{"POST /v1/books", "books", persuasion},
		{"GET /v1/books/1", "books", ""},
		{"PUT /v1/books/1", "books", persuasion},
		{"PUT /v1/books/1", "audit_events", persuasion},
		{"DELETE /v1/books/1", "books", ""},
		{"DELETE /v1/books/1", "audit_events", ""},
		{"GET /v1/orders", "orders", ""},
		{"POST /v1/orders", "orders", `{"book_id": 1, "quantity": 1}`},
		{"POST /v1/orders", "books", `{"book_id": 1, "quantity": 1}`},
		{"GET /v1/orders/1", "orders", ""},
		{"GET /v1/audit-events", "audit_events", ""},
	} {
		t.Run(c.operation+" without "+c.table, func(t *testing.T) {
			s := open(t)
			s.addBook(emma)
			s.rename(c.table)
			method, path, _ := strings.Cut(c.operation, " ")
			s.send(method, s.admin, path, c.body).is(http.StatusInternalServerError).has(`"code":"internal"`)
			if !strings.Contains(s.log.String(), "no such table") {
				t.Error("the cause is not in the log")
			}
		})
	}
}

// rename hides a table; the name comes from the table of cases above.
func (s *shop) rename(table string) {
	s.t.Helper()
	if _, err := s.db.ExecContext(s.t.Context(), `ALTER TABLE `+table+` RENAME TO hidden`); err != nil {
		s.t.Fatal(err)
	}
}
