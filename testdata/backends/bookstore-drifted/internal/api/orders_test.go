package api_test

import (
	"net/http"
	"testing"
)

func TestPlaceOrder(t *testing.T) {
	s := open(t)
	path := s.addBook(emma)
	s.post(s.clerk, "/v1/orders", `{"book_id": 1, "quantity": 2}`).is(http.StatusCreated).has(`"total_cents":1998`)
	s.get(s.clerk, path).is(http.StatusOK).has(`"stock":1`)

	s.post(s.clerk, "/v1/orders", `{"book_id": 1, "quantity": 2}`).is(http.StatusConflict)
	s.get(s.clerk, path).is(http.StatusOK).has(`"stock":1`)
	s.post(s.clerk, "/v1/orders", `{"book_id": 99, "quantity": 1}`).is(http.StatusNotFound)
	s.post(s.clerk, "/v1/orders", `{"book_id": 0, "quantity": 101}`).
		is(http.StatusUnprocessableEntity).has(`"name":"book_id"`).has(`"name":"quantity"`)
}

func TestOrdersAreSeenByTheirOwnerOnly(t *testing.T) {
	s := open(t)
	s.addBook(emma)
	s.get(s.clerk, "/v1/orders").is(http.StatusOK).has(`"items":[]`)
	s.post(s.clerk, "/v1/orders", `{"book_id": 1, "quantity": 1}`).is(http.StatusCreated)

	s.get(s.clerk, "/v1/orders").is(http.StatusOK).has(`"quantity":1`)
	s.get(s.clerk, "/v1/orders/1").is(http.StatusNotImplemented)
	s.get(s.admin, "/v1/orders").is(http.StatusOK).has(`"items":[]`)
	s.get(s.clerk, "/v1/orders?limit=0").is(http.StatusUnprocessableEntity)
}
