package files

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
)

const root = "/data"

func bad(w http.ResponseWriter, r *http.Request) {
	_, _ = os.Open("/data/" + r.PathValue("name"))  // want `r.PathValue\("name"\) reaches os.Open`
	http.ServeFile(w, r, r.URL.Query().Get("file")) // want `reaches http.ServeFile`
	dir := filepath.Join(root, r.FormValue("dir"))
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error { // want `r.FormValue\("dir"\) reaches filepath.WalkDir`
		_, err = os.ReadFile(name) // want `r.FormValue\("dir"\) reaches os.ReadFile`
		return err
	})
	raw := root + "/" + r.FormValue("raw")
	if !strings.HasPrefix(raw, root) { // says nothing: it was not cleaned
		return
	}
	_, _ = os.Open(raw) // want `r.FormValue\("raw"\) reaches os.Open`
	sheet := r.FormValue("sheet")
	if filepath.Ext(sheet) != ".csv" {
		return
	}
	_, _ = os.Open(sheet) // want `r.FormValue\("sheet"\) reaches os.Open`
}

func inGin(c *gin.Context) {
	load(c.Query("name"))
	load(c.Param("id")) // one segment: no way out
}

func load(name string) {
	_, _ = os.ReadFile(filepath.Join(root, name)) // want `c.Query\("name"\) reaches os.ReadFile`
}

var plainName = regexp.MustCompile(`^[a-z]+$`)

func good(w http.ResponseWriter, r *http.Request) {
	_, _ = os.Open("/data/" + filepath.Base(r.PathValue("name")))
	name := r.PathValue("name")
	if !filepath.IsLocal(name) {
		return
	}
	_, _ = os.Open(filepath.Join(root, name))
	id := r.FormValue("id")
	if _, err := uuid.Parse(id); err != nil {
		return
	}
	_, _ = os.Open(filepath.Join(root, id))
	word := r.FormValue("word")
	if !plainName.MatchString(word) {
		return
	}
	_, _ = os.Open(filepath.Join(root, word))
	part := r.FormValue("part")
	if strings.Contains(part, "..") || strings.ContainsAny(part, `/\`) {
		return
	}
	_, _ = os.Open(filepath.Join(root, part))
	_, header, err := r.FormFile("file")
	if err != nil {
		return
	}
	_, _ = os.Open(filepath.Join(root, header.Filename))
	inside, err := os.OpenRoot(root)
	if err != nil {
		return
	}
	_, _ = inside.Open(r.FormValue("any"))
}

// captured variables keep their checks.
func prefixed(w http.ResponseWriter, r *http.Request) {
	full := filepath.Clean(filepath.Join(root, r.FormValue("dir")))
	if !strings.HasPrefix(full, root+string(filepath.Separator)) && full != root {
		return
	}
	_ = filepath.WalkDir(full, func(name string, d fs.DirEntry, err error) error {
		rel, err := filepath.Rel(full, name)
		_ = rel
		return err
	})
	_, _ = os.Open(full)
	if rel, err := filepath.Rel(root, full); err != nil || strings.HasPrefix(rel, "..") {
		return
	}
	_, _ = os.ReadDir(full)
}

func byHelper(w http.ResponseWriter, r *http.Request) {
	name, err := safeName(r.FormValue("name"))
	if err != nil {
		return
	}
	_, _ = os.Open(filepath.Join(root, name))
	other := r.FormValue("other")
	if !inFolder(other) {
		return
	}
	_, _ = os.Open(filepath.Join(root, other))
}

func safeName(name string) (string, error) {
	if strings.Contains(name, "/") {
		return "", os.ErrInvalid
	}
	return name, nil
}

func inFolder(name string) bool { return filepath.IsLocal(name) }

// settings keeps to itself where it was read from: no decoder fills that.
type settings struct {
	path string
	Name string
}

func configure(w http.ResponseWriter, r *http.Request) {
	s := settings{path: "settings.json"}
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		return
	}
	_ = os.WriteFile(s.path, nil, 0o600)
	_ = os.WriteFile(s.Name, nil, 0o600) // want `r.Body reaches os.WriteFile`
}
