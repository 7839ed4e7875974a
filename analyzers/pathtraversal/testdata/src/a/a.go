package a

import (
	"net/http"
	"os"
	"path/filepath"

	"github.com/gin-gonic/gin"
)

func bad(w http.ResponseWriter, r *http.Request) {
	_, _ = os.Open("/data/" + r.PathValue("name"))  // want `r.PathValue\("name"\) from the request reaches os.Open`
	http.ServeFile(w, r, r.URL.Query().Get("file")) // want `reaches http.ServeFile`
}

func inGin(c *gin.Context) {
	load(c.Param("name")) // want `c.Param\("name"\) from the request reaches load, which hands it to os.ReadFile`
}

func load(name string) {
	_, _ = os.ReadFile(filepath.Join("/data", name))
}

func good(w http.ResponseWriter, r *http.Request) {
	_, _ = os.Open("/data/" + filepath.Base(r.PathValue("name")))
	name := r.PathValue("name")
	if !filepath.IsLocal(name) {
		return
	}
	_, _ = os.Open(filepath.Join("/data", name))
}
