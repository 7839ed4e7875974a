// Package ordering sells books.
package ordering

import (
	"time"

	"example.com/bookstore/internal/problem"
)

// Order is one sale.
type Order struct {
	ID         int64     `json:"id"`
	BookID     int64     `json:"book_id"`
	Title      string    `json:"-"`
	Quantity   int64     `json:"quantity"`
	TotalCents int64     `json:"total_cents"`
	CreatedAt  time.Time `json:"created_at"`
}

// Input is what a client orders.
type Input struct {
	BookID   int64 `json:"book_id"`
	Quantity int64 `json:"quantity"`
}

// Validate checks every field.
func (in Input) Validate() error {
	var c problem.Checks
	c.Require(in.BookID >= 1, "book_id", "must be at least 1")
	c.Require(in.Quantity >= 1 && in.Quantity <= 100, "quantity", "must be 1 to 100")
	return c.Err()
}
