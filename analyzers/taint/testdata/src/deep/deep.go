// Package deep holds what a search must survive: recursion and cycles.
package deep

import (
	"net/http"
	"os"
)

type node struct {
	next *node
	name string
}

func (n *node) last(depth int) string {
	if n.next == nil {
		return n.name
	}
	return n.next.last(depth + 1)
}

func even(s string, n int) string {
	if n == 0 {
		return s
	}
	return odd(s+"a", n-1)
}

func odd(s string, n int) string { return even(s+"b", n-1) }

func handler(w http.ResponseWriter, r *http.Request) {
	head := &node{}
	for i := 0; i < 3; i++ {
		head = &node{next: head, name: "fixed"}
	}
	_, _ = os.Open(head.last(0))
	_, _ = os.Open(even(r.FormValue("name"), 4)) // want `r.FormValue\("name"\) reaches os.Open`
}

type reader interface{ open(name string) }

type disk struct{}

func (disk) open(name string) {
	_, _ = os.Open(name) // want `r.FormValue\("file"\) reaches os.Open`
}

func through(re reader) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { re.open(r.FormValue("file")) }
}

var recent = map[string]string{}

func remember(w http.ResponseWriter, r *http.Request) { recent["last"] = r.FormValue("last") }

func recall(w http.ResponseWriter, r *http.Request) {
	_, _ = os.Open(recent["last"]) // want `r.FormValue\("last"\) reaches os.Open`
}
