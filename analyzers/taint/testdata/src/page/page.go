package page

import (
	"database/sql"
	"fmt"
	"html"
	"html/template"
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

func bad(w http.ResponseWriter, r *http.Request) template.HTML {
	name := r.FormValue("name")
	fmt.Fprintf(w, "<p>Hello %s</p>", name)     // want `r.FormValue\("name"\) reaches fmt.Fprintf`
	_, _ = io.WriteString(w, "<b>"+name+"</b>") // want `r.FormValue\("name"\) reaches io.WriteString`
	return template.HTML(name)                  // want `r.FormValue\("name"\) reaches template.HTML`
}

type note struct{ Author, Text string }

func list(db *sql.DB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		rows, err := db.QueryContext(r.Context(), "SELECT author, text FROM notes")
		if err != nil {
			return
		}
		defer rows.Close()
		var notes []note
		for rows.Next() {
			var n note
			if err := rows.Scan(&n.Author, &n.Text); err != nil {
				return
			}
			notes = append(notes, n)
		}
		var b strings.Builder
		for _, n := range notes {
			b.WriteString(fmt.Sprintf("<li>%s: %s</li>", html.EscapeString(n.Author), n.Text))
		}
		_, _ = io.WriteString(w, b.String()) // want `what the database holds reaches io.WriteString`
	}
}

func echoed(w http.ResponseWriter, r *http.Request) {
	_, header, err := r.FormFile("file")
	if err != nil {
		return
	}
	w.Header().Set("Content-Type", header.Header.Get("Content-Type")) // want `reaches Header.Set`
}

func good(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "<p>Hello %s</p>", html.EscapeString(r.FormValue("name")))
	fmt.Fprintf(w, "<p>Page %d</p>", len(r.FormValue("name")))
	fmt.Fprintf(w, "<p>Hello %s</p>", strings.NewReplacer("<", "&lt;", "&", "&amp;").Replace(r.FormValue("name")))
}

func plain(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "Hello %s", r.FormValue("name"))
}

func text(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	fmt.Fprintf(w, "<b>%s</b>", r.FormValue("name"))
}

func inGin(c *gin.Context) {
	c.JSON(200, gin.H{"name": c.Query("name")})
}

var greeting = template.Must(template.New("").Parse("<p>{{.}}</p>"))

func templated(w http.ResponseWriter, r *http.Request) {
	_ = greeting.Execute(w, r.FormValue("name"))
}
