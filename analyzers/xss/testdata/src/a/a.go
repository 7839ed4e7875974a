package a

import (
	"fmt"
	"html"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"
)

func bad(w http.ResponseWriter, r *http.Request) template.HTML {
	name := r.FormValue("name")
	fmt.Fprintf(w, "<p>Hello %s</p>", name) // want `r.FormValue\("name"\) from the request reaches fmt.Fprintf`
	return template.HTML(name)              // want `r.FormValue\("name"\) from the request reaches template.HTML`
}

func good(w http.ResponseWriter, r *http.Request, c *gin.Context) {
	fmt.Fprintf(w, "<p>Hello %s</p>", html.EscapeString(r.FormValue("name")))
	fmt.Fprintf(w, "plain %s", r.FormValue("name"))
	c.JSON(200, gin.H{"name": r.FormValue("name")})
}
