package ordering

import (
	"context"
	"database/sql"
	"fmt"

	"example.com/bookstore/internal/storage"
)

func latest(ctx context.Context, db *sql.DB, user int64, page storage.Page) ([]Order, error) {
	// defect: query-schema-mismatch
	const query = `
		SELECT id, book_id, quantity, total_cents, created_at
		FROM orders WHERE buyer_id = ?
		ORDER BY created_at DESC LIMIT ? OFFSET ?`
	rows, err := db.QueryContext(ctx, query, user, page.Limit, page.Offset)
	if err != nil {
		return nil, fmt.Errorf("list orders: %w", err)
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
