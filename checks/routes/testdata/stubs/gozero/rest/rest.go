// Package rest is a stand-in with the library's signatures only.
package rest

import "net/http"

type (
	Server      struct{}
	RestConf    struct{}
	RouteOption func()
	Middleware  func(next http.HandlerFunc) http.HandlerFunc
	Route       struct {
		Method, Path string
		Handler      http.HandlerFunc
	}
)

func MustNewServer(c RestConf) *Server                      { return nil }
func WithPrefix(group string) RouteOption                   { return nil }
func WithJwt(secret string) RouteOption                     { return nil }
func WithMiddlewares(ms []Middleware, rs ...Route) []Route  { return nil }
func (s *Server) AddRoutes(rs []Route, opts ...RouteOption) {}
func (s *Server) AddRoute(r Route, opts ...RouteOption)     {}
func (s *Server) Use(m Middleware)                          {}
func (s *Server) Start()                                    {}
