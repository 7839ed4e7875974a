// Package api serves the bookstore over HTTP, as api/openapi.yaml describes it.
package api

import (
	"context"
	"expvar"
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"

	"example.com/bookstore/internal/account"
	"example.com/bookstore/internal/audit"
	"example.com/bookstore/internal/catalog"
	"example.com/bookstore/internal/isbn"
	"example.com/bookstore/internal/ordering"
)

// Pinger is a dependency that can be asked whether it works.
type Pinger interface {
	PingContext(ctx context.Context) error
}

// Server answers requests with the help of the services.
type Server struct {
	Accounts *account.Service
	Books    *catalog.Service
	Orders   *ordering.Service
	Audit    *audit.Log
	ISBN     *isbn.Client
	Database Pinger
	Logger   *slog.Logger
}

// Routes wires every endpoint.
func (s *Server) Routes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.observe, s.recoverPanic, secureHeaders)
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.methodNotAllowed)

	r.Get("/healthz", s.health)
	r.Get("/readyz", s.readiness)
	r.Route("/v1", func(r chi.Router) {
		r.With(s.limitLogins()).Post("/login", s.login)
		r.Group(func(r chi.Router) {
			r.Use(s.authenticate)
			r.Post("/logout", s.logout)
			r.Route("/books", s.bookRoutes)
			r.Route("/orders", s.orderRoutes)
			r.Get("/isbn/{isbn}", s.lookupISBN)
		})
		r.Group(func(r chi.Router) {
			r.Use(s.authenticate, s.requireAdmin)
			r.Post("/users", s.createUser)
			r.Get("/audit-events", s.listAuditEvents)
		})
	})
	r.With(s.authenticate, s.requireAdmin).Handle("/debug/vars", expvar.Handler())
	return r
}

func (s *Server) bookRoutes(r chi.Router) {
	r.Get("/", s.listBooks)
	r.Post("/", s.createBook)
	r.Get("/{id}", s.getBook)
	r.Put("/{id}", s.replaceBook)
	r.With(s.requireAdmin).Delete("/{id}", s.deleteBook)
}

func (s *Server) orderRoutes(r chi.Router) {
	r.Get("/", s.listOrders)
	r.Post("/", s.placeOrder)
	r.Get("/{id}", s.getOrder)
}
