// Package store asks the database: that it does is a fact for its importers.
package store

import (
	"context"
	"database/sql"
)

// Store is the database.
type Store struct{ DB *sql.DB }

// Price is what a thing costs.
func (s *Store) Price(ctx context.Context, id string) (cents int, err error) {
	return cents, s.DB.QueryRowContext(ctx, "SELECT cents FROM prices WHERE id = ?", id).Scan(&cents)
}

// Sorted lists by a column.
func (s *Store) Sorted(ctx context.Context, column string) *sql.Row {
	return s.DB.QueryRowContext(ctx, "SELECT id FROM prices ORDER BY "+column)
}

// Halve leaves its transaction open where the update fails.
func (s *Store) Halve(ctx context.Context) error {
	tx, err := s.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE prices SET cents = cents / 2"); err != nil {
		return err
	}
	return tx.Commit()
}
