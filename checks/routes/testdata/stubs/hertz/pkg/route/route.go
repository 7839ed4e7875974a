// Package route is a stand-in with the library's signatures only.
package route

import "github.com/cloudwego/hertz/pkg/app"

type (
	IRoutes interface {
		GET(path string, h ...app.HandlerFunc) IRoutes
	}
	RouterGroup struct{}
	Engine      struct{ RouterGroup }
)

func (g *RouterGroup) Use(h ...app.HandlerFunc) IRoutes                           { return nil }
func (g *RouterGroup) Group(path string, h ...app.HandlerFunc) *RouterGroup       { return nil }
func (g *RouterGroup) GET(path string, h ...app.HandlerFunc) IRoutes              { return nil }
func (g *RouterGroup) POSTEX(path string, h app.HandlerFunc, name string) IRoutes { return nil }
func (g *RouterGroup) Handle(method, path string, h ...app.HandlerFunc) IRoutes   { return nil }
