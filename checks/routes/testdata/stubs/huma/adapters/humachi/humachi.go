// Package humachi is a stand-in with the library's signatures only.
package humachi

import "github.com/danielgtaylor/huma/v2"

func New(r any, config huma.Config) huma.API { return nil }
