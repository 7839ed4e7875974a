// Package http is a stand-in with the library's signatures only.
package http

import "net/http"

type (
	Muxer interface {
		Handle(method, pattern string, h http.HandlerFunc)
		ServeHTTP(w http.ResponseWriter, r *http.Request)
	}
	MiddlewareMuxer interface {
		Muxer
		Use(f func(http.Handler) http.Handler)
	}
	ResolverMuxer interface{ MiddlewareMuxer }
)

func NewMuxer() ResolverMuxer { return nil }
