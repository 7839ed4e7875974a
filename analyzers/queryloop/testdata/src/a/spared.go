package a

import "database/sql"

// Questions about the schema belong to a change of it.
func rename(db *sql.DB, tables []string) {
	for _, table := range tables {
		var there bool
		_ = db.QueryRow("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", table).Scan(&there)
	}
}

// A constructor converts what is there once.
func newStoreFrom(db *sql.DB, ids []int) {
	for range ids {
		_ = db.QueryRow("SELECT 1")
	}
}
