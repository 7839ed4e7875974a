// Package dialer refuses private addresses where connections are made.
package dialer

import (
	"errors"
	"net"
	"net/http"
	"syscall"
)

var client = &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{Control: refusePrivate}).DialContext}}

func refusePrivate(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsPrivate() || ip.IsLoopback() {
		return errors.New("private address")
	}
	return nil
}

func good(w http.ResponseWriter, r *http.Request) {
	_, _ = client.Get(r.FormValue("url"))
}

func bad(w http.ResponseWriter, r *http.Request) {
	_, _ = http.Get(r.FormValue("url")) // want `r.FormValue\("url"\) reaches http.Get`
}
