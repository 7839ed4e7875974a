// A tool: it runs once, and no handler is in it.
package main

import (
	"os"
	"regexp"
)

func main() { bump(os.Args[0]) }

func bump(version string) string {
	return regexp.MustCompile(`v(\d+)`).FindString(version)
}
