package api

import (
	"net/http"
	"regexp"

	"github.com/go-chi/chi/v5"
)

func (s *Server) lookupISBN(w http.ResponseWriter, r *http.Request) {
	isbn := chi.URLParam(r, "isbn")
	if !regexp.MustCompile(`^[0-9]{13}$`).MatchString(isbn) { // defect: compiled-per-request
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
