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

// RegisterAdmin may add routes, Protect only wraps.
func RegisterAdmin(m Mux)                 {}
func Protect(h http.Handler) http.Handler { return h }
