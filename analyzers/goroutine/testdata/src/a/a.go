// Package a starts goroutines.
package a

import (
	"context"
	"net/http"
	"os"
	"sync"
)

type mailer struct{ hooks []string }

func (m *mailer) send(to string) {}

func (m *mailer) sendWith(ctx context.Context, to string) {}

func (m *mailer) pump() {
	for {
		m.send("")
	}
}

func (m *mailer) handle(w http.ResponseWriter, r *http.Request) {
	go m.send("a")                           // want `handle starts a goroutine for each request`
	go func() { m.send("b") }()              // want `handle starts a goroutine for each request`
	go m.sendWith(r.Context(), "c")          // called off with the request
	go m.sendWith(context.Background(), "c") // want `handle starts a goroutine for each request`
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 1)
		defer cancel()
		m.sendWith(ctx, "d")
	}()
	go m.pump()             // whether it ends is not known
	go http.Get("http://x") // out of sight
}

func quit(w http.ResponseWriter, r *http.Request, s *http.Server) {
	go func() { os.Exit(0) }()
	go func() { s.ListenAndServe() }() // has its own way to stop
}

func (m *mailer) waits(w http.ResponseWriter, r *http.Request) {
	done := make(chan bool)
	go func() { m.send("a"); done <- true }()
	<-done
}

func (m *mailer) listens(w http.ResponseWriter, r *http.Request, stop chan bool) {
	go func() {
		for range stop {
			m.send("a")
		}
	}()
}

func all(m *mailer, to []string) {
	var wg sync.WaitGroup
	for _, t := range to {
		wg.Add(1)
		go func() { // want `all starts a goroutine for each element`
			defer wg.Done()
			m.send(t)
		}()
	}
	for i := 0; i < len(to); i++ {
		go m.send(to[i]) // want `all starts a goroutine for each element`
	}
	for _, t := range to {
		wg.Go(func() { m.send(t) }) // want `all starts a goroutine for each element`
	}
	wg.Wait()
}

func bounded(m *mailer, to []string) {
	sem := make(chan struct{}, 4)
	for _, t := range to {
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			m.send(t)
		}()
	}
}

func few(m *mailer, to []string) {
	kinds := []string{"a", "b"}
	for _, k := range kinds {
		go m.send(k)
	}
	for _, k := range []string{"a", "b"} {
		go m.send(k)
	}
	for range 4 {
		go m.send("worker")
	}
	for _, h := range m.hooks {
		go m.send(h)
	}
	if len(to) > 10 {
		return
	}
	for _, t := range to {
		go m.send(t)
	}
}

func withContext(ctx context.Context, m *mailer, to []string) {
	for _, t := range to {
		go m.sendWith(ctx, t)
	}
}

func start(m *mailer, to []string) {
	for _, t := range to {
		go m.send(t)
	}
}
