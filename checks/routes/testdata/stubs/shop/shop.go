// Package shop is a stand-in for a library with a router that no table knows.
package shop

import "net/http"

type (
	Ctx    struct{}
	Router struct{}
	Mux    interface {
		HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request))
	}
)

func New() *Router                                               { return nil }
func (r *Router) Get(path string, h func(*Ctx) error)            {}
func (r *Router) Handle(method, path string, h func(*Ctx) error) {}
func (r *Router) Lookup(path string) bool                        { return false }

func (r *Router) Group(prefix string) *Router { return nil }

// Run sets up a router of its own for what is served.
func Run[R any](serve func(R) http.Handler) {}

// RegisterAdmin may add routes, Protect only wraps.
func RegisterAdmin(m Mux)                 {}
func Protect(h http.Handler) http.Handler { return h }
