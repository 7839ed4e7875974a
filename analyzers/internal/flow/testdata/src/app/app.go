package app

import (
	"errors"
	"log"
	"log/slog"

	"app/stop"
)

func named() { // want "named never returns"
	stop.Fatal(errors.New("no"))
}

func maybe() { stop.Maybe(nil) }

// ping and pong call each other: which of them ends first cannot be told.
func ping(n int) {
	if n > 0 {
		pong(n)
	}
}

func pong(n int) { ping(n - 1) }

type server struct{ log *log.Logger }

func (s server) fail(err error) { // want "fail never returns"
	s.log.Fatalf("fail: %v", err)
}

// An interface's method may be anything.
type logger interface{ Fatal(args ...any) }

func through(l logger) { l.Fatal("no") }

func onlyLogs() { slog.Error("no") }

func forever() { // want "forever never returns"
	for {
	}
}

func generic[T any](v T) { // want "generic never returns"
	log.Panic(v)
}

func instance() { // want "instance never returns"
	generic(1)
}
