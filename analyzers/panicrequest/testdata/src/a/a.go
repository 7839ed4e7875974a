package a

import (
	"crypto/rand"
	"io"
	"log"
	"net/http"
)

func handler(w http.ResponseWriter, r *http.Request) {
	if r == nil {
		panic("nil") // want `panic in handler, which handles requests`
	}
	switch r.Method {
	case "GET":
	default:
		panic("the router lets GET through only")
	}
	helper()
}

func helper() {
	log.Panicln("x") // want `log.Panicln in helper, which handler calls`
}

func recovers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == http.ErrAbortHandler {
				panic(p)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func setup() {
	panic("at start")
}

// Undecided: the system's random numbers, and what a comment rules out.
func issue(w http.ResponseWriter, r *http.Request) {
	token := make([]byte, 16)
	if _, err := io.ReadFull(rand.Reader, token); err != nil {
		panic(err)
	}
	if len(token) == 0 {
		// this must never happen
		panic("empty")
	}
}
