package a

import (
	"context"
	"database/sql"

	"a/store"
)

func early(db *sql.DB) error {
	tx, err := db.Begin() // want `tx stays open when the function leaves at line 16`
	if err != nil {
		return err
	}
	if _, err := tx.Exec("x"); err != nil {
		return err
	}
	return tx.Commit()
}

func never(db *sql.DB) {
	tx, err := db.Begin() // want `tx is neither committed nor rolled back`
	if err != nil {
		return
	}
	_, _ = tx.Exec("x")
}

func deferred(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback()
		}
	}()
	if _, err := tx.Exec("x"); err != nil {
		return err
	}
	return tx.Commit()
}

func everyPath(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	if _, err := tx.Exec("x"); err != nil {
		tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return nil
}

func returned(db *sql.DB) (*sql.Tx, error) {
	tx, err := db.Begin()
	if err != nil {
		return nil, err
	}
	return tx, nil
}

// A function of the module that only runs statements does not end it.
func passed(db *sql.DB) error {
	tx, err := db.Begin() // want `tx is neither committed nor rolled back`
	if err != nil {
		return err
	}
	return store.Save(tx)
}

func passedOnOnePath(db *sql.DB) error {
	tx, err := db.Begin() // want `tx stays open when the function leaves at line 83`
	if err != nil {
		return err
	}
	if err := store.Save(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func throughInterface(ctx context.Context, db *sql.DB, saver store.Narrow) error {
	tx, err := db.BeginTx(ctx, nil) // want `tx stays open when the function leaves at line 94`
	if err != nil {
		return err
	}
	if err := saver.Touch(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

func endedElsewhere(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	err = store.Save(tx)
	return store.Finish(tx, err)
}

func endedByMethod(db *sql.DB, s *store.Sessions) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	if err := store.Save(tx); err != nil {
		s.GiveUp(tx)
		return err
	}
	return tx.Commit()
}

// Undecided: stored elsewhere, or given to code that is not known.

func storedElsewhere(db *sql.DB, s *store.Sessions) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	s.Keep(tx)
	return nil
}

func functionValue(db *sql.DB, work func(*sql.Tx) error) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit()
}

type repository struct{ tx *sql.Tx }

func (r repository) save() error { return nil }

func stored(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	repo := repository{tx}
	if err := repo.save(); err != nil {
		return err
	}
	return tx.Commit()
}

// Returned open, or ended.
func begin(db *sql.DB) (*repository, error) {
	tx, err := db.Begin()
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec("x"); err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	return &repository{tx}, nil
}
