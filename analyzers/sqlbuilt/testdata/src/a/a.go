package a

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"a/store"
)

type filter struct{ Name, Order string }

func bad(db *sql.DB, s *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Query().Get("name")
		q := fmt.Sprintf("SELECT a FROM t WHERE n = '%s'", name)
		_, _ = db.ExecContext(r.Context(), q) // want `r.URL.Query\(\).Get\("name"\) from the request reaches db.ExecContext`
		var f filter
		if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
			return
		}
		var b strings.Builder
		b.WriteString("SELECT a FROM t ORDER BY ")
		b.WriteString(f.Order)
		_ = db.QueryRowContext(r.Context(), b.String()) // want `f.Order from the request reaches db.QueryRowContext`
		where := "1 = 1"
		where += " AND n = '" + strings.TrimSpace(f.Name) + "'"
		_ = db.QueryRowContext(r.Context(), "SELECT a FROM t WHERE "+where) // want `f.Name from the request reaches`
		_, _ = s.List(r.Context(), r.FormValue("sort"))                     // want `r.FormValue\("sort"\) from the request reaches s.List, which hands it to s.DB.QueryContext`
	}
}

var order = map[string]string{"name": "n", "age": "a"}

func good(db *sql.DB, s *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.FormValue("id"))
		if err != nil {
			return
		}
		_ = db.QueryRowContext(r.Context(), fmt.Sprintf("SELECT a FROM t WHERE id = %d", id))
		sort := r.FormValue("sort")
		switch sort {
		case "name", "age":
		default:
			sort = "name"
		}
		_ = db.QueryRowContext(r.Context(), "SELECT a FROM t ORDER BY "+sort)
		column := map[string]string{"name": "n"}[r.FormValue("by")]
		_ = column
		_ = db.QueryRowContext(r.Context(), "SELECT a FROM t WHERE n = ?", r.FormValue("name"))
		_, _ = s.List(r.Context(), "name")
	}
}
