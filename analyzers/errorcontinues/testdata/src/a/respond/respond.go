package respond

import (
	"encoding/json"
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
