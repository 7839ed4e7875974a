// Package http is a stand-in with the library's signatures only.
package http

import (
	"context"
	"net/http"
)

type (
	Server       struct{}
	Router       struct{}
	ServerOption func(*Server)
	FilterFunc   func(http.Handler) http.Handler
	HandlerFunc  func(Context) error
	Handler      func(ctx context.Context, req any) (any, error)
	Context      interface {
		context.Context
		Bind(any) error
		Middleware(Handler) Handler
		Result(int, any) error
	}
)

func NewServer(opts ...ServerOption) *Server                       { return nil }
func PathPrefix(prefix string) ServerOption                        { return nil }
func Filter(f ...FilterFunc) ServerOption                          { return nil }
func (s *Server) Route(prefix string, f ...FilterFunc) *Router     { return nil }
func (s *Server) HandlePrefix(prefix string, h http.Handler)       {}
func (s *Server) Start(ctx context.Context) error                  { return nil }
func (r *Router) GET(path string, h HandlerFunc, f ...FilterFunc)  {}
func (r *Router) POST(path string, h HandlerFunc, f ...FilterFunc) {}
