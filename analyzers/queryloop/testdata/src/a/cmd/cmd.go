// Package cmd is a command's.
package cmd

import (
	"database/sql"
	"net/http"
)

// Undecided: it runs once, over what somebody configured.
func list(db *sql.DB, classes []string) {
	for range classes {
		_ = db.QueryRow("SELECT 1")
	}
}

func handle(w http.ResponseWriter, r *http.Request) {
	var db *sql.DB
	for range r.Header {
		_ = db.QueryRow("SELECT 1") // want `db.QueryRow queries once for each turn`
	}
}
