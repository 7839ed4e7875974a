package api

import (
	"net/http"

	"example.com/bookstore/internal/catalog"
)

func (s *Server) listGenres(w http.ResponseWriter, r *http.Request) {
	s.respond(w, r, http.StatusOK, catalog.Genres())
}
