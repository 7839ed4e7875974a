// Package bunrouter is a stand-in with the library's signatures only.
package bunrouter

import "net/http"

type (
	Request        struct{ *http.Request }
	HandlerFunc    func(w http.ResponseWriter, r Request) error
	MiddlewareFunc func(next HandlerFunc) HandlerFunc
	Option         interface{ apply() }
	GroupOption    interface{ Option }
	Group          struct{}
	Router         struct{ Group }
)

func New(opts ...Option) *Router                                     { return nil }
func Use(fns ...MiddlewareFunc) GroupOption                          { return nil }
func WithGroup(fn func(g *Group)) GroupOption                        { return nil }
func (g *Group) NewGroup(path string, opts ...GroupOption) *Group    { return nil }
func (g *Group) WithGroup(path string, fn func(g *Group))            {}
func (g *Group) Use(fns ...MiddlewareFunc) *Group                    { return nil }
func (g *Group) GET(path string, h HandlerFunc)                      {}
func (g *Group) POST(path string, h HandlerFunc)                     {}
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {}
