package a

import "log"

// Undecided: it was made for whoever reads it first.
func firstStart(password string) {
	log.Printf("User admin initialized with randomly generated password: %s", password)
}
