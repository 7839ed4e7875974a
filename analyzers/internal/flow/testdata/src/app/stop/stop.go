// Package stop gives up in various ways.
package stop

import (
	"log"
	"os"
)

func Fatal(err error) { // want "Fatal never returns"
	log.Fatal(err)
}

func Maybe(err error) {
	if err != nil {
		os.Exit(1)
	}
}

// Either way it ends.
func Either(ok bool) { // want "Either never returns"
	if ok {
		os.Exit(0)
	}
	panic("not ok")
}

// Caught comes back, because what it defers recovers.
func Caught() {
	defer func() { _ = recover() }()
	panic("caught")
}
