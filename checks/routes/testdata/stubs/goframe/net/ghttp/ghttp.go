// Package ghttp is a stand-in with the library's signatures only.
package ghttp

type (
	Server      struct{}
	RouterGroup struct{}
	Request     struct{}
	HandlerFunc = func(r *Request)
)

func (s *Server) Group(prefix string, fn ...func(g *RouterGroup)) *RouterGroup      { return nil }
func (s *Server) BindHandler(pattern string, h any)                                 {}
func (s *Server) BindObject(pattern string, obj any, methods ...string)             {}
func (s *Server) Use(h ...HandlerFunc)                                              {}
func (s *Server) Run()                                                              {}
func (g *RouterGroup) Group(prefix string, fn ...func(g *RouterGroup)) *RouterGroup { return nil }
func (g *RouterGroup) Middleware(h ...HandlerFunc) *RouterGroup                     { return nil }
func (g *RouterGroup) Bind(objs ...any) *RouterGroup                                { return nil }
func (g *RouterGroup) GET(pattern string, obj any, params ...any) *RouterGroup      { return nil }
func (g *RouterGroup) ALL(pattern string, obj any, params ...any) *RouterGroup      { return nil }
func (g *RouterGroup) Map(m map[string]any)                                         {}
func (r *Request) SetError(error)                                                   {}
