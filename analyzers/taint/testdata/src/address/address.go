package address

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

func bad(w http.ResponseWriter, r *http.Request) {
	_, _ = http.Get(r.FormValue("url"))                                    // want `r.FormValue\("url"\) reaches http.Get`
	_, _ = http.Get(fmt.Sprintf("https://%s/status", r.FormValue("host"))) // want `r.FormValue\("host"\) reaches http.Get`
	u, err := url.Parse(r.FormValue("page"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return
	}
	_, _ = http.Get(u.String()) // want `r.FormValue\("page"\) reaches http.Get`
	hook := r.FormValue("hook")
	if !strings.HasPrefix(hook, "https://") {
		return
	}
	_, _ = http.Get(hook) // want `r.FormValue\("hook"\) reaches http.Get`
}

var partners = map[string]bool{"rates.example": true}

func good(w http.ResponseWriter, r *http.Request, base string) {
	_, _ = http.Get("https://rates.example/" + r.FormValue("currency"))
	_, _ = http.Get(fmt.Sprintf("https://rates.example/%s", r.FormValue("currency")))
	_, _ = http.Get("https://rates.example?q=" + url.QueryEscape(r.FormValue("currency")))
	_, _ = http.Get(base + "/users/" + r.FormValue("id"))
	_, _ = http.Get("https://rates.example")
	u, err := url.Parse(r.FormValue("page"))
	if err != nil || !partners[u.Hostname()] {
		return
	}
	_, _ = http.Get(u.String())
	hook := r.FormValue("hook")
	if err := public(hook); err != nil {
		return
	}
	_, _ = http.Get(hook)
	_, _ = http.Get("https://rates.example" + u.Path)
}

// public refuses addresses of private networks.
func public(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	ips, err := net.LookupIP(u.Hostname())
	if err != nil {
		return err
	}
	for _, ip := range ips {
		if ip.IsPrivate() || ip.IsLoopback() {
			return errors.New("private address")
		}
	}
	return nil
}

// onward keeps the host and takes the client's path and query.
func onward(w http.ResponseWriter, r *http.Request) {
	req, err := http.NewRequest(http.MethodGet, "https://"+upstream(r.Host)+r.URL.RequestURI(), nil)
	_, _ = req, err
}

func upstream(host string) string { return map[string]string{"a.example": "b.example"}[host] }

// outside connects to see whether a name stands for a public address.
func outside(host string) bool {
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return false
	}
	defer conn.Close()
	ip := net.ParseIP(conn.RemoteAddr().String())
	return ip != nil && !ip.IsPrivate()
}

func probe(w http.ResponseWriter, r *http.Request) {
	if !outside(r.FormValue("host")) {
		http.Error(w, "no", http.StatusForbidden)
	}
}
