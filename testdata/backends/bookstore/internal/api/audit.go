package api

import (
	"net/http"

	"example.com/bookstore/internal/audit"
)

func (s *Server) listAuditEvents(w http.ResponseWriter, r *http.Request) {
	page, err := pageOf(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	events, err := s.Audit.List(r.Context(), page)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, r, http.StatusOK, list[audit.Event]{Items: events, Limit: page.Limit, Offset: page.Offset})
}
