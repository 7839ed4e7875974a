package a

import (
	"a/store"
	"database/sql"
)

func bad(db *sql.DB, ids []int) {
	for _, id := range ids {
		_, _ = store.Name(db, id) // want `store.Name queries once for each turn of the loop \(through db.QueryRow\)`
	}
	rows, _ := db.Query("SELECT id FROM t")
	for rows.Next() {
		_ = db.QueryRow("SELECT 1") // want `db.QueryRow queries once for each turn`
	}
}

func good(db *sql.DB, ids []int, batches [][]int) {
	for _, id := range ids {
		_, _ = db.Exec("INSERT INTO t (id) VALUES ($1)", id)
	}
	for range ids {
		q := `
			INSERT INTO t (id) VALUES ($1) RETURNING id`
		_ = db.QueryRow(q)
	}
	for range batches {
		_ = db.QueryRow("SELECT 1")
	}
	for _, id := range ids {
		if id == 1 {
			_ = db.QueryRow("SELECT 1")
			break
		}
	}
	for {
		_ = db.QueryRow("SELECT 1")
	}
}
