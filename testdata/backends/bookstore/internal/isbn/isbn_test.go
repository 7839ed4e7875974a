package isbn_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"example.com/bookstore/internal/isbn"
	"example.com/bookstore/internal/problem"
)

const known = "9780141439518"

// catalogue answers the n-th request, from 1, as the handler says.
func catalogue(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) (*isbn.Client, *int) {
	t.Helper()
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		answer(requests, w, r)
	}))
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return isbn.NewClient(base, 5*time.Second, time.Microsecond), &requests
}

func reply(t *testing.T, w http.ResponseWriter, status int, body string) {
	t.Helper()
	w.WriteHeader(status)
	if _, err := w.Write([]byte(body)); err != nil {
		t.Error(err)
	}
}

func TestLookup(t *testing.T) {
	client, _ := catalogue(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if got, want := r.URL.Path, "/isbn/"+known+".json"; got != want {
			t.Errorf("asked for %s, want %s", got, want)
		}
		reply(t, w, http.StatusOK, `{"title": "Pride and Prejudice", "number_of_pages": 480}`)
	})
	got, err := client.Lookup(t.Context(), known)
	want := isbn.Record{ISBN: known, Title: "Pride and Prejudice", Pages: 480}
	if err != nil || got != want {
		t.Errorf("Lookup() = %+v, %v, want %+v", got, err, want)
	}
}

func TestLookupRetriesTemporaryFailures(t *testing.T) {
	client, requests := catalogue(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n < 3 {
			reply(t, w, http.StatusServiceUnavailable, "")
			return
		}
		reply(t, w, http.StatusOK, `{"title": "Emma"}`)
	})
	got, err := client.Lookup(t.Context(), known)
	if err != nil || got.Title != "Emma" || *requests != 3 {
		t.Errorf("Lookup() = %+v, %v after %d requests, want Emma after 3", got, err, *requests)
	}
}

func TestLookupFailures(t *testing.T) {
	for name, c := range map[string]struct {
		status   int
		body     string
		want     error
		requests int
	}{
		"unknown":      {http.StatusNotFound, "", problem.ErrNotFound, 1},
		"refused":      {http.StatusForbidden, "", problem.ErrUpstream, 1},
		"out of order": {http.StatusBadGateway, "", problem.ErrUpstream, 3},
		"not JSON":     {http.StatusOK, "<html>", problem.ErrUpstream, 1},
	} {
		t.Run(name, func(t *testing.T) {
			client, requests := catalogue(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
				reply(t, w, c.status, c.body)
			})
			if _, err := client.Lookup(t.Context(), known); !errors.Is(err, c.want) {
				t.Errorf("Lookup() = %v, want %v", err, c.want)
			}
			if *requests != c.requests {
				t.Errorf("%d requests, want %d", *requests, c.requests)
			}
		})
	}
}

func TestLookupStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	client, requests := catalogue(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		reply(t, w, http.StatusServiceUnavailable, "")
		cancel()
	})
	if _, err := client.Lookup(ctx, known); err == nil {
		t.Error("Lookup() succeeded after cancellation")
	}
	if *requests > 2 {
		t.Errorf("%d requests after cancellation", *requests)
	}
}
