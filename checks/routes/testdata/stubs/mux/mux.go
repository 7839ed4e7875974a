// Package mux is a stand-in with the library's signatures only.
package mux

import "net/http"

type (
	MiddlewareFunc func(http.Handler) http.Handler
	Router         struct{ NotFoundHandler http.Handler }
	Route          struct{}
)

func NewRouter() *Router                                                                 { return nil }
func (r *Router) ServeHTTP(w http.ResponseWriter, q *http.Request)                       {}
func (r *Router) HandleFunc(p string, f func(http.ResponseWriter, *http.Request)) *Route { return nil }
func (r *Router) Handle(p string, h http.Handler) *Route                                 { return nil }
func (r *Router) Path(p string) *Route                                                   { return nil }
func (r *Router) PathPrefix(p string) *Route                                             { return nil }
func (r *Router) Methods(m ...string) *Route                                             { return nil }
func (r *Router) Host(h string) *Route                                                   { return nil }
func (r *Router) NewRoute() *Route                                                       { return nil }
func (r *Router) StrictSlash(b bool) *Router                                             { return nil }
func (r *Router) Use(m ...MiddlewareFunc)                                                {}
func (r *Route) Path(p string) *Route                                                    { return nil }
func (r *Route) PathPrefix(p string) *Route                                              { return nil }
func (r *Route) Methods(m ...string) *Route                                              { return nil }
func (r *Route) Queries(q ...string) *Route                                              { return nil }
func (r *Route) Name(n string) *Route                                                    { return nil }
func (r *Route) Handler(h http.Handler) *Route                                           { return nil }
func (r *Route) HandlerFunc(f func(http.ResponseWriter, *http.Request)) *Route           { return nil }
func (r *Route) Subrouter() *Router                                                      { return nil }
func (r *Route) BuildOnly() *Route                                                       { return nil }
func Vars(r *http.Request) map[string]string { return nil }
