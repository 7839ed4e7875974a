// Package router is a stand-in with the library's signatures only.
package router

import "github.com/kataras/iris/v12/context"

type (
	Route struct{}
	Party interface {
		Use(h ...context.Handler)
		Get(path string, h ...context.Handler) *Route
		Party(path string, h ...context.Handler) Party
	}
	APIContainer struct{ Self Party }
	APIBuilder   struct{}
)

func (a *APIBuilder) Use(h ...context.Handler)                                        {}
func (a *APIBuilder) Get(path string, h ...context.Handler) *Route                    { return nil }
func (a *APIBuilder) Post(path string, h ...context.Handler) *Route                   { return nil }
func (a *APIBuilder) Party(path string, h ...context.Handler) Party                   { return nil }
func (a *APIBuilder) PartyFunc(path string, fn func(p Party)) Party                   { return nil }
func (a *APIBuilder) HandleMany(methods, paths string, h ...context.Handler) []*Route { return nil }
func (a *APIBuilder) ConfigureContainer(b ...func(*APIContainer)) *APIContainer       { return nil }
func (a *APIContainer) Delete(path string, h ...any) *Route                           { return nil }
