package a

import (
	"fmt"
	"net/http"
	"net/url"
)

func bad(w http.ResponseWriter, r *http.Request) {
	_, _ = http.Get(r.FormValue("url"))                                    // want `r.FormValue\("url"\) from the request reaches http.Get`
	_, _ = http.Get(fmt.Sprintf("https://%s/status", r.FormValue("host"))) // want `r.FormValue\("host"\) from the request reaches http.Get`
}

func good(w http.ResponseWriter, r *http.Request) {
	_, _ = http.Get("https://rates.example/" + r.FormValue("currency"))
	_, _ = http.Get(fmt.Sprintf("https://rates.example/%s", r.FormValue("currency")))
	_, _ = http.Get("https://rates.example?q=" + url.QueryEscape(r.FormValue("currency")))
	_, _ = http.Get("https://rates.example")
}
