// Package runtime is a stand-in with the library's signatures only.
package runtime

import "net/http"

type (
	ServeMux    struct{}
	Pattern     struct{}
	HandlerFunc func(w http.ResponseWriter, r *http.Request, pathParams map[string]string)
)

func NewServeMux() *ServeMux { return nil }

func NewPattern(version int, ops []int, pool []string, verb string) (Pattern, error) {
	return Pattern{}, nil
}

func MustPattern(p Pattern, err error) Pattern { return p }

func (s *ServeMux) Handle(method string, p Pattern, h HandlerFunc)                {}
func (s *ServeMux) HandlePath(method string, pattern string, h HandlerFunc) error { return nil }
func (s *ServeMux) ServeHTTP(w http.ResponseWriter, r *http.Request)              {}
