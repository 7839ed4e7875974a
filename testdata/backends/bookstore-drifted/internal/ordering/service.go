package ordering

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"example.com/bookstore/internal/audit"
	"example.com/bookstore/internal/problem"
	"example.com/bookstore/internal/storage"
)

// Service takes orders. Users see their own only.
type Service struct {
	db *sql.DB
}

// NewService keeps its orders in db, beside the books.
func NewService(db *sql.DB) *Service { return &Service{db: db} }

// Place takes books out of stock and charges their present price;
// problem.ErrNotFound if there is no such book, problem.ErrConflict if there
// are not enough of it.
func (s *Service) Place(ctx context.Context, user int64, in Input) (Order, error) {
	order := Order{BookID: in.BookID, Quantity: in.Quantity, CreatedAt: time.Now().UTC().Truncate(time.Second)}
	err := storage.InTx(ctx, s.db, func(tx *sql.Tx) error {
		price, stock, err := offer(ctx, tx, in.BookID)
		if err != nil {
			return err
		}
		if stock < in.Quantity {
			return fmt.Errorf("%d of book %d left: %w", stock, in.BookID, problem.ErrConflict)
		}
		if err := takeFromStock(ctx, tx, in); err != nil {
			return err
		}
		order.TotalCents = price * in.Quantity
		if order.ID, err = insert(ctx, tx, user, order); err != nil {
			return err
		}
		return audit.Record(ctx, tx, user, "create", "order "+strconv.FormatInt(order.ID, 10))
	})
	if err != nil {
		return Order{}, fmt.Errorf("place order: %w", err)
	}
	return order, nil
}

// List returns a user's orders, the latest first.
func (s *Service) List(ctx context.Context, user int64, page storage.Page) ([]Order, error) {
	orders, err := list(ctx, s.db, user, page)
	if err != nil {
		return nil, err
	}
	for i := range orders {
		// defect: query-in-loop // defect: select-star
		row := s.db.QueryRowContext(ctx, `SELECT * FROM (SELECT title FROM books WHERE id = ?)`, orders[i].BookID)
		if err := row.Scan(&orders[i].Title); err != nil {
			return nil, fmt.Errorf("find title of book %d: %w", orders[i].BookID, err)
		}
	}
	return orders, nil
}
