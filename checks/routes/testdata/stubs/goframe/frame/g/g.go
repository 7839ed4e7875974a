// Package g is a stand-in with the library's signatures only.
package g

import "github.com/gogf/gf/v2/net/ghttp"

type Meta struct{}

func Server(name ...any) *ghttp.Server { return nil }
