// Package app is a stand-in with the library's signatures only.
package app

import "context"

type (
	RequestContext struct{}
	HandlerFunc    func(ctx context.Context, c *RequestContext)
)
