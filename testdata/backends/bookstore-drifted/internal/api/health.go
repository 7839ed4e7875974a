package api

import "net/http"

type healthBody struct {
	Status string `json:"status"`
}

// readiness says that requests can be served.
//
// defect: readiness-shallow
func (s *Server) readiness(w http.ResponseWriter, r *http.Request) {
	s.respond(w, r, http.StatusOK, healthBody{Status: "ok"})
}
