// Package gin is a stand-in with the library's signatures only.
package gin

import "net/http"

type Context struct{ Request *http.Request }

func (c *Context) JSON(code int, v any) {}
func (c *Context) Next()                {}

type HandlerFunc func(*Context)

type IRoutes interface {
	Use(...HandlerFunc) IRoutes
	Handle(string, string, ...HandlerFunc) IRoutes
	Any(string, ...HandlerFunc) IRoutes
	GET(string, ...HandlerFunc) IRoutes
	POST(string, ...HandlerFunc) IRoutes
	DELETE(string, ...HandlerFunc) IRoutes
	PUT(string, ...HandlerFunc) IRoutes
	Match([]string, string, ...HandlerFunc) IRoutes
	Static(string, string) IRoutes
}

type IRouter interface {
	IRoutes
	Group(string, ...HandlerFunc) *RouterGroup
}

type RouterGroup struct{}

func (g *RouterGroup) Group(p string, h ...HandlerFunc) *RouterGroup        { return nil }
func (g *RouterGroup) Use(h ...HandlerFunc) IRoutes                         { return nil }
func (g *RouterGroup) Handle(m, p string, h ...HandlerFunc) IRoutes         { return nil }
func (g *RouterGroup) Any(p string, h ...HandlerFunc) IRoutes               { return nil }
func (g *RouterGroup) GET(p string, h ...HandlerFunc) IRoutes               { return nil }
func (g *RouterGroup) POST(p string, h ...HandlerFunc) IRoutes              { return nil }
func (g *RouterGroup) PUT(p string, h ...HandlerFunc) IRoutes               { return nil }
func (g *RouterGroup) DELETE(p string, h ...HandlerFunc) IRoutes            { return nil }
func (g *RouterGroup) Match(m []string, p string, h ...HandlerFunc) IRoutes { return nil }
func (g *RouterGroup) Static(p, dir string) IRoutes                         { return nil }

type Engine struct{ RouterGroup }

func New() *Engine                                                 { return nil }
func Default() *Engine                                             { return nil }
func (e *Engine) Run(addr ...string) error                         { return nil }
func (e *Engine) Use(h ...HandlerFunc) IRoutes                     { return nil }
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {}
func (e *Engine) NoRoute(h ...HandlerFunc)                         {}
func WrapF(f http.HandlerFunc) HandlerFunc                         { return nil }
func WrapH(h http.Handler) HandlerFunc                             { return nil }
func BasicAuth(accounts map[string]string) HandlerFunc             { return nil }
