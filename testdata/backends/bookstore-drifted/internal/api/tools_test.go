package api_test

import (
	"net/http"
	"testing"
)

func TestTools(t *testing.T) {
	s := open(t)
	s.addBook(emma)
	s.get(s.clerk, "/v1/authors").is(http.StatusOK).has(`["Jane Austen"]`)
	s.get(s.clerk, "/v1/covers?name=emma.png").is(http.StatusNotFound)
	s.get(s.clerk, "/v1/previews?url=nowhere").is(http.StatusBadGateway)
	s.get(s.clerk, "/v1/leave?to=/v1/books").is(http.StatusFound)
	s.get(s.clerk, "/v1/labels/emma").is(http.StatusOK).has("<p>emma</p>")
	s.post(s.clerk, "/v1/prints?printer=counter", "Emma").is(http.StatusNoContent)
}
