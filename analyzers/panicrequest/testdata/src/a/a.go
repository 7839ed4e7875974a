package a

import (
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
