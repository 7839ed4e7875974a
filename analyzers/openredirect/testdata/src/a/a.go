package a

import (
	"net/http"
	"strings"
)

func bad(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, r.FormValue("next"), 303)     // want `r.FormValue\("next"\) from the request reaches http.Redirect`
	http.Redirect(w, r, "/"+r.FormValue("next"), 303) // want `r.FormValue\("next"\) from the request reaches http.Redirect`
}

func good(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/users/"+r.PathValue("id"), 303)
	next := r.FormValue("next")
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		next = "/"
	}
	http.Redirect(w, r, next, 303)
}
