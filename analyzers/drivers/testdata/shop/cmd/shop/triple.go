package main

import (
	"context"

	"example.com/shop/store"
)

// triple ends in a function of another package that never returns.
func triple(ctx context.Context, s *store.Store) error {
	tx, err := s.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, "UPDATE prices SET cents = cents * 3"); err == nil {
		return tx.Commit()
	}
	store.GiveUp(err)
	return nil
}
