package a

import (
	"encoding/json"
	"io"
	"net/http"

	"websocket"
)

func parse(io.Reader) error { return nil }

func bad(c *http.Client, req *http.Request) error {
	_, err := c.Do(req) // want `the response of c.Do is dropped with its body open`
	if err != nil {
		return err
	}
	resp, err := c.Do(req) // want `resp.Body is never closed` `resp.Body is read without a look at resp.StatusCode`
	if err != nil {
		return err
	}
	return json.NewDecoder(resp.Body).Decode(nil)
}

func good(c *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != 200 {
		return nil, nil
	}
	_, _ = io.ReadAll(resp.Body)
	other, err := c.Do(req)
	if err != nil || other == nil {
		return nil, err
	}
	if err := parse(other.Body); err != nil {
		return nil, err
	}
	third, err := c.Do(req)
	if err == nil {
		third.Body.Close()
	}
	fourth, _ := c.Do(req)
	use(fourth)
	return c.Do(req)
}

func use(r *http.Response) { _ = r }

func returned(c *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := c.Do(req)
	return resp, err
}

func handshake(url string) (*websocket.Conn, error) {
	conn, _, err := websocket.Dial(url)
	return conn, err
}
