package a

import "net/http"

// NewClient is undecided: its callers may set a timeout.
func NewClient(t http.RoundTripper) *http.Client { return &http.Client{Transport: t} }

func ownClient(t http.RoundTripper) *http.Client {
	return &http.Client{Transport: t} // want `http.Client has no Timeout`
}
