// Package echo is a stand-in with the library's signatures only.
package echo

import "net/http"

type Context interface {
	Request() *http.Request
	JSON(code int, v any) error
}

type (
	HandlerFunc    func(c Context) error
	MiddlewareFunc func(next HandlerFunc) HandlerFunc
	Route          struct{ Method, Path string }
	Group          struct{}
	Echo           struct{ HTTPErrorHandler func(error, Context) }
)

func New() *Echo                                                                         { return nil }
func (e *Echo) Use(m ...MiddlewareFunc)                                                  {}
func (e *Echo) Pre(m ...MiddlewareFunc)                                                  {}
func (e *Echo) GET(p string, h HandlerFunc, m ...MiddlewareFunc) *Route                  { return nil }
func (e *Echo) POST(p string, h HandlerFunc, m ...MiddlewareFunc) *Route                 { return nil }
func (e *Echo) Any(p string, h HandlerFunc, m ...MiddlewareFunc) []*Route                { return nil }
func (e *Echo) Match(ms []string, p string, h HandlerFunc, m ...MiddlewareFunc) []*Route { return nil }
func (e *Echo) Add(method, p string, h HandlerFunc, m ...MiddlewareFunc) *Route          { return nil }
func (e *Echo) Static(p, root string) *Route                                             { return nil }
func (e *Echo) Group(prefix string, m ...MiddlewareFunc) *Group                          { return nil }
func (e *Echo) Start(addr string) error                                                  { return nil }
func (g *Group) Use(m ...MiddlewareFunc)                                                 {}
func (g *Group) GET(p string, h HandlerFunc, m ...MiddlewareFunc) *Route                 { return nil }
func (g *Group) POST(p string, h HandlerFunc, m ...MiddlewareFunc) *Route                { return nil }
func (g *Group) DELETE(p string, h HandlerFunc, m ...MiddlewareFunc) *Route              { return nil }
func (g *Group) Add(method, p string, h HandlerFunc, m ...MiddlewareFunc) *Route         { return nil }
func (g *Group) Group(prefix string, m ...MiddlewareFunc) *Group                         { return nil }
func WrapHandler(h http.Handler) HandlerFunc                                             { return nil }
