// Package c is given its client.
package c

import "net/http"

type store struct{ client *http.Client }

func newStore(c *http.Client) *store { return &store{client: c} }

func (s *store) get(url string) { s.client.Get(url) }

func (s *store) post(url string) { http.Post(url, "text/plain", nil) }
