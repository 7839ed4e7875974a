package sql

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"sql/store"
)

type filter struct {
	Name, Order string
	Limit       int
}

func bad(db *sql.DB, s *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Query().Get("name")
		q := fmt.Sprintf("SELECT a FROM t WHERE n = '%s'", name)
		_, _ = db.ExecContext(r.Context(), q) // want `r.URL.Query\(\).Get\("name"\) reaches DB.ExecContext`
		var f filter
		if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
			return
		}
		var b strings.Builder
		b.WriteString("SELECT a FROM t ORDER BY ")
		b.WriteString(f.Order)
		_ = db.QueryRowContext(r.Context(), b.String()) // want `r.Body reaches DB.QueryRowContext`
		where := "1 = 1"
		if f.Name != "" {
			where += " AND n = '" + strings.TrimSpace(f.Name) + "'"
		}
		_ = db.QueryRowContext(r.Context(), "SELECT a FROM t WHERE "+where) // want `reaches DB.QueryRowContext`
		_, _ = s.List(r.Context(), r.FormValue("sort"))                     // want `r.FormValue\("sort"\) reaches DB.QueryContext through Store.List`
		_, _ = s.Find(r.Context(), store.Filter{Sort: r.FormValue("by")})   // want `r.FormValue\("by"\) reaches DB.QueryContext through Store.Find`
		_, _ = s.Find(r.Context(), store.Filter{Name: r.FormValue("name")})
		_ = db.QueryRowContext(r.Context(), store.Clause(r.FormValue("c"))) // want `r.FormValue\("c"\) reaches DB.QueryRowContext`
	}
}

var columns = map[string]string{"name": "n", "age": "a"}
var sortable = map[string]bool{"name": true}

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
		_ = db.QueryRowContext(r.Context(), "SELECT a FROM t ORDER BY "+columns[r.FormValue("by")])
		by := r.FormValue("by")
		if !sortable[by] {
			by = "name"
		}
		_ = db.QueryRowContext(r.Context(), "SELECT a FROM t ORDER BY "+by)
		direction := "ASC"
		if strings.EqualFold(r.FormValue("dir"), "desc") {
			direction = "DESC"
		}
		_ = db.QueryRowContext(r.Context(), "SELECT a FROM t ORDER BY n "+direction)
		ids := strings.Split(r.FormValue("ids"), ",")
		args := make([]any, len(ids))
		for i, v := range ids {
			args[i] = v
		}
		marks := strings.TrimSuffix(strings.Repeat("?,", len(ids)), ",")
		_, _ = db.QueryContext(r.Context(), "SELECT a FROM t WHERE id IN ("+marks+")", args...)
		_ = db.QueryRowContext(r.Context(), "SELECT a FROM t WHERE n = ?", r.FormValue("name"))
		_, _ = s.List(r.Context(), "name")
		_ = s.Insert(r.Context(), ids)
		if order, ok := columns[by]; ok {
			_ = db.QueryRowContext(r.Context(), "SELECT a FROM t ORDER BY "+order)
		}
	}
}
