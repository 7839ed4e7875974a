package a

import (
	"log"
	"log/slog"
	"net/http"
)

func bad(w http.ResponseWriter, r *http.Request) {
	log.Println("name", r.FormValue("name"))        // want `r.FormValue\("name"\) from the request reaches log.Println`
	log.Printf("%s logged in", r.FormValue("name")) // want `r.FormValue\("name"\) from the request reaches log.Printf`
}

func good(w http.ResponseWriter, r *http.Request) {
	log.Printf("%q logged in", r.FormValue("name"))
	log.Printf("%s %s", r.Method, r.URL)
	slog.Info("logged in", "name", r.FormValue("name"))
}
