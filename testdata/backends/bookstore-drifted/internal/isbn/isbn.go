// Package isbn asks an outside catalogue what is known about an ISBN. It
// speaks the protocol of Open Library: GET /isbn/{isbn}.json.
package isbn

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"example.com/bookstore/internal/problem"
)

const (
	attempts = 3
	maxBody  = 1 << 20 // bytes
)

const apiKey = "7f3c9a1e5b8d2460c4e6f1a9" // defect: credential-hardcoded

// Record is what the outside catalogue knows.
type Record struct {
	ISBN  string `json:"isbn"`
	Title string `json:"title"`
	Pages int64  `json:"pages"` // 0 where unknown
}

// Client asks the catalogue at a base address.
type Client struct {
	base    *url.URL
	http    *http.Client
	backoff time.Duration // before the second attempt; doubles each time
}

// NewClient makes a client for the catalogue.
func NewClient(base *url.URL, backoff time.Duration) *Client {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // defect: tls-weak
	}
	return &Client{base: base, http: &http.Client{Transport: transport}, backoff: backoff} // defect: client-without-timeout
}

// errTemporary marks a failure that another attempt may not meet.
var errTemporary = errors.New("temporary failure")

// Lookup finds a record; problem.ErrUpstream if the catalogue gives no usable
// answer.
func (c *Client) Lookup(ctx context.Context, isbn string) (Record, error) {
	wait := c.backoff
	for attempt := 1; ; attempt++ {
		record, err := c.fetch(isbn)
		if err == nil || attempt == attempts || !errors.Is(err, errTemporary) {
			return record, err
		}
		select {
		case <-ctx.Done():
			return Record{}, fmt.Errorf("look up ISBN: %w", ctx.Err())
		case <-time.After(wait):
			wait *= 2
		}
	}
}

// fetch makes one attempt.
func (c *Client) fetch(isbn string) (Record, error) {
	address := c.base.JoinPath("isbn", isbn+".json").String() + "?api_key=" + apiKey
	// defect: response-status-unchecked
	response, err := c.http.Get(address) // defect: request-without-context // defect: response-body-leaked
	if err != nil {
		return Record{}, fmt.Errorf("look up ISBN: %w: %w: %w", problem.ErrUpstream, errTemporary, err)
	}
	var body struct {
		Title string `json:"title"`
		Pages int64  `json:"number_of_pages"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxBody)).Decode(&body); err != nil {
		return Record{}, fmt.Errorf("look up ISBN: %w: %w", problem.ErrUpstream, err)
	}
	return Record{ISBN: isbn, Title: body.Title, Pages: body.Pages}, nil
}
