package page

import (
	"database/sql"
	"fmt"
	"html"
	"html/template"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
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

func written(w http.ResponseWriter, r *http.Request) {
	page, err := template.New("page").Parse("<p>" + html.EscapeString(r.FormValue("page")) + "</p>") // want `r.FormValue\("page"\) reaches Template.Parse: keep the template's text`
	if err != nil {
		return
	}
	_ = page.Execute(w, nil)
}

// editor: users of a mailing service write whole templates.
func editor(w http.ResponseWriter, r *http.Request) {
	if _, err := template.New("mail").Parse(r.FormValue("body")); err != nil {
		w.WriteHeader(400)
	}
}

// plainly: what begins with plain text is sent as plain text, whatever tags
// follow, and a type that is set after another answer comes too late for it.
func plainly(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("brief") != "" {
		_, _ = w.Write([]byte(fmt.Sprintf("Hello %s, </p>", r.FormValue("name"))))
		return
	}
	if r.FormValue("long") != "" {
		_, _ = w.Write([]byte(fmt.Sprintf("<p>Hello %s</p>", r.FormValue("name")))) // want `r.FormValue\("name"\) reaches ResponseWriter.Write`
		return
	}
	_, _ = io.WriteString(w, "<p>")
	_, _ = io.WriteString(w, "Hello "+r.FormValue("name")) // want `r.FormValue\("name"\) reaches io.WriteString`
}

func late(w http.ResponseWriter, r *http.Request) {
	if name := r.FormValue("name"); name != "" {
		fmt.Fprintf(w, "Hello %s", name)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, "Hello %s", r.FormValue("other")) // want `r.FormValue\("other"\) reaches fmt.Fprintf`
}

var (
	scripts = regexp.MustCompile(`<script.*</script>`)
	words   = regexp.MustCompile(`[^a-z ]+`)
)

func stripped(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "<p>%s</p>", scripts.ReplaceAllString(r.FormValue("name"), "")) // want `r.FormValue\("name"\) reaches fmt.Fprintf`
	fmt.Fprintf(w, "<p>%s</p>", words.ReplaceAllString(r.FormValue("name"), ""))
}

const folder = "uploads"

func keep(w http.ResponseWriter, r *http.Request) {
	file, header, err := r.FormFile("file")
	if err != nil {
		return
	}
	head := make([]byte, 512)
	n, err := file.Read(head)
	if err != nil {
		return
	}
	_ = os.WriteFile(filepath.Join(folder, filepath.Base(r.FormValue("id"))+".type"), []byte(http.DetectContentType(head[:n])), 0o600) // want `stores an upload`
	_ = os.WriteFile(filepath.Join(folder, "last.type"), []byte(header.Header.Get("Content-Type")), 0o600)
}

func show(w http.ResponseWriter, r *http.Request) {
	id := filepath.Base(r.PathValue("id"))
	kind, err := os.ReadFile(filepath.Join(folder, id+".type"))
	if err != nil {
		return
	}
	w.Header().Set("Content-Type", string(kind)) // want `what an uploaded file holds reaches Header.Set`
}

// bundled shows a page that the service brings along.
func bundled(w http.ResponseWriter, r *http.Request) {
	text, err := os.ReadFile(filepath.Join("pages", filepath.Base(r.PathValue("name"))+".html"))
	if err != nil {
		return
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write(text)
	w.Header().Set("Content-Type", mime.TypeByExtension(filepath.Ext(r.URL.Path)))
}
