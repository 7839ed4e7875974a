// Package api serves the bookstore over HTTP, as api/openapi.yaml describes it.
package api

import (
	"database/sql"
	"log"
	"net/http"

	"github.com/go-chi/chi/v5"

	"example.com/bookstore/internal/account"
	"example.com/bookstore/internal/catalog"
	"example.com/bookstore/internal/isbn"
	"example.com/bookstore/internal/ordering"
)

// Server answers requests with the help of the services.
type Server struct {
	Accounts *account.Service
	Books    *catalog.Service
	Orders   *ordering.Service
	ISBN     *isbn.Client
	Database *sql.DB
	Logger   *log.Logger
}

// Routes wires every endpoint.
func (s *Server) Routes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.observe, allowOrigins)
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.methodNotAllowed)

	r.Route("/v1", func(r chi.Router) {
		r.Post("/login", s.login)           // defect: rate-limit-missing // defect: security-headers-missing
		r.Get("/isbn/{isbn}", s.lookupISBN) // defect: endpoint-unprotected
		r.Group(func(r chi.Router) {
			r.Use(s.authenticate)
			r.Post("/logout", s.logout)
			r.Get("/genres", s.listGenres) // defect: endpoint-undocumented
			r.Route("/books", s.bookRoutes)
			r.Group(s.toolRoutes)
			r.Route("/orders", s.orderRoutes)
		})
		r.Group(func(r chi.Router) {
			r.Use(s.authenticate, s.requireAdmin)
			r.Post("/users", s.createUser)
		})
	})
	return r
}

func (s *Server) bookRoutes(r chi.Router) {
	r.Get("/", s.listBooks)
	r.Post("/", s.createBook)
	r.Get("/{id}", s.getBook)
	r.Put("/{id}", s.replaceBook)
	r.With(s.requireAdmin).Delete("/{id}", s.deleteBook)
}

func legacyRoutes(r chi.Router, s *Server) {
	r.Get("/shelf", s.listBooks) // defect: route-unreachable
}

func (s *Server) orderRoutes(r chi.Router) {
	r.Get("/", s.listOrders)
	r.Post("/", s.placeOrder)
	r.Get("/{id}", s.getOrder)
}
