package api

import (
	"cmp"
	"net/http"

	"example.com/bookstore/internal/catalog"
)

func (s *Server) listBooks(w http.ResponseWriter, r *http.Request) {
	page, err := pageOf(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	query := r.URL.Query()
	author := query.Get("author")
	genre := cmp.Or(query.Get("genre"), query.Get("category")) // defect: parameter-mismatch
	filter := catalog.Filter{Genre: genre, Author: author}
	if err := filter.Validate(); err != nil {
		s.fail(w, r, err)
		return
	}
	books, err := s.Books.List(r.Context(), filter, author, page) // defect: sql-built-from-input
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, r, http.StatusOK, list[catalog.Book]{Items: books, Limit: page.Limit, Offset: page.Offset})
}

func (s *Server) createBook(w http.ResponseWriter, r *http.Request) {
	in, err := decode[catalog.Input](w, r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if err := in.Validate(); err != nil {
		s.fail(w, r, err)
		return
	}
	book, err := s.Books.Create(r.Context(), userOf(r.Context()).ID, in)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, r, http.StatusCreated, book)
}

func (s *Server) getBook(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	book, err := s.Books.Get(r.Context(), id)
	if err != nil {
		s.fail(w, r, err) // defect: error-response-continues
	}
	s.respond(w, r, http.StatusOK, book)
}

func (s *Server) replaceBook(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	in, err := decode[catalog.Input](w, r) // defect: input-unvalidated
	if err != nil {
		s.fail(w, r, err)
		return
	}
	book, err := s.Books.Replace(r.Context(), userOf(r.Context()).ID, id, in)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, r, http.StatusOK, book)
}

func (s *Server) deleteBook(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if err := s.Books.Delete(r.Context(), userOf(r.Context()).ID, id); err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
