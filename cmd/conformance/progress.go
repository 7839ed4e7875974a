package main

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// progress shows the current phase on one line of a terminal and wipes it in
// the end. Anywhere else it says nothing, so that logs stay clean.
type progress struct {
	w       io.Writer
	enabled bool
	mu      sync.Mutex
	drawn   bool
}

func newProgress(w io.Writer) *progress {
	return &progress{w: w, enabled: isTerminal(w) && os.Getenv("TERM") != "dumb"}
}

func (p *progress) show(phase string) {
	if !p.enabled {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drawn = true
	fmt.Fprintf(p.w, "\r\x1b[K· %s …", phase)
}

func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
