package a

import (
	"fmt"
	"log"
	"log/slog"
	"net/http"
)

func handler(w http.ResponseWriter, r *http.Request) {
	slog.Info("x")
	log.Printf("x") // want `log.Printf prints a line while handler handles a request`
	helper()
}

func helper() {
	fmt.Println("x") // want `fmt.Println prints a line while handler handles a request`
}

func setup() {
	log.Println("listening")
}
