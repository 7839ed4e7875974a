// Package httprouter is a stand-in with the library's signatures only.
package httprouter

import "net/http"

type (
	Params []struct{ Key, Value string }
	Handle func(http.ResponseWriter, *http.Request, Params)
	Router struct{ NotFound http.Handler }
)

func New() *Router                                                 { return nil }
func (r *Router) GET(p string, h Handle)                           {}
func (r *Router) POST(p string, h Handle)                          {}
func (r *Router) Handle(m, p string, h Handle)                     {}
func (r *Router) Handler(m, p string, h http.Handler)              {}
func (r *Router) HandlerFunc(m, p string, h http.HandlerFunc)      {}
func (r *Router) ServeFiles(p string, root http.FileSystem)        {}
func (r *Router) ServeHTTP(w http.ResponseWriter, q *http.Request) {}
