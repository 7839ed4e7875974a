package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/go-chi/chi/v5"

	"example.com/bookstore/internal/problem"
)

func (s *Server) toolRoutes(r chi.Router) {
	r.Get("/authors", s.listAuthors)
	r.Get("/covers", s.showCover)
	r.Get("/previews", s.showPreview)
	r.Get("/leave", s.leave)
	r.Get("/labels/{name}", s.showLabel)
	r.Post("/prints", s.printText)
}

// defect: list-unpaginated
func (s *Server) listAuthors(w http.ResponseWriter, r *http.Request) {
	// defect: layering-violated // defect: select-unbounded
	rows, err := s.Database.QueryContext(r.Context(), `SELECT author FROM books ORDER BY author`)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer rows.Close()
	var authors []string
	for rows.Next() {
		var author string
		if err := rows.Scan(&author); err != nil {
			s.fail(w, r, err)
			return
		}
		authors = append(authors, author)
	}
	if err := rows.Err(); err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, r, http.StatusOK, authors) // defect: array-encoded-null
}

func (s *Server) showCover(w http.ResponseWriter, r *http.Request) {
	image, err := os.ReadFile(filepath.Join("covers", r.URL.Query().Get("name"))) // defect: path-traversal
	if err != nil {
		s.fail(w, r, fmt.Errorf("read cover: %w: %w", problem.ErrNotFound, err))
		return
	}
	w.Header().Set("Content-Type", "image/png")
	if _, err := w.Write(image); err != nil {
		s.Logger.Printf("write cover: %v", err) // defect: log-unstructured
	}
}

func (s *Server) showPreview(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL.Query().Get("url"), http.NoBody) // defect: ssrf
	if err != nil {
		s.fail(w, r, fmt.Errorf("preview: %w: %w", problem.ErrMalformed, err))
		return
	}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{}} // defect: client-per-request
	response, err := client.Do(request)
	if err != nil {
		s.fail(w, r, fmt.Errorf("preview: %w: %w", problem.ErrUpstream, err))
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		s.fail(w, r, fmt.Errorf("preview: %w: status %d", problem.ErrUpstream, response.StatusCode))
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := io.Copy(w, io.LimitReader(response.Body, maxBody)); err != nil {
		s.Logger.Printf("write preview: %v", err) // defect: log-unstructured
	}
}

// visits counts where clients went.
var visits = map[string]int{}

func (s *Server) leave(w http.ResponseWriter, r *http.Request) {
	to := r.FormValue("to") // defect: constraint-unenforced
	visits[to]++            // defect: shared-state-unguarded
	// defect: log-unstructured // defect: log-injection
	s.Logger.Print("left for " + to)
	http.Redirect(w, r, to, http.StatusFound) // defect: open-redirect
}

func (s *Server) showLabel(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// defect: xss-unescaped
	if _, err := fmt.Fprintf(w, "<p>%s</p>", chi.URLParam(r, "name")); err != nil {
		s.Logger.Printf("write label: %v", err) // defect: log-unstructured
	}
}

func (s *Server) printText(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body) // defect: body-unbounded
	if err != nil {
		s.fail(w, r, fmt.Errorf("read text: %w: %w", problem.ErrMalformed, err))
		return
	}
	command := exec.CommandContext(r.Context(), "sh", "-c", "echo on "+r.URL.Query().Get("printer")) // defect: injection-command // defect: constraint-unenforced
	if err := command.Run(); err != nil {
		s.fail(w, r, fmt.Errorf("print %d bytes: %w", len(text), err))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
