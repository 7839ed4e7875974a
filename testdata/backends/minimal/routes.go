package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxBody is the largest request body that is read, in bytes.
const maxBody = 4 << 10

// service answers requests.
type service struct {
	log *slog.Logger
}

func routes(log *slog.Logger) http.Handler {
	s := service{log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("POST /slugs", s.createSlug)
	return s.protect(mux)
}

// title is what a client sends.
type title struct {
	Text string `json:"text"`
}

// slug is what it gets.
type slug struct {
	Slug string `json:"slug"`
}

// failure is the form of every error answer.
type failure struct {
	Message string `json:"message"`
}

func (s service) createSlug(w http.ResponseWriter, r *http.Request) {
	var in title
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	if err := decoder.Decode(&in); err != nil {
		s.respond(w, r, http.StatusBadRequest, failure{"The body is not the JSON that is expected."})
		return
	}
	if n := utf8.RuneCountInString(in.Text); n < 1 || n > 200 {
		s.respond(w, r, http.StatusUnprocessableEntity, failure{"text must have 1 to 200 characters."})
		return
	}
	s.respond(w, r, http.StatusOK, slug{slugOf(in.Text)})
}

func (s service) health(w http.ResponseWriter, r *http.Request) {
	s.respond(w, r, http.StatusOK, struct {
		Status string `json:"status"`
	}{"ok"})
}

// slugOf keeps letters and digits, in lower case, and puts a dash for what is
// between them.
func slugOf(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return strings.Join(words, "-")
}

func (s service) respond(w http.ResponseWriter, r *http.Request, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.log.WarnContext(r.Context(), "write response", "error", err)
	}
}

// protect sets the headers that browsers need, and turns a panic into an answer.
func (s service) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		defer func() {
			if cause := recover(); cause != nil {
				s.log.ErrorContext(r.Context(), "panic", "cause", cause)
				s.respond(w, r, http.StatusInternalServerError, failure{"Something went wrong."})
			}
		}()
		next.ServeHTTP(w, r)
	})
}
