//go:build unix

package exec

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/backend-conformance/conformance/checks/check"
)

// sh runs a script and collects its lines.
func sh(t *testing.T, r *Runner, script string) (check.Result, []string) {
	t.Helper()
	var out []string
	res, err := r.Run(context.Background(), check.Command{
		Dir: t.TempDir(), Args: []string{"sh", "-c", script}, Stdout: func(l string) { out = append(out, l) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return res, out
}

func TestRun_linesExitCodeAndStderr(t *testing.T) {
	res, out := sh(t, New(Options{}), `echo one; printf 'two\r\n'; printf three; echo oops >&2; exit 3`)
	if want := []string{"one", "two", "three"}; !slices.Equal(out, want) {
		t.Errorf("lines %q, want %q", out, want)
	}
	if res.ExitCode != 3 || res.TimedOut || res.Stderr != "oops\n" {
		t.Errorf("got %+v", res)
	}
}

func TestRun_stderrKeepsTheEnd(t *testing.T) {
	res, _ := sh(t, New(Options{}), `i=0; while [ $i -lt 4000 ]; do echo "line $i 0123456789012345678901234567890123456789012345678901234567890" >&2; i=$((i+1)); done`)
	if len(res.Stderr) != stderrLimit || !strings.Contains(res.Stderr, "line 3999 ") {
		t.Errorf("kept %d bytes ending %q", len(res.Stderr), res.Stderr[max(0, len(res.Stderr)-20):])
	}
}

func TestRun_aLineWithoutEndIsCut(t *testing.T) {
	_, out := sh(t, New(Options{}), `head -c 3000000 /dev/zero | tr '\0' x; echo; echo after`)
	if len(out) != 2 || len(out[0]) != lineLimit || out[1] != "after" {
		t.Errorf("got %d lines", len(out))
	}
}

func TestRun_noInput(t *testing.T) {
	if res, out := sh(t, New(Options{}), `cat; echo done`); res.ExitCode != 0 || !slices.Equal(out, []string{"done"}) {
		t.Errorf("got %+v %q", res, out)
	}
}

func TestRun_environmentIsScrubbed(t *testing.T) {
	t.Setenv("API_TOKEN", "t0ps3cret")
	t.Setenv("TEST_DSN", "postgres://x")
	t.Setenv("LC_ALL", "C")
	var out []string
	_, err := New(Options{Keep: []string{"TEST_DSN"}}).Run(context.Background(), check.Command{
		Dir: t.TempDir(), Args: []string{"env"}, Env: []string{"EXTRA=1"}, Stdout: func(l string) { out = append(out, l) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"TEST_DSN=postgres://x", "LC_ALL=C", "EXTRA=1", "GIT_TERMINAL_PROMPT=0", "PATH=" + os.Getenv("PATH")} {
		if !slices.Contains(out, want) {
			t.Errorf("environment lacks %s", want)
		}
	}
	if slices.ContainsFunc(out, func(l string) bool { return strings.Contains(l, "t0ps3cret") }) {
		t.Error("a token reached the command")
	}
}

func TestRun_cannotStart(t *testing.T) {
	_, err := New(Options{}).Run(context.Background(), check.Command{Dir: t.TempDir(), Args: []string{"no-such-program"}})
	if err == nil || !strings.HasPrefix(err.Error(), "start no-such-program: ") {
		t.Errorf("got %v", err)
	}
}

// pids reads what the script noted about itself and its children.
func pids(t *testing.T, file string) []int {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int
	for _, f := range strings.Fields(string(data)) {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, n)
	}
	return ids
}

// gone waits until no process has the id any more; a killed one whose parent is
// gone has yet to be reaped by init.
func gone(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || zombie(pid) {
			return
		}
	}
	t.Errorf("process %d still runs", pid)
}

func zombie(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestRun_deadlineKillsTheGroup(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pids")
	script := `
trap '' TERM
(trap '' TERM; echo $$ >/dev/null; exec sleep 600) & echo $! >>` + file + `
sh -c 'trap "" TERM; sleep 600 & echo $! >>` + file + `; wait' & echo $! >>` + file + `
echo $$ >>` + file + `
echo started
while :; do sleep 600; done`
	start := time.Now()
	res, out := sh(t, New(Options{Timeout: 700 * time.Millisecond, Grace: 100 * time.Millisecond}), script)
	if !res.TimedOut || res.ExitCode != -1 {
		t.Errorf("got %+v", res)
	}
	if d := time.Since(start); d > 8*time.Second {
		t.Errorf("took %s", d)
	}
	if !slices.Equal(out, []string{"started"}) {
		t.Errorf("lines %q", out)
	}
	ids := pids(t, file)
	if len(ids) != 4 {
		t.Fatalf("got %d processes, want 4", len(ids))
	}
	for _, id := range ids {
		gone(t, id)
	}
}

func TestRun_childThatHoldsThePipeDoesNotHoldUp(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pids")
	start := time.Now()
	res, _ := sh(t, New(Options{Grace: 100 * time.Millisecond}), `sleep 600 & echo $! >`+file+`; exit 0`)
	if res.TimedOut || res.ExitCode != 0 {
		t.Errorf("got %+v", res)
	}
	if d := time.Since(start); d > 8*time.Second {
		t.Errorf("took %s", d)
	}
	gone(t, pids(t, file)[0])
}

func TestRun_cancelIsNoTimeout(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	res, err := New(Options{Grace: 100 * time.Millisecond}).Run(ctx, check.Command{
		Dir: t.TempDir(), Args: []string{"sh", "-c", "echo up; sleep 600"}, Stdout: func(string) { cancel() },
	})
	if err != nil || res.TimedOut || res.ExitCode != -1 {
		t.Errorf("got %+v, %v", res, err)
	}
}
