package a

import "database/sql"

func scan(*sql.Rows) error { return nil }

func bad(db *sql.DB) {
	_, _ = db.Query("UPDATE t SET a = 1")    // want `the rows of db.Query are dropped`
	rows, err := db.Query("SELECT a FROM t") // want `rows is never closed`
	if err != nil {
		return
	}
	for rows.Next() {
	}
	more, _ := db.Query("SELECT a FROM t") // want `more.Err\(\) is not checked`
	defer more.Close()
	for more.Next() {
	}
}

func good(db *sql.DB) (*sql.Rows, error) {
	rows, err := db.Query("SELECT a FROM t")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	others, err := db.Query("SELECT b FROM t")
	if err != nil {
		return nil, err
	}
	if err := scan(others); err != nil {
		return nil, err
	}
	out, err := db.Query("SELECT c FROM t")
	return out, err
}
