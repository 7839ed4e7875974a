// Package router is a stand-in with the library's signatures only.
package router

import "github.com/valyala/fasthttp"

type (
	Router struct{}
	Group  struct{}
)

func New() *Router { return nil }

func (r *Router) Handler(ctx *fasthttp.RequestCtx)                      {}
func (r *Router) Group(path string) *Group                              { return nil }
func (r *Router) GET(path string, h fasthttp.RequestHandler)            {}
func (r *Router) ANY(path string, h fasthttp.RequestHandler)            {}
func (r *Router) Handle(method, path string, h fasthttp.RequestHandler) {}
func (r *Router) ServeFiles(path, root string)                          {}
func (g *Group) POST(path string, h fasthttp.RequestHandler)            {}
func (g *Group) GET(path string, h fasthttp.RequestHandler)             {}
