// Package b tries three times.
package b

import "net/http"

func get(url string) {
	for range 3 {
		if _, err := http.Get(url); err == nil {
			return
		}
	}
	for i := 0; i < 3; i++ {
		if _, err := http.Get(url); err == nil {
			return
		}
	}
}
