package a

import (
	"net/http"
	_ "net/http/pprof"
)

// Undecided: a port for operators.
func profiles(addr string) { _ = http.ListenAndServe(addr, nil) }
