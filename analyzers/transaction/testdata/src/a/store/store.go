package store

import (
	"context"
	"database/sql"
)

// Save runs a statement.
func Save(tx *sql.Tx) error {
	_, err := tx.Exec("x")
	return err
}

// Finish ends what it is given.
func Finish(tx *sql.Tx, err error) error {
	if err != nil {
		return giveUp(tx, err)
	}
	return tx.Commit()
}

func giveUp(tx *sql.Tx, err error) error {
	_ = tx.Rollback()
	return err
}

// Sessions keeps transactions.
type Sessions struct{ open *sql.Tx }

// Keep stores it.
func (s *Sessions) Keep(tx *sql.Tx) { s.open = tx }

// GiveUp ends it two calls away.
func (s *Sessions) GiveUp(tx *sql.Tx) { _ = giveUp(tx, nil) }

// Narrow sees statements only.
type Narrow interface {
	Touch(ctx context.Context, on interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}) error
}
