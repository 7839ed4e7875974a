// Package httptreemux is a stand-in with the library's signatures only.
package httptreemux

import "net/http"

type (
	HandlerFunc  func(w http.ResponseWriter, r *http.Request, params map[string]string)
	Group        struct{}
	ContextGroup struct{}
	TreeMux      struct{ Group }
	ContextMux   struct{ *ContextGroup }
)

func New() *TreeMux                                                    { return nil }
func NewContextMux() *ContextMux                                       { return nil }
func (g *Group) NewGroup(path string) *Group                           { return nil }
func (g *Group) GET(path string, h HandlerFunc)                        {}
func (g *Group) Handle(method, path string, h HandlerFunc)             {}
func (g *Group) UseHandler(mw func(http.Handler) http.Handler)         {}
func (g *ContextGroup) NewGroup(path string) *ContextGroup             { return nil }
func (g *ContextGroup) POST(path string, h http.HandlerFunc)           {}
func (t *TreeMux) ServeHTTP(w http.ResponseWriter, r *http.Request)    {}
func (t *ContextMux) ServeHTTP(w http.ResponseWriter, r *http.Request) {}
