package a

import (
	"encoding/json"
	"net/http"
)

func sendJSON(w http.ResponseWriter, status int, v any) error {
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(v)
}

// Undecided: the client may be gone.
func handle(w http.ResponseWriter, r *http.Request) { sendJSON(w, http.StatusOK, r.URL.Path) }

// WebContext is the module's own.
type WebContext interface{ ResponseWriter() http.ResponseWriter }

func SendError(c WebContext, status int) error {
	_, err := c.ResponseWriter().Write(nil)
	return err
}

func own(c WebContext) { SendError(c, http.StatusBadRequest) }
