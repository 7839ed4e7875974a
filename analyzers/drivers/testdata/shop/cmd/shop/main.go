package main

import (
	"fmt"
	"os"
)

func main() {
	os.Chdir("/srv")
	if len(os.Args) > 1 {
		os.Exit(2)
	}
	fmt.Println("ready")
}
