package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestLoginRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"wrong password": {`{"email": "admin@example.com", "password": "wrong"}`, http.StatusUnauthorized},
		"unknown user":   {`{"email": "nobody@example.com", "password": "wrong"}`, http.StatusUnauthorized},
		"no password":    {`{"email": "admin@example.com"}`, http.StatusUnprocessableEntity},
		"no address":     {`{"email": "Admin <admin@example.com>", "password": "x"}`, http.StatusUnprocessableEntity},
		"long address":   {`{"email": "` + strings.Repeat("a", 250) + `@example.com", "password": "x"}`, http.StatusUnprocessableEntity},
		"not JSON":       {`email=admin@example.com`, http.StatusBadRequest},
		"two values":     {`{"email": "a@example.com", "password": "x"} {}`, http.StatusBadRequest},
		"unknown member": {`{"user": "admin"}`, http.StatusBadRequest},
		"much too long":  {`{"email": "` + strings.Repeat("a", 1<<17) + `"}`, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			open(t).post("", "/v1/login", c.body).is(c.status)
		})
	}
}

func TestEveryProtectedOperationNeedsToken(t *testing.T) {
	s := open(t)
	for _, operation := range []string{
		"POST /v1/logout", "GET /v1/books", "POST /v1/books", "GET /v1/books/1", "PUT /v1/books/1", "DELETE /v1/books/1",
		"GET /v1/orders", "POST /v1/orders", "GET /v1/orders/1", "POST /v1/users",
	} {
		method, path, _ := strings.Cut(operation, " ")
		a := s.send(method, "", path, "{}").is(http.StatusUnauthorized).has(`"code":"unauthenticated"`)
		if got := a.header.Get("WWW-Authenticate"); got != "Bearer" {
			t.Errorf("%s: WWW-Authenticate %q, want Bearer", operation, got)
		}
		s.send(method, "made up", path, "{}").is(http.StatusUnauthorized)
	}
}

func TestCreateUser(t *testing.T) {
	s := open(t)
	const body = `{"email": "new@example.com", "password": "a long enough password", "role": "clerk"}`
	a := s.post(s.admin, "/v1/users", body).is(http.StatusOK).has(`"email":"new@example.com","role":"clerk"`)
	if strings.Contains(a.body, "password") {
		t.Errorf("the answer shows the password: %s", a.body)
	}
	s.post(s.admin, "/v1/users", body).is(http.StatusConflict).has(`"code":"conflict"`)
	s.post(s.clerk, "/v1/users", body).is(http.StatusForbidden).has(`"code":"forbidden"`)
	s.post(s.admin, "/v1/users", `[]`).is(http.StatusBadRequest)
	s.post(s.admin, "/v1/users", `{"email": "x", "password": "short", "role": "king"}`).
		is(http.StatusUnprocessableEntity).has(`"name":"email"`).has(`"name":"password"`).has(`"name":"role"`)
}
