package store

import (
	"context"
	"log"
)

// GiveUp is what log.Fatal does, so nothing behind it runs: no driver may
// report that Double here, or triple in the command, leave their transactions open.
func GiveUp(err error) {
	log.Fatal(err) //conformance:ignore exit-outside-main the fixture is about what follows
}

// Double ends in log.Fatal where the update fails.
func (s *Store) Double(ctx context.Context) error {
	tx, err := s.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, "UPDATE prices SET cents = cents * 2"); err == nil {
		return tx.Commit()
	}
	log.Fatal(err) //conformance:ignore exit-outside-main the fixture is about what follows
	return nil
}
