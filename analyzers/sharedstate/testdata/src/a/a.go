package a

import (
	"net/http"
	"sync"
)

var (
	users  = map[string]string{}
	list   []string
	next   int
	mu     sync.Mutex
	config = struct{ limit int }{}
)

func bad(w http.ResponseWriter, r *http.Request) {
	users["a"] = "b"         // want `users is written while bad handles a request`
	list = append(list, "x") // want `list is written`
	next++                   // want `next is written`
	remove("a")
}

func remove(id string) {
	delete(users, id) // want `users is written while bad handles a request`
}

func good(w http.ResponseWriter, r *http.Request) {
	mu.Lock()
	defer mu.Unlock()
	users["a"] = "b"
	local := map[string]string{}
	local["a"] = "b"
}

func setup() {
	users["admin"] = "x"
}
