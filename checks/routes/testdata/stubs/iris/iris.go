// Package iris is a stand-in with the library's signatures only.
package iris

import (
	"github.com/kataras/iris/v12/context"
	"github.com/kataras/iris/v12/core/router"
)

type (
	Context     = *context.Context
	Party       = router.Party
	Application struct{ *router.APIBuilder }
)

func New() *Application                         { return nil }
func (a *Application) Listen(addr string) error { return nil }
