// Package huma is a stand-in with the library's signatures only.
package huma

import "context"

type (
	API interface {
		UseMiddleware(mw ...func(ctx Context, next func(Context)))
	}
	Context   interface{ Status() int }
	Config    struct{}
	Group     struct{ API }
	Operation struct {
		OperationID, Method, Path string
		Middlewares               []func(ctx Context, next func(Context))
	}
)

func NewGroup(api API, prefixes ...string) *Group { return nil }

func Register[I, O any](api API, op Operation, h func(context.Context, *I) (*O, error)) {}

func Get[I, O any](api API, path string, h func(context.Context, *I) (*O, error), opts ...func(o *Operation)) {
}

func AutoRegister(api API, server any) {}
