package websocket

import "net/http"

// Conn is a connection.
type Conn struct{}

// Dial closes the body of the response itself.
func Dial(url string) (*Conn, *http.Response, error) { return nil, nil, nil }
