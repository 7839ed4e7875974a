// Package connect is a stand-in with the library's signatures only.
package connect

import (
	"context"
	"net/http"
)

type (
	Handler          struct{}
	HandlerOption    interface{ apply() }
	IdempotencyLevel int
)

const IdempotencyNoSideEffects IdempotencyLevel = 1

func NewUnaryHandlerSimple[Req, Res any](procedure string, unary func(context.Context, *Req) (*Res, error), options ...HandlerOption) *Handler {
	return nil
}

func WithIdempotency(level IdempotencyLevel) HandlerOption { return nil }

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {}
