package main

import "net/http"

// Undecided: whoever calls a tool may interrupt it.
func main() { _, _ = http.Get("https://example.com/schema.json") }
