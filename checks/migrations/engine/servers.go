package engine

import (
	"context"

	"github.com/backend-conformance/conformance/checks/sql"
)

// Servers are what one audit executes scripts on. Each server is started when
// the first script for it comes, and serves all that follow until Close.
type Servers struct {
	// Progress is told what is going on.
	Progress func(phase string)
	// Scratch is used for scripts of its dialect instead of a server of our own;
	// nil where the user named none.
	Scratch *Scratch
	inUse   *Built // of Scratch, which is but one database

	postgres, mysql lazy
	kept            []*Built
}

// runner takes steps through a database of their own.
type runner interface {
	Run(context.Context, []Step) Result
	Close()
}

// lazy is a server that may not be there yet; reason says why it cannot be.
type lazy struct {
	runner runner
	reason string
}

// Run takes the steps up, down and up again on a database of the dialect. What
// Built of the result is, Close closes.
func (s *Servers) Run(ctx context.Context, d sql.Dialect, steps []Step) Result {
	var r Result
	switch {
	case s.Scratch != nil && s.Scratch.dialect == d:
		if s.inUse != nil {
			s.inUse.Close()
		}
		r = s.Scratch.Run(ctx, steps)
		s.inUse = r.Built
	case d == sql.SQLite:
		r = SQLite(ctx, steps)
	case d == sql.MySQL:
		r = s.mysql.run(ctx, steps, func() (runner, error) { s.Progress("start MySQL"); return started(StartMySQL(ctx)) })
	default:
		r = s.postgres.run(ctx, steps, func() (runner, error) { s.Progress("start PostgreSQL"); return started(StartCluster(ctx)) })
	}
	if r.Built != nil {
		s.kept = append(s.kept, r.Built)
	}
	return r
}

// started keeps a nil server out of the interface.
func started[S runner](server S, err error) (runner, error) {
	if err != nil {
		return nil, err
	}
	return server, nil
}

func (l *lazy) run(ctx context.Context, steps []Step, start func() (runner, error)) Result {
	if l.runner == nil && l.reason == "" {
		r, err := start()
		if err != nil {
			l.reason = err.Error()
		}
		l.runner = r
	}
	if l.runner == nil {
		return NotRunAll(steps, l.reason)
	}
	return l.runner.Run(ctx, steps)
}

// Close gives up every database and stops the servers. It may be called twice.
func (s *Servers) Close() {
	for _, b := range s.kept {
		b.Close()
	}
	s.kept = nil
	for _, l := range []*lazy{&s.postgres, &s.mysql} {
		if l.runner != nil {
			l.runner.Close()
			l.runner, l.reason = nil, "the server was stopped"
		}
	}
}
