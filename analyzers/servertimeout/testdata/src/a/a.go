package a

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v2"
	"github.com/labstack/echo/v4"
)

func bad(g *gin.Engine, e *echo.Echo) {
	_ = http.ListenAndServe(":80", nil) // want `http.ListenAndServe serves without a read timeout`
	_ = g.Run()                         // want `g.Run serves without a read timeout`
	_ = e.Start(":80")                  // want `e.Start serves without a read timeout`
	_ = fiber.New()                     // want `fiber.New has no ReadTimeout`
	_ = fiber.New(fiber.Config{})       // want `fiber.Config has no ReadTimeout`
	_ = http.Server{Addr: ":80"}        // want `http.Server has neither ReadHeaderTimeout nor ReadTimeout`
	_ = &http.Server{ReadTimeout: 0}    // want `http.Server has neither`
}

func good(c fiber.Config) {
	_ = &http.Server{ReadHeaderTimeout: time.Second}
	_ = fiber.New(fiber.Config{ReadTimeout: time.Second})
	_ = fiber.New(c)
}

// Undecided: nobody else reaches it.
func local(port int) { _ = &http.Server{Addr: fmt.Sprintf("127.0.0.1:%d", port)} }
