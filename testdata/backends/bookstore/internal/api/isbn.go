package api

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"example.com/bookstore/internal/catalog"
	"example.com/bookstore/internal/problem"
)

func (s *Server) lookupISBN(w http.ResponseWriter, r *http.Request) {
	isbn := chi.URLParam(r, "isbn")
	var c problem.Checks
	c.Require(catalog.IsISBN(isbn), "isbn", "must have 13 digits")
	if err := c.Err(); err != nil {
		s.fail(w, r, err)
		return
	}
	record, err := s.ISBN.Lookup(r.Context(), isbn)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, r, http.StatusOK, record)
}
