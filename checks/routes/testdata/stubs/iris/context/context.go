// Package context is a stand-in with the library's signatures only.
package context

type (
	Context struct{}
	Handler = func(*Context)
)

func (c *Context) Next() {}
