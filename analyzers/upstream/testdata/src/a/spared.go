package a

import (
	"encoding/json"
	"net/http"
)

// The answer to HEAD has no body.
func exists(url string) (bool, error) {
	resp, err := http.Head(url)
	if err != nil {
		return false, err
	}
	return resp.StatusCode < 400, nil
}

type outcome struct {
	Errcode int
	Success bool
}

// Undecided: the service says in the body how it went.
func said(c *http.Client, req *http.Request) (bool, error) {
	resp, err := c.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	var o outcome
	if err := json.NewDecoder(resp.Body).Decode(&o); err != nil {
		return false, err
	}
	if o.Errcode != 0 {
		return false, nil
	}
	return o.Success, nil
}
