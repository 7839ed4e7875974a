package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"example.com/bookstore/internal/problem"
)

// pingTimeout is how long the database may take to show that it is there.
const pingTimeout = 2 * time.Second

type healthBody struct {
	Status string `json:"status"`
}

// health says that the process is alive, whatever it depends on.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	s.respond(w, r, http.StatusOK, healthBody{Status: "ok"})
}

// readiness says that requests can be served, which takes the database.
func (s *Server) readiness(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), pingTimeout)
	defer cancel()
	if err := s.Database.PingContext(ctx); err != nil {
		s.fail(w, r, fmt.Errorf("ping database: %w: %w", problem.ErrUnavailable, err))
		return
	}
	s.respond(w, r, http.StatusOK, healthBody{Status: "ok"})
}
