package a

import (
	"html/template"
	"net/http"
	"regexp"
	"sync"
)

var once = regexp.MustCompile(`a`)

func valid(s string) bool {
	ok, _ := regexp.MatchString(`^b$`, s) // want "compiles the constant .* at every call of valid"
	return ok
}

func page(w http.ResponseWriter, r *http.Request) {
	render(w)
}

func render(w http.ResponseWriter) {
	t, err := template.ParseFiles("x.html") // want `while (page|render) handles a request`
	if err == nil {
		_ = t.Execute(w, nil)
	}
}

func newMatcher() *regexp.Regexp { return regexp.MustCompile(`c`) }

var lazy = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`d`) })

func given(p string) *regexp.Regexp { return regexp.MustCompile(p) }
