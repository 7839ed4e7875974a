package a

import (
	"context"
	"net/http"
)

func bad(c *http.Client) {
	_, _ = http.NewRequest("GET", "x", nil) // want `http.NewRequest sends without a context`
	_, _ = c.Get("x")                       // want `c.Get sends without a context`
}

func good(ctx context.Context) {
	_, _ = http.NewRequestWithContext(ctx, "GET", "x", nil)
}

func later(ctx context.Context) *http.Request {
	req, _ := http.NewRequest("GET", "x", nil)
	return req.WithContext(ctx)
}
