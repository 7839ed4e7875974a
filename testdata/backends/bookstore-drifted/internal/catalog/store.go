package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"example.com/bookstore/internal/problem"
	"example.com/bookstore/internal/storage"
)

func list(ctx context.Context, db *sql.DB, f Filter, author string, page storage.Page) ([]Book, error) {
	query := `
		SELECT id, isbn, title, author, genre, price_cents, stock, published_year
		FROM books
		WHERE (? = '' OR genre = ?)`
	if author != "" {
		query += ` AND author = '` + author + `'`
	}
	query += ` ORDER BY id LIMIT ? OFFSET ?`
	// defect: rows-leaked
	rows, err := db.QueryContext(ctx, query, f.Genre, f.Genre, page.Limit, page.Offset)
	if err != nil {
		return nil, fmt.Errorf("list books: %w", err)
	}
	defer rows.Close()
	books := []Book{}
	for rows.Next() {
		var b Book
		err := rows.Scan(&b.ID, &b.ISBN, &b.Title, &b.Author, &b.Genre, &b.PriceCents, &b.Stock, &b.PublishedYear)
		if err != nil {
			return nil, fmt.Errorf("read book: %w", err)
		}
		books = append(books, b)
	}
	return books, nil
}

func find(ctx context.Context, db *sql.DB, id int64) (Book, error) {
	const query = `
		SELECT id, isbn, title, author, genre, price_cents, stock, published_year
		FROM books WHERE id = ?`
	var b Book
	err := db.QueryRow(query, id). // defect: query-without-context
					Scan(&b.ID, &b.ISBN, &b.Title, &b.Author, &b.Genre, &b.PriceCents, &b.Stock, &b.PublishedYear)
	if errors.Is(err, sql.ErrNoRows) {
		return Book{}, fmt.Errorf("find book %d: %w", id, problem.ErrNotFound)
	}
	if err != nil {
		return Book{}, fmt.Errorf("find book %d: %w", id, err)
	}
	return b, nil
}

func insert(ctx context.Context, tx *sql.Tx, in Input) (int64, error) {
	const insert = `
		INSERT INTO books (isbn, title, author, genre, price_cents, stock, published_year)
		VALUES (?, ?, ?, ?, ?, ?, ?)`
	result, err := tx.ExecContext(ctx, insert,
		in.ISBN, in.Title, in.Author, in.Genre, in.PriceCents, in.Stock, in.PublishedYear)
	if storage.IsConstraint(err) {
		return 0, fmt.Errorf("ISBN is taken: %w", problem.ErrConflict)
	}
	if err != nil {
		return 0, fmt.Errorf("insert book: %w", err)
	}
	id, err := result.LastInsertId()
	if err != nil {
		return 0, fmt.Errorf("insert book: %w", err)
	}
	return id, nil
}

func update(ctx context.Context, tx *sql.Tx, id int64, in Input) error {
	const update = `
		UPDATE books
		SET isbn = ?, title = ?, author = ?, genre = ?, price_cents = ?, stock = ?, published_year = ?
		WHERE id = ?`
	result, err := tx.ExecContext(ctx, update,
		in.ISBN, in.Title, in.Author, in.Genre, in.PriceCents, in.Stock, in.PublishedYear, id)
	if storage.IsConstraint(err) {
		return fmt.Errorf("ISBN is taken: %w", problem.ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("update book: %w", err)
	}
	return needsRow(result)
}

func remove(ctx context.Context, tx *sql.Tx, id int64) error {
	const remove = `DELETE FROM books WHERE id = ?`
	result, err := tx.ExecContext(ctx, remove, id)
	if storage.IsConstraint(err) {
		return fmt.Errorf("book has been ordered: %w", problem.ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("delete book: %w", err)
	}
	return needsRow(result)
}

// needsRow turns a change of nothing into problem.ErrNotFound.
func needsRow(result sql.Result) error {
	n, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("count changed rows: %w", err)
	}
	if n == 0 {
		return problem.ErrNotFound
	}
	return nil
}
