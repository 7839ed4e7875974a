package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"example.com/bookstore/internal/audit"
	"example.com/bookstore/internal/storage"
)

// Service keeps the catalogue. Its methods expect valid input, and record each
// change together with the user who made it.
type Service struct {
	db *sql.DB
}

// NewService keeps its books in db.
func NewService(db *sql.DB) *Service { return &Service{db: db} }

// List returns the books of an author that match, by id.
func (s *Service) List(ctx context.Context, f Filter, author string, page storage.Page) ([]Book, error) {
	return list(ctx, s.db, f, author, page)
}

// Get returns one book; problem.ErrNotFound if there is none with that id.
func (s *Service) Get(ctx context.Context, id int64) (Book, error) {
	return find(ctx, s.db, id)
}

// Create adds a book; problem.ErrConflict if its ISBN is taken.
func (s *Service) Create(ctx context.Context, actor int64, in Input) (Book, error) {
	var id int64
	err := storage.InTx(ctx, s.db, func(tx *sql.Tx) (err error) {
		if id, err = insert(ctx, tx, in); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "create", subject(id)+" on shelf "+in.shelf())
	})
	if err != nil {
		return Book{}, fmt.Errorf("create book: %w", err)
	}
	return in.book(id), nil
}

// Replace overwrites a book; problem.ErrNotFound if there is none with that
// id, problem.ErrConflict if another one has the ISBN.
func (s *Service) Replace(ctx context.Context, actor, id int64, in Input) (Book, error) {
	err := storage.InTx(ctx, s.db, func(tx *sql.Tx) error {
		if err := update(ctx, tx, id, in); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "replace", subject(id))
	})
	if err != nil {
		return Book{}, fmt.Errorf("replace book %d: %w", id, err)
	}
	return in.book(id), nil
}

// Delete removes a book; problem.ErrNotFound if there is none with that id,
// problem.ErrConflict if it has been ordered.
func (s *Service) Delete(ctx context.Context, actor, id int64) error {
	err := storage.InTx(ctx, s.db, func(tx *sql.Tx) error {
		if err := remove(ctx, tx, id); err != nil {
			return err
		}
		audit.Record(ctx, tx, actor, "delete", subject(id)) // defect: error-ignored
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete book %d: %w", id, err)
	}
	return nil
}

func (in Input) book(id int64) Book {
	return Book{
		ID: id, ISBN: in.ISBN, Title: in.Title, Author: in.Author, Genre: in.Genre,
		PriceCents: in.PriceCents, Stock: in.Stock, PublishedYear: in.PublishedYear,
	}
}

func subject(id int64) string { return "book " + strconv.FormatInt(id, 10) }
