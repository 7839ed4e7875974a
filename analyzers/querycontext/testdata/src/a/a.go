package a

import (
	"context"
	"database/sql"
	"net/http"
)

type store struct{ db *sql.DB }

func (s *store) bad(ctx context.Context) {
	_, _ = s.db.Exec("x")                              // want `s.db.Exec takes no context`
	_ = s.db.QueryRow("x")                             // want `s.db.QueryRow takes no context`
	_, _ = s.db.ExecContext(context.Background(), "x") // want `gets context.Background\(\) although ctx is at hand`
}

func (s *store) handler(w http.ResponseWriter, r *http.Request) {
	_ = s.db.QueryRowContext(context.TODO(), "x") // want `although r is at hand`
}

func (s *store) good(ctx context.Context) {
	_, _ = s.db.ExecContext(ctx, "x")
}

func (s *store) background() {
	_, _ = s.db.ExecContext(context.Background(), "x")
}

func init() {
	var db *sql.DB
	_, _ = db.Exec("x")
}
