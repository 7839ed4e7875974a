package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// private is a server of our own: its files and its socket lie in a folder that
// close removes, and nothing listens on the network. Should this program end
// without a word, a guardian does the same.
type private struct {
	dir      string
	as       account
	process  *exec.Cmd
	exited   chan struct{}
	guardian *exec.Cmd
	// leash ends the guardian's waiting when it is closed, by us or by our end.
	leash io.Closer
	// said is the end of what the server wrote about itself.
	said tail
	// room bounds the files; full says that the server was stopped for them.
	room atomic.Int64
	full atomic.Bool
}

// Limits on servers.
const (
	startTimeout = 90 * time.Second
	stopTimeout  = 5 * time.Second
	pollEvery    = 10 * time.Millisecond
	weighEvery   = 250 * time.Millisecond
	// roomForFiles is what a server may write before it is stopped.
	roomForFiles = 2 << 30
	// longestSocket is what the name of a socket may have on every Unix.
	longestSocket = 103
)

// newPrivate makes the folder, which belongs to whoever runs the server. The
// server is going to note its process in pidFile, below the folder.
func newPrivate(prefix, socket, pidFile string) (*private, error) {
	as, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent(as, prefix, socket), prefix)
	if err != nil {
		return nil, fmt.Errorf("make a folder for the server: %w", err)
	}
	p := &private{dir: dir, as: as}
	p.room.Store(roomForFiles)
	if err := as.own(dir); err != nil {
		p.close()
		return nil, fmt.Errorf("hand the server's folder to an unprivileged user: %w", err)
	}
	if err := p.watch(pidFile); err != nil {
		p.close()
		return nil, fmt.Errorf("watch over the server: %w", err)
	}
	return p, nil
}

// parent is where temporary files belong, unless a socket in there would have
// too long a name or the account cannot get to it.
func parent(as account, prefix, socket string) string {
	dir := os.TempDir()
	if len(filepath.Join(dir, prefix+"0123456789", socket)) <= longestSocket && as.reaches(dir) {
		return dir
	}
	return "/tmp"
}

// command is a program with nothing of our environment.
func (p *private) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = p.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=" + p.dir}
	p.as.apply(cmd)
	return cmd
}

// guard is what the guardian runs: it waits for the leash, then ends the server
// that the file names, if it still runs, and removes the folder.
const guard = `read _
pid=$(head -n 1 "$2" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.2; done
kill -KILL "$pid" 2>/dev/null
cd / && rm -rf "$1"`

// watch starts the guardian.
func (p *private) watch(pidFile string) error {
	guardian := p.command("/bin/sh", "-c", guard, "sh", p.dir, filepath.Join(p.dir, pidFile))
	leash, err := guardian.StdinPipe()
	if err != nil {
		return err
	}
	if err := guardian.Start(); err != nil {
		return err
	}
	p.guardian, p.leash = guardian, leash
	return nil
}

// serve starts the server.
func (p *private) serve(server *exec.Cmd) error {
	server.Stderr, server.WaitDelay = &p.said, time.Second
	if err := server.Start(); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	p.process, p.exited = server, make(chan struct{})
	go func() {
		_ = server.Wait() // how it ends matters to nobody
		close(p.exited)
	}()
	go p.weigh(server)
	return nil
}

// weigh stops a server whose files have outgrown their room.
func (p *private) weigh(server *exec.Cmd) {
	tick := time.NewTicker(weighEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.exited:
			return
		case <-tick.C:
		}
		if p.size() > p.room.Load() {
			p.full.Store(true)
			stop(server)
			return
		}
	}
}

func (p *private) size() (total int64) {
	_ = filepath.WalkDir(p.dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // files come and go
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}

// gone says why the server is no more; nil where it still runs.
func (p *private) gone() error {
	select {
	case <-p.exited:
	default:
		return nil
	}
	if p.full.Load() {
		return fmt.Errorf("the server was stopped because its files grew over %d MiB", p.room.Load()>>20)
	}
	return errors.New("the server ended by itself" + p.said.error())
}

// explain puts the server's end in the place of what a connection made of it.
func (p *private) explain(err error) error {
	if err == nil || p.exited == nil {
		return err
	}
	select { // the connection may notice first
	case <-p.exited:
	case <-time.After(stopTimeout / 10):
	}
	if gone := p.gone(); gone != nil {
		return gone
	}
	return err
}

// await tries to connect until the server answers.
func (p *private) await(ctx context.Context, connect func() error) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if connect() == nil {
			p.said.forget() // refusals while it was starting
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server did not answer in time: %w", ctx.Err())
		case <-p.exited:
			return errors.New("the server ended while it was starting" + p.said.error())
		case <-tick.C:
		}
	}
}

// close stops the server and removes its folder. It may be called twice.
func (p *private) close() {
	if p.process != nil {
		stop(p.process)
		select {
		case <-p.exited:
		case <-time.After(stopTimeout):
			_ = p.process.Process.Kill() // its children notice and follow
			<-p.exited
		}
		p.process = nil
	}
	_ = os.RemoveAll(p.dir) // a folder that cannot be removed is left to the system
	if p.guardian != nil {
		_ = p.guardian.Process.Kill() // its work is done
		_ = p.leash.Close()
		_ = p.guardian.Wait()
		p.guardian = nil
	}
}

// runLimited runs a command to its end, or kills it when the time is up.
func runLimited(ctx context.Context, cmd *exec.Cmd) error {
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("%w: %s", err, lastLine(out.String()))
		}
		return nil
	case <-ctx.Done():
		_ = cmd.Process.Kill() // it may have ended just now
		<-done
		return ctx.Err()
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	t.text = t.text[max(0, len(t.text)-4096):]
	return len(b), nil
}

func (t *tail) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = nil
}

// error is ": " and the first line that tells of an error, or nothing.
func (t *tail) error() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for line := range strings.Lines(string(t.text)) {
		for _, mark := range []string{"[ERROR] ", "FATAL:  ", "PANIC:  "} {
			if _, what, found := strings.Cut(line, mark); found {
				return ": " + oneLine(what)
			}
		}
	}
	return ""
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}

func isProgram(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0
}
