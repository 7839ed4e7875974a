package a

import (
	"log"
	"net/http"
	"os"
)

func open() {
	log.Fatal("x") // want `log.Fatal ends the process inside open`
}

func handler(w http.ResponseWriter, r *http.Request) {
	os.Exit(1) // want `os.Exit ends the service while handler handles a request`
}

func mustOpen() {
	log.Fatalln("x")
}

func init() {
	os.Exit(1)
}

func exitOnError(err error) {
	if err != nil {
		os.Exit(1)
	}
}
