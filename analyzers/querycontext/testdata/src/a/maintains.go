package a

import (
	"database/sql"
	"fmt"
)

// Nobody waits for these.
func (s *store) tidy(name string) {
	_, _ = s.db.Exec("VACUUM")
	_, _ = s.db.Exec(fmt.Sprintf("CREATE DATABASE %q;", name))
}

var steps = []func(*sql.DB) error{
	func(db *sql.DB) error {
		_, err := db.Exec("UPDATE books SET read = false")
		return err
	},
}
