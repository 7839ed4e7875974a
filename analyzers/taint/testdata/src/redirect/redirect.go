package redirect

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

func bad(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, r.FormValue("next"), 303)     // want `r.FormValue\("next"\) reaches http.Redirect`
	http.Redirect(w, r, "/"+r.FormValue("next"), 303) // want `r.FormValue\("next"\) reaches http.Redirect`
}

func good(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/users/"+r.PathValue("id"), 303)
	http.Redirect(w, r, r.URL.Path+"/", 301)
	http.Redirect(w, r, "https://"+r.Host+r.URL.RequestURI(), 301)
	next := r.FormValue("next")
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		next = "/"
	}
	http.Redirect(w, r, next, 303)
	http.Redirect(w, r, local(r.FormValue("next")), 303)
}

func local(next string) string {
	u, err := url.Parse(next)
	if err != nil {
		return "/"
	}
	return path.Clean(u.Path)
}
