package api

import (
	"context"
	"crypto/rand"
	"expvar"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// responses counts answers by status; /debug/vars shows it.
var responses = expvar.NewMap("responses")

type requestIDKey struct{}

// requestID is the id that observe gave the request; empty outside of one.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// observe gives each request an id, counts its answer and logs it by route
// pattern, so that nothing a client sends gets into the log.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := rand.Text()
		w.Header().Set("X-Request-Id", id)
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		recorder := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(recorder, r)

		responses.Add(strconv.Itoa(recorder.Status()), 1)
		s.Logger.InfoContext(r.Context(), "request",
			"request_id", id,
			"method", r.Method,
			"route", chi.RouteContext(r.Context()).RoutePattern(),
			"status", recorder.Status(),
			"bytes", recorder.BytesWritten(),
			"duration", time.Since(start),
		)
	})
}

// recoverPanic turns a panic into an answer, so that the server goes on.
func (s *Server) recoverPanic(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so, too
				panic(cause)
			}
			s.Logger.ErrorContext(r.Context(), "panic",
				"request_id", requestID(r.Context()), "cause", cause, "stack", string(debug.Stack()))
			s.fail(w, r, fmt.Errorf("panic: %v", cause))
		}()
		next.ServeHTTP(w, r)
	})
}

// secureHeaders tells browsers to take answers as nothing but data.
func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Strict-Transport-Security", "max-age=31536000")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}
