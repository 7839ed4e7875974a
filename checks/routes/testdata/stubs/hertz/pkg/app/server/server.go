// Package server is a stand-in with the library's signatures only.
package server

import "github.com/cloudwego/hertz/pkg/route"

type Hertz struct{ *route.Engine }

func Default() *Hertz  { return nil }
func (h *Hertz) Spin() {}
