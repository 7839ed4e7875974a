// Package router is a stand-in with the library's signatures only.
package router

type (
	Route[T any]       struct{}
	RouterGroup[T any] struct{}
	Router[T any]      struct{ *RouterGroup[T] }
)

func (g *RouterGroup[T]) Group(prefix string) *RouterGroup[T]                { return nil }
func (g *RouterGroup[T]) GET(path string, action func(e T) error) *Route[T]  { return nil }
func (g *RouterGroup[T]) POST(path string, action func(e T) error) *Route[T] { return nil }
func (g *RouterGroup[T]) BindFunc(mw ...func(e T) error) *RouterGroup[T]     { return nil }
func (r *Route[T]) BindFunc(mw ...func(e T) error) *Route[T]                 { return nil }
