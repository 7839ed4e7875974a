package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func send(t *testing.T, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	routes(slog.New(slog.DiscardHandler)).ServeHTTP(recorder, request)
	return recorder
}

func TestCreateSlug(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"words":    {`{"text": "Pride & Prejudice, 1813"}`, http.StatusOK, `{"slug":"pride-prejudice-1813"}`},
		"empty":    {`{}`, http.StatusUnprocessableEntity, `text must have`},
		"long":     {`{"text": "` + strings.Repeat("é", 201) + `"}`, http.StatusUnprocessableEntity, `text must have`},
		"not JSON": {`text`, http.StatusBadRequest, `not the JSON`},
		"too much": {`{"text": "` + strings.Repeat("a", 5000) + `"}`, http.StatusBadRequest, `not the JSON`},
	} {
		t.Run(name, func(t *testing.T) {
			got := send(t, http.MethodPost, "/slugs", c.body)
			if got.Code != c.status || !strings.Contains(got.Body.String(), c.want) {
				t.Errorf("%d %s, want %d with %s", got.Code, got.Body, c.status, c.want)
			}
		})
	}
}

func TestHealth(t *testing.T) {
	got := send(t, http.MethodGet, "/healthz", "")
	if want := `{"status":"ok"}` + "\n"; got.Code != http.StatusOK || got.Body.String() != want {
		t.Errorf("%d %s, want 200 %s", got.Code, got.Body, want)
	}
}

func TestPanicBecomesAnAnswer(t *testing.T) {
	log := &bytes.Buffer{}
	s := service{log: slog.New(slog.NewTextHandler(log, nil))}
	handler := s.protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("out of order") }))
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	if recorder.Code != http.StatusInternalServerError || !strings.Contains(log.String(), "out of order") {
		t.Errorf("status %d, log %q, want 500 and the cause", recorder.Code, log)
	}
}

func TestServeStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := serve(ctx, listen(t), http.NotFoundHandler()); err != nil {
		t.Errorf("serve() = %v after cancellation", err)
	}
}

func TestRunServesOnAddress(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := run(ctx, "127.0.0.1:0"); err != nil {
		t.Errorf("run() = %v", err)
	}
}

// brokenWriter is a connection that the client has given up.
type brokenWriter struct{ http.ResponseWriter }

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestLostConnectionIsLogged(t *testing.T) {
	log := &bytes.Buffer{}
	handler := routes(slog.New(slog.NewTextHandler(log, nil)))
	handler.ServeHTTP(brokenWriter{httptest.NewRecorder()}, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", http.NoBody))
	if !strings.Contains(log.String(), io.ErrClosedPipe.Error()) {
		t.Errorf("log %q, want the cause", log)
	}
}

func TestServeReportsFailure(t *testing.T) {
	listener := listen(t)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := serve(t.Context(), listener, http.NotFoundHandler()); err == nil {
		t.Error("serve() on a closed listener succeeded")
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func TestRunReportsBadAddress(t *testing.T) {
	if err := run(t.Context(), "nowhere"); err == nil || !strings.Contains(err.Error(), "listen on nowhere") {
		t.Errorf("run() = %v, want an error that names the address", err)
	}
}

func BenchmarkSlugOf(b *testing.B) {
	for b.Loop() {
		slugOf("Pride & Prejudice, 1813")
	}
}
