// Package chi is a stand-in with the library's signatures only.
package chi

import "net/http"

type Router interface {
	http.Handler
	Use(mws ...func(http.Handler) http.Handler)
	With(mws ...func(http.Handler) http.Handler) Router
	Group(fn func(r Router)) Router
	Route(pattern string, fn func(r Router)) Router
	Mount(pattern string, h http.Handler)
	Handle(pattern string, h http.Handler)
	HandleFunc(pattern string, h http.HandlerFunc)
	Method(method, pattern string, h http.Handler)
	MethodFunc(method, pattern string, h http.HandlerFunc)
	Get(pattern string, h http.HandlerFunc)
	Post(pattern string, h http.HandlerFunc)
	Put(pattern string, h http.HandlerFunc)
	Patch(pattern string, h http.HandlerFunc)
	Delete(pattern string, h http.HandlerFunc)
	NotFound(h http.HandlerFunc)
}

type Mux struct{}

func NewRouter() *Mux { return nil }

func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request)      {}
func (m *Mux) Use(mws ...func(http.Handler) http.Handler)            {}
func (m *Mux) With(mws ...func(http.Handler) http.Handler) Router    { return nil }
func (m *Mux) Group(fn func(r Router)) Router                        { return nil }
func (m *Mux) Route(pattern string, fn func(r Router)) Router        { return nil }
func (m *Mux) Mount(pattern string, h http.Handler)                  {}
func (m *Mux) Handle(pattern string, h http.Handler)                 {}
func (m *Mux) HandleFunc(pattern string, h http.HandlerFunc)         {}
func (m *Mux) Method(method, pattern string, h http.Handler)         {}
func (m *Mux) MethodFunc(method, pattern string, h http.HandlerFunc) {}
func (m *Mux) Get(pattern string, h http.HandlerFunc)                {}
func (m *Mux) Post(pattern string, h http.HandlerFunc)               {}
func (m *Mux) Put(pattern string, h http.HandlerFunc)                {}
func (m *Mux) Patch(pattern string, h http.HandlerFunc)              {}
func (m *Mux) Delete(pattern string, h http.HandlerFunc)             {}
func (m *Mux) NotFound(h http.HandlerFunc)                           {}
