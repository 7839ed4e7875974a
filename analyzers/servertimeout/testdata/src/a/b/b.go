// Package b sets timeouts after it has made the server.
package b

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

func later() *http.Server {
	srv := &http.Server{Addr: ":80"}
	srv.ReadTimeout = time.Second
	return srv
}

func inEcho(e *echo.Echo) error {
	e.Server.ReadTimeout = time.Second
	return e.Start(":80")
}
