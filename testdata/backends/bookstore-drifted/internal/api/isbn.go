package api

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"example.com/bookstore/internal/catalog"
)

func (s *Server) lookupISBN(w http.ResponseWriter, r *http.Request) {
	isbn := chi.URLParam(r, "isbn")
	if !catalog.IsISBN(isbn) {
		http.Error(w, "not an ISBN", http.StatusUnprocessableEntity) // defect: error-response-inconsistent
		return
	}
	record, err := s.ISBN.Lookup(r.Context(), isbn)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, r, http.StatusOK, record)
}
