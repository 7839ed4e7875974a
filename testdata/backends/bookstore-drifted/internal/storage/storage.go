// Package storage opens the SQLite database, brings its schema up to date and
// runs transactions.
package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Page is a part of a long list.
type Page struct {
	Limit, Offset int
}

// Open opens the database file, creating it if need be, and checks that it
// answers.
func Open(ctx context.Context, path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dataSource(path)) // defect: pool-unconfigured
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db, nil
}

// dataSource asks for foreign keys, for readers beside a writer, and for
// transactions that take the write lock at once instead of failing later.
func dataSource(path string) string {
	options := url.Values{
		"_pragma": {"foreign_keys(1)", "busy_timeout(5000)", "journal_mode(WAL)"},
		"_txlock": {"immediate"},
	}
	name := url.URL{Path: path}
	return "file:" + name.EscapedPath() + "?" + options.Encode()
}

// InTx runs fn in a transaction that is committed if fn succeeds and rolled
// back otherwise.
func InTx(ctx context.Context, db *sql.DB, fn func(*sql.Tx) error) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			err = errors.Join(err, fmt.Errorf("roll back: %w", rollback))
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// IsConstraint reports whether err comes from a violated constraint: a value
// that must be unique, or a row that others refer to.
func IsConstraint(err error) bool {
	violation, ok := errors.AsType[*sqlite.Error](err)
	return ok && violation.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
}
