// Package shop has one defect for each way in which drivers could differ.
package shop

import (
	"context"
	"os"
	"strconv"

	"example.com/shop/files"
	"example.com/shop/respond"
	"example.com/shop/store"
	"example.org/unpack"
	"github.com/gin-gonic/gin"
)

// Server answers.
type Server struct{ Store *store.Store }

// Show needs facts about three packages of the module.
func (s *Server) Show(c *gin.Context) {
	page, err := files.Read(c.Query("page"))
	if err != nil {
		respond.NotFound(c, "page")
	}
	order := s.Store.Sorted(context.Background(), c.Query("order"))
	c.JSON(200, gin.H{"page": page, "order": order})
}

// Prices adds up.
func (s *Server) Prices(ctx context.Context, ids []string) (total int, err error) {
	for _, id := range ids {
		cents, err := s.Store.Price(ctx, id)
		if err != nil {
			return 0, err
		}
		total += cents
	}
	return total, nil
}

// Page reads through another module, and through the standard library, of which
// only the listed functions count.
func (s *Server) Page(c *gin.Context) {
	page, err := unpack.Read(c.Query("page"))
	if err != nil {
		c.JSON(404, gin.H{"error": "no such page"})
		return
	}
	if _, err := os.CreateTemp(c.Query("dir"), "page"); err != nil {
		c.JSON(500, gin.H{"error": "no space"})
		return
	}
	c.JSON(200, gin.H{"page": page})
}

// Count suppresses one defect, and one that is not there.
func Count(c *gin.Context) {
	n, _ := strconv.Atoi(c.Query("n"))
	os.Chdir("/srv")
	//conformance:ignore error-ignored the folder was there a moment ago
	os.Chdir("/srv/shop")
	//conformance:ignore error-ignored nothing is ignored here
	c.JSON(200, gin.H{"n": n})
}

// Percent divides by what the client sends, and counts in the background.
func Percent(c *gin.Context) {
	n, err := strconv.Atoi(c.Query("n"))
	if err != nil {
		c.JSON(400, gin.H{"error": "no number"})
		return
	}
	go Count(c)
	c.JSON(200, gin.H{"percent": 100 / n})
}
