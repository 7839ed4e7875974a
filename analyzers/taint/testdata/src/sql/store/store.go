package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

type Store struct{ DB *sql.DB }

type Filter struct{ Name, Sort string }

// List puts sort into the text; its callers decide.
func (s *Store) List(ctx context.Context, sort string) (*sql.Rows, error) {
	return s.DB.QueryContext(ctx, "SELECT a FROM t ORDER BY "+sort)
}

// Find does so with one field only.
func (s *Store) Find(ctx context.Context, f Filter) (*sql.Rows, error) {
	return s.DB.QueryContext(ctx, "SELECT a FROM t WHERE n = ? ORDER BY "+f.Sort, f.Name)
}

// Insert builds placeholders only.
func (s *Store) Insert(ctx context.Context, values []string) error {
	marks := make([]string, 0, len(values))
	args := []any{}
	for i, v := range values {
		marks = append(marks, fmt.Sprintf("($%d)", i+1))
		args = append(args, v)
	}
	_, err := s.DB.ExecContext(ctx, "INSERT INTO t (a) VALUES "+strings.Join(marks, ","), args...)
	return err
}

// Clause is made of what it is given.
func Clause(c string) string { return "SELECT a FROM t WHERE " + c }
