// Package core is a stand-in with the library's signatures only.
package core

import "github.com/pocketbase/pocketbase/tools/router"

type (
	RequestEvent struct{}
	ServeEvent   struct{ Router *router.Router[*RequestEvent] }
	Hook         struct{}
)

func (h *Hook) BindFunc(fn func(e *ServeEvent) error) string { return "" }
func (e *ServeEvent) Next() error                            { return nil }
func (e *RequestEvent) Next() error                          { return nil }
