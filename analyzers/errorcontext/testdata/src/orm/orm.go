package orm

import "errors"

// ErrNotFound is in DB.Error as it is.
var ErrNotFound = errors.New("not found")

// DB carries the error of the last step.
type DB struct{ Error error }

// First finds the first row.
func (db *DB) First(dest any) *DB { return db }
