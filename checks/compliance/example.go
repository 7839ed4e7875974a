package compliance

const auditShop = `package main

import (
	"database/sql"
	"log/slog"
	"net/http"
)

type server struct{ db *sql.DB }

func main() {
	s := &server{}
	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /orders/{id}", s.remove)
	if err := http.ListenAndServe(":8080", mux); err != nil {
		slog.Error("serve", "err", err)
	}
}

func (s *server) remove(w http.ResponseWriter, r *http.Request) {
	if _, err := s.db.ExecContext(r.Context(), "DELETE FROM orders WHERE id = $1", r.PathValue("id")); err != nil {
		slog.Error("remove order", "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
`

const auditExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/main.go --
` + auditShop + `	w.WriteHeader(http.StatusNoContent)
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/main.go --
` + auditShop + `	actor, _, _ := r.BasicAuth()
	slog.InfoContext(r.Context(), "order removed", "actor", actor, "order", r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}
`
