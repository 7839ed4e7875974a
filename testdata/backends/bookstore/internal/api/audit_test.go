package api_test

import (
	"net/http"
	"testing"
)

func TestAuditEvents(t *testing.T) {
	s := open(t)
	s.addBook(emma)
	s.post(s.clerk, "/v1/orders", `{"book_id": 1, "quantity": 1}`).is(http.StatusCreated)
	s.get(s.admin, "/v1/audit-events").is(http.StatusOK).
		has(`"actor_id":2,"action":"create","subject":"order 1"`).
		has(`"actor_id":2,"action":"create","subject":"book 1"`).
		has(`"actor_id":1,"action":"create","subject":"user 2"`)
	s.get(s.admin, "/v1/audit-events?limit=1").is(http.StatusOK).has(`"subject":"order 1"`)
	s.get(s.admin, "/v1/audit-events?offset=-1").is(http.StatusUnprocessableEntity)
	s.get(s.clerk, "/v1/audit-events").is(http.StatusForbidden)
}
