package respond

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

func JSON(w http.ResponseWriter, code int, v any) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}

func Problem(w http.ResponseWriter, code int, message string) {
	JSON(w, code, map[string]string{"error": message})
}

func NotFound(w http.ResponseWriter, what string) {
	Problem(w, http.StatusNotFound, what+" not found")
}

// Check answers only when it refuses.
func Check(w http.ResponseWriter, ok bool) bool {
	if !ok {
		Problem(w, http.StatusForbidden, "no")
	}
	return ok
}

var ErrMissing = errors.New("missing")

// Server answers for its handlers.
type Server struct{ Log *slog.Logger }

// Fail finds the status for an error.
func (s *Server) Fail(w http.ResponseWriter, r *http.Request, err error) {
	code, text := describe(err)
	s.Log.ErrorContext(r.Context(), "failed", "error", err)
	Problem(w, code, text)
}

func describe(err error) (int, string) {
	if errors.Is(err, ErrMissing) {
		return http.StatusNotFound, "missing"
	}
	return http.StatusInternalServerError, "internal"
}

// Either answers for successes too.
func Either(w http.ResponseWriter, err error) {
	code := 200
	if err != nil {
		code = 500
	}
	w.WriteHeader(code)
}

// Both takes what a success sends.
func Both(w http.ResponseWriter, v any, err error) {
	code, _ := describe(err)
	JSON(w, code, v)
}
