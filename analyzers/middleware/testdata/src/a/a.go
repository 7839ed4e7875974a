package a

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v2"
)

func ginAuth(c *gin.Context) {
	if c.GetHeader("Authorization") == "" {
		c.JSON(http.StatusUnauthorized, gin.H{"error": "unauthorized"}) // want `c.JSON refuses, but the next handler runs all the same`
		return
	}
	if c.GetHeader("X-Tenant") == "" {
		c.AbortWithStatusJSON(http.StatusForbidden, gin.H{"error": "forbidden"})
		return
	}
	if c.GetHeader("X-User") == "" {
		c.JSON(http.StatusForbidden, gin.H{"error": "forbidden"})
		c.Abort()
		return
	}
	c.Next()
}

func metrics(handler http.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.GetHeader("Authorization") == "" {
			c.JSON(http.StatusUnauthorized, nil)
			return
		}
		handler.ServeHTTP(c.Writer, c.Request)
	}
}

func ginHandler(c *gin.Context) {
	if c.Param("id") == "" {
		c.JSON(http.StatusBadRequest, nil)
		return
	}
	c.JSON(http.StatusOK, nil)
}

func fiberAuth(c *fiber.Ctx) error {
	if c.Query("token") == "" {
		return c.Status(401).JSON(fiber.Map{"error": "unauthorized"})
	}
	return nil
}

func fiberCheck(c *fiber.Ctx) error {
	if c.Query("token") == "" {
		return fiber.NewError(401, "unauthorized")
	}
	return nil
}

func fiberHandler(c *fiber.Ctx) error {
	if err := fiberAuth(c); err != nil { // want `fiberAuth answers a refusal and returns nil for it`
		return err
	}
	if err := fiberCheck(c); err != nil {
		return err
	}
	return c.JSON(nil)
}
