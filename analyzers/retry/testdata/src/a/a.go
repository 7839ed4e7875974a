// Package a gives up at once.
package a

import (
	"net/http"
	"strings"
	"time"
)

type rates struct{ client *http.Client }

func newRates() *rates { return &rates{client: &http.Client{Timeout: time.Second}} }

func (r *rates) post(url string) { r.client.Post(url, "text/plain", strings.NewReader("x")) }

func (r *rates) today(url string) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return
	}
	r.client.Do(req) // want `package a sends idempotent requests in several places and has no retry of its own`
	http.Get(url)
}
