package a

import "database/sql"

func bad(db *sql.DB) {
	_ = db.QueryRow("SELECT * FROM t") // want `db.QueryRow selects \*`
	q := "select u.* from users u"
	_ = db.QueryRow("WITH latest AS (SELECT * FROM t) SELECT * FROM latest") // want `db.QueryRow selects`
	_ = db.QueryRow(q)                                                       // want `db.QueryRow selects \*`
}

func good(db *sql.DB) {
	_ = db.QueryRow("SELECT count(*) FROM t")
	_ = db.QueryRow("SELECT a * 2 FROM t WHERE EXISTS (SELECT * FROM u)")
	_, _ = db.Exec("DELETE FROM t")
	_ = db.QueryRow("WITH latest AS (SELECT id, name FROM t) SELECT * FROM latest")
}
