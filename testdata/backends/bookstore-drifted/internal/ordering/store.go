package ordering

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.com/bookstore/internal/problem"
	"example.com/bookstore/internal/storage"
)

func offer(ctx context.Context, tx *sql.Tx, book int64) (price, stock int64, err error) {
	const query = `SELECT price_cents, stock FROM books WHERE id = ?`
	err = tx.QueryRowContext(ctx, query, book).Scan(&price, &stock)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, fmt.Errorf("find book %d: %w", book, problem.ErrNotFound)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("find book %d: %w", book, err)
	}
	return price, stock, nil
}

func takeFromStock(ctx context.Context, tx *sql.Tx, in Input) error {
	const update = `UPDATE books SET stock = stock - ? WHERE id = ?`
	if _, err := tx.ExecContext(ctx, update, in.Quantity, in.BookID); err != nil {
		return fmt.Errorf("take from stock: %w", err)
	}
	return nil
}

func insert(ctx context.Context, tx *sql.Tx, user int64, o Order) (int64, error) {
	const insert = `INSERT INTO orders (user_id, book_id, quantity, total_cents, created_at) VALUES (?, ?, ?, ?, ?)`
	result, err := tx.ExecContext(ctx, insert, user, o.BookID, o.Quantity, o.TotalCents, o.CreatedAt.Unix())
	if err != nil {
		return 0, fmt.Errorf("insert order: %w", err)
	}
	id, err := result.LastInsertId()
	if err != nil {
		return 0, fmt.Errorf("insert order: %w", err)
	}
	return id, nil
}

func list(ctx context.Context, db *sql.DB, user int64, page storage.Page) ([]Order, error) { // defect: code-duplicated
	const query = `
		SELECT id, book_id, quantity, total_cents, created_at
		FROM orders WHERE user_id = ?
		ORDER BY id DESC LIMIT ? OFFSET ?`
	rows, err := db.QueryContext(ctx, query, user, page.Limit, page.Offset)
	if err != nil {
		return nil, fmt.Errorf("list orders: %v", err) // defect: error-context-lost
	}
	defer rows.Close()
	orders := []Order{}
	for rows.Next() {
		order, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read order: %w", err)
		}
		orders = append(orders, order)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list orders: %w", err)
	}
	return orders, nil
}

func scan(rows *sql.Rows) (Order, error) {
	var o Order
	var created int64
	if err := rows.Scan(&o.ID, &o.BookID, &o.Quantity, &o.TotalCents, &created); err != nil {
		return Order{}, fmt.Errorf("scan order: %w", err)
	}
	o.CreatedAt = time.Unix(created, 0).UTC()
	return o, nil
}
