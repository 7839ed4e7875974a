// Package humago is a stand-in with the library's signatures only.
package humago

import "github.com/danielgtaylor/huma/v2"

func NewWithPrefix(m any, prefix string, config huma.Config) huma.API { return nil }
