// Package respond writes answers: that it does is a fact for its importers.
package respond

import "github.com/gin-gonic/gin"

// NotFound answers 404.
func NotFound(c *gin.Context, what string) {
	c.JSON(404, gin.H{"error": what + " not found"})
}
