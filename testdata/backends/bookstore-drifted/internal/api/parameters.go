package api

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"example.com/bookstore/internal/problem"
	"example.com/bookstore/internal/storage"
)

// The limits of a page of a list.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// pathID reads the path parameter id.
func pathID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read id: %w: %w", problem.ErrMalformed, err)
	}
	var c problem.Checks
	c.Require(id >= 1, "id", "must be at least 1")
	return id, c.Err()
}

// pageOf reads the query parameters limit and offset.
func pageOf(r *http.Request) (storage.Page, error) {
	limit, err := queryInt(r, "limit", defaultLimit)
	if err != nil {
		return storage.Page{}, err
	}
	offset, err := queryInt(r, "offset", 0)
	if err != nil {
		return storage.Page{}, err
	}
	var c problem.Checks
	c.Require(limit >= 1 && limit <= maxLimit, "limit", "must be 1 to 100")
	c.Require(offset >= 0, "offset", "must not be negative")
	return storage.Page{Limit: limit, Offset: offset}, c.Err()
}

func queryInt(r *http.Request, name string, fallback int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w: %w", name, problem.ErrMalformed, err)
	}
	return n, nil
}
