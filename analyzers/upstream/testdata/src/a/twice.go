package a

import (
	"io"
	"net/http"
)

// The second answer is not read; the first is.
func twice(c *http.Client, first, second *http.Request) (string, error) {
	resp, err := c.Do(first) // want `resp.Body is read without a look at resp.StatusCode`
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); err != nil {
		return "", err
	}
	resp, err = c.Do(second)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	return resp.Request.URL.Query().Get("code"), nil
}
