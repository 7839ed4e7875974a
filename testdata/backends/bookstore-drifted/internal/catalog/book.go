// Package catalog knows the books that the shop sells.
package catalog

import (
	"regexp"
	"slices"
	"unicode/utf8"

	"example.com/bookstore/internal/problem"
)

// Book is one title.
type Book struct {
	ID            int64  `json:"id"`
	ISBN          string `json:"isbn"`
	Title         string `json:"title"`
	Author        string `json:"author"`
	Genre         string `json:"genre"`
	PriceCents    int64  `json:"price_cents"`
	Stock         int64  `json:"stock"`
	PublishedYear *int64 `json:"published_year,omitempty"` // nil where unknown
}

// Input is what a client says about a book.
type Input struct {
	ISBN          string `json:"isbn"`
	Title         string `json:"title"`
	Author        string `json:"author"`
	Genre         string `json:"genre"`
	PriceCents    int64  `json:"price_cents"`
	Stock         int64  `json:"stock"`
	PublishedYear *int64 `json:"published_year"`
}

// Validate checks every field.
func (in Input) Validate() error {
	var c problem.Checks
	c.Require(IsISBN(in.ISBN), "isbn", "must have 13 digits")
	c.Require(hasLength(in.Title, 1, 200), "title", "must have 1 to 200 characters")
	c.Require(hasLength(in.Author, 1, 100), "author", "must have 1 to 100 characters")
	c.Require(isGenre(in.Genre), "genre", "is not one of the shop's genres")
	c.Require(in.PriceCents >= 1 && in.PriceCents <= 1_000_000, "price_cents", "must be 1 to 1000000")
	c.Require(in.Stock >= 0 && in.Stock <= 100_000, "stock", "must be 0 to 100000")
	if year := in.PublishedYear; year != nil {
		c.Require(*year >= 1450 && *year <= 2100, "published_year", "must be 1450 to 2100")
	}
	return c.Err()
}

// Filter narrows a list; empty fields accept every book.
type Filter struct {
	Genre, Author string
}

// Validate checks the fields that are given.
func (f Filter) Validate() error {
	var c problem.Checks
	c.Require(f.Genre == "" || isGenre(f.Genre), "genre", "is not one of the shop's genres")
	c.Require(hasLength(f.Author, 0, 100), "author", "must have at most 100 characters")
	return c.Err()
}

var isbnForm = regexp.MustCompile(`^[0-9]{13}$`)

// IsISBN reports whether s has the form of an ISBN-13, without dashes.
func IsISBN(s string) bool { return isbnForm.MatchString(s) }

// Genres are what the shop sells.
func Genres() []string { return []string{"fiction", "history", "poetry", "science", "travel"} }

func isGenre(s string) bool { return slices.Contains(Genres(), s) }

func hasLength(s string, shortest, longest int) bool {
	n := utf8.RuneCountInString(s)
	return n >= shortest && n <= longest
}
