package store

import "database/sql"

func Name(db *sql.DB, id int) (name string, err error) {
	err = db.QueryRow("SELECT name FROM t WHERE id = $1", id).Scan(&name)
	return name, err
}
