package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

type Store struct{ DB *sql.DB }

// List puts sort into the text; its callers decide.
func (s *Store) List(ctx context.Context, sort string) (*sql.Rows, error) {
	return s.DB.QueryContext(ctx, "SELECT a FROM t ORDER BY "+sort)
}

var columns = []string{"a", "b"}

// Insert builds placeholders only.
func (s *Store) Insert(ctx context.Context, values []string) error {
	marks := make([]string, 0, len(values))
	args := []any{}
	for i, v := range values {
		marks = append(marks, fmt.Sprintf("($%d)", i+1))
		args = append(args, v)
	}
	q := "INSERT INTO t (a) VALUES " + strings.Join(marks, ",")
	q += strings.Repeat(" ", 2)
	_, err := s.DB.ExecContext(ctx, q, args...)
	return err
}

// Raw hands a text over as it is.
func (s *Store) Raw(ctx context.Context, q string) error {
	_, err := s.DB.ExecContext(ctx, q)
	return err
}
