package a

import (
	"errors"
	"fmt"
	"log"
)

// Undecided: nobody looks into these, they are printed.
func printed(lines chan any) {
	err := errors.New("x")
	log.Print(fmt.Errorf("a: %v", err))
	lines <- fmt.Errorf("b: %v", err)
	panic(fmt.Errorf("c: %v", err))
}
