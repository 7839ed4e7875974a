package a

import "database/sql"

func work(*sql.Tx) error { return nil }

func early(db *sql.DB) error {
	tx, err := db.Begin() // want `tx stays open when the function leaves at line 13`
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

func passed(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	return work(tx)
}
