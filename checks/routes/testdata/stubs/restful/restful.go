// Package restful is a stand-in with the library's signatures only.
package restful

import "net/http"

type (
	Request        struct{ Request *http.Request }
	Response       struct{}
	RouteFunction  func(*Request, *Response)
	FilterChain    struct{}
	FilterFunction func(*Request, *Response, *FilterChain)
	Container      struct{}
	WebService     struct{}
	RouteBuilder   struct{}
)

var DefaultContainer = &Container{}

func NewContainer() *Container                                { return nil }
func Add(ws *WebService)                                      {}
func (c *Container) Add(ws *WebService) *Container            { return c }
func (c *Container) Filter(f FilterFunction)                  {}
func (w *WebService) Path(p string) *WebService               { return w }
func (w *WebService) Consumes(m ...string) *WebService        { return w }
func (w *WebService) Filter(f FilterFunction) *WebService     { return w }
func (w *WebService) GET(p string) *RouteBuilder              { return nil }
func (w *WebService) POST(p string) *RouteBuilder             { return nil }
func (w *WebService) Route(b *RouteBuilder) *WebService       { return w }
func (b *RouteBuilder) To(f RouteFunction) *RouteBuilder      { return b }
func (b *RouteBuilder) Doc(s string) *RouteBuilder            { return b }
func (b *RouteBuilder) Filter(f FilterFunction) *RouteBuilder { return b }
