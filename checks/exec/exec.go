// Package exec runs the commands of the repository under audit: its tests, its
// build. That is foreign code, so each command gets a process group of its own
// that dies with its deadline, an environment without credentials, and no input.
//
// What it cannot do: a process that leaves its group (setsid) outlives the
// command. Its pipes are closed all the same, so that it never holds up the audit.
package exec

import (
	"context"
	"errors"
	"fmt"
	"os"
	osexec "os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/backend-conformance/conformance/checks/check"
)

// DefaultTimeout is the deadline of one command where none is given; it is also
// how long `go test` itself is patient with one package.
const DefaultTimeout = 10 * time.Minute

// Options say how commands run.
type Options struct {
	// Timeout is the deadline of each command, counted from its start; 0 means
	// DefaultTimeout. A deadline of the context holds besides.
	Timeout time.Duration
	// Grace lies between the request to stop and the kill; 0 means two seconds.
	Grace time.Duration
	// Keep names further environment variables that commands may see.
	Keep []string
}

// Runner is the check.Runner of this package.
type Runner struct {
	timeout, grace time.Duration
	keep           []string
}

var _ check.Runner = (*Runner)(nil)

// New makes a runner.
func New(opts Options) *Runner {
	r := &Runner{timeout: opts.Timeout, grace: opts.Grace, keep: opts.Keep}
	if r.timeout <= 0 {
		r.timeout = DefaultTimeout
	}
	if r.grace <= 0 {
		r.grace = 2 * time.Second
	}
	return r
}

// Timeout is the deadline of each command.
func (r *Runner) Timeout() time.Duration { return r.timeout }

// Run runs the command to its end or to its deadline and leaves no process of
// its group behind. It errs only when the command could not be started; a
// command that was stopped because ctx was cancelled has exit code -1.
func (r *Runner) Run(ctx context.Context, c check.Command) (check.Result, error) {
	if len(c.Args) == 0 {
		return check.Result{}, errors.New("run command: no program is named")
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()

	cmd := osexec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Dir = c.Dir
	cmd.Env = append(scrub(os.Environ(), r.keep), c.Env...)
	stdout, stderr := &lines{emit: c.Stdout}, &tail{limit: stderrLimit}
	cmd.Stdout, cmd.Stderr = stdout, stderr

	var stopped atomic.Bool
	group := newGroup(cmd)
	cmd.Cancel = func() error {
		stopped.Store(true)
		group.terminate()
		time.AfterFunc(r.grace, group.kill)
		return nil
	}
	// After the leader's end, children that hold its pipes get this long to let go.
	cmd.WaitDelay = r.grace + time.Second

	if err := cmd.Start(); err != nil {
		return check.Result{}, fmt.Errorf("start %s: %w", c.Args[0], err)
	}
	err := cmd.Wait()
	group.kill()
	stdout.flush()
	return check.Result{
		ExitCode: exitCode(cmd, err),
		TimedOut: stopped.Load() && errors.Is(ctx.Err(), context.DeadlineExceeded),
		Stderr:   stderr.String(),
	}, nil
}

// exitCode is the process's own; -1 where a signal or the deadline ended it.
func exitCode(cmd *osexec.Cmd, err error) int {
	if cmd.ProcessState == nil {
		return -1
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 || err == nil || errors.Is(err, osexec.ErrWaitDelay) {
		return code
	}
	return -1
}

// kept are the variables that a Go build or test needs and that carry no
// credentials by convention; everything else stays out. LC_* is kept as well.
var kept = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "LANG", "TZ", "XDG_CACHE_HOME",
	"GOPATH", "GOROOT", "GOCACHE", "GOMODCACHE", "GOTMPDIR", "GOENV", "GOFLAGS", "GOWORK", "GOEXPERIMENT",
	"GOPROXY", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOVULNDB", "GOTOOLCHAIN", "GOOS", "GOARCH", "GOMAXPROCS",
	"CGO_ENABLED", "CC", "CXX", "PKG_CONFIG_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "DOCKER_HOST",
	// Windows cannot start a process without these.
	"SYSTEMROOT", "WINDIR", "PATHEXT", "COMSPEC", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "TEMP", "TMP",
}

// scrub drops every variable that is not known to be harmless and needed.
func scrub(environ, extra []string) []string {
	allowed := map[string]bool{}
	for _, names := range [][]string{kept, extra} {
		for _, n := range names {
			allowed[strings.ToUpper(n)] = true
		}
	}
	var out []string
	for _, kv := range environ {
		name, _, ok := strings.Cut(kv, "=")
		if ok && (allowed[strings.ToUpper(name)] || strings.HasPrefix(name, "LC_")) {
			out = append(out, kv)
		}
	}
	// A build must never stop to ask for a password.
	return append(out, "GIT_TERMINAL_PROMPT=0")
}
