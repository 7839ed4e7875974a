// Package fiber is a stand-in with the library's signatures only.
package fiber

type (
	Ctx     struct{}
	Handler = func(*Ctx) error
	Router  interface {
		Use(args ...any) Router
		Get(path string, h ...Handler) Router
		Post(path string, h ...Handler) Router
		Delete(path string, h ...Handler) Router
		Add(method, path string, h ...Handler) Router
		All(path string, h ...Handler) Router
		Group(prefix string, h ...Handler) Router
		Route(prefix string, fn func(Router), name ...string) Router
		Mount(prefix string, app *App) Router
		Static(prefix, root string) Router
	}
	App struct{ Router }
)

func (c *Ctx) Next() error { return nil }

func New() *App { return nil }

func (a *App) Get(path string, h ...Handler) Router                        { return nil }
func (a *App) Post(path string, h ...Handler) Router                       { return nil }
func (a *App) Use(args ...any) Router                                      { return nil }
func (a *App) Group(prefix string, h ...Handler) Router                    { return nil }
func (a *App) Route(prefix string, fn func(Router), name ...string) Router { return nil }
func (a *App) Mount(prefix string, app *App) Router                        { return nil }
func (a *App) Listen(addr string) error                                    { return nil }
