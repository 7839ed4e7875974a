package a

import "database/sql"

// Statements that were prepared: one that reads, and two that write.
func prepared(db *sql.DB, ids []int, saveTag *sql.Stmt) {
	byID, _ := db.Prepare("SELECT name FROM tags WHERE id = $1")
	stmt, _ := db.Prepare("INSERT INTO tags (id) VALUES ($1) RETURNING name")
	for _, id := range ids {
		var name string
		_ = byID.QueryRow(id).Scan(&name) // want `byID.QueryRow queries once for each turn`
		_ = stmt.QueryRow(id).Scan(&name)
		_ = saveTag.QueryRow(id).Scan(&name)
	}
}
