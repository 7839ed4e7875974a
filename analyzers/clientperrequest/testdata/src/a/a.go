package a

import (
	"database/sql"
	"net/http"
)

func handler(w http.ResponseWriter, r *http.Request) {
	_, _ = sql.Open("x", "y") // want `sql.Open opens a pool while handler handles a request`
	helper()
	_ = &http.Client{}
}

func helper() {
	_ = &http.Transport{} // want `http.Transport opens a pool while handler handles a request`
}

func setup() (*sql.DB, error) { return sql.Open("x", "y") }
