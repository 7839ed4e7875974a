package upload

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
)

const folder = "/data"

func bad(w http.ResponseWriter, r *http.Request) {
	file, header, err := r.FormFile("file")
	if err != nil {
		return
	}
	out, err := os.Create(filepath.Join(folder, header.Filename)) // want `os.Create stores an upload, but its type is not checked and its size is not limited and it keeps the client's file name`
	if err != nil {
		return
	}
	_, _ = io.Copy(out, file)
}

func unlooked(w http.ResponseWriter, r *http.Request) {
	file, header, err := r.FormFile("file")
	if err != nil || header.Size > 1<<20 {
		return
	}
	data, _ := io.ReadAll(file)
	_ = os.WriteFile(filepath.Join(folder, "avatar"), data, 0o600) // want `os.WriteFile stores an upload, but its type is not checked`
}

func good(w http.ResponseWriter, r *http.Request) {
	file, header, err := r.FormFile("file")
	if err != nil || header.Size > 1<<20 {
		return
	}
	data, err := io.ReadAll(file)
	if err != nil || !isPNG(data) {
		return
	}
	_ = os.WriteFile(filepath.Join(folder, "avatar.png"), data, 0o600)
}

func isPNG(data []byte) bool { return http.DetectContentType(data) == "image/png" }

// read stores nothing.
func read(w http.ResponseWriter, r *http.Request) {
	file, _, err := r.FormFile("file")
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, file)
}
