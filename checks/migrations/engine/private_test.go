//go:build unix

package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/backend-conformance/conformance/checks/migrations/engine/wire"
)

// machine is a server of either kind.
type machine struct {
	name string
	*private
	open func(context.Context) (database, error)
	run  func(context.Context, []Step) Result
}

// machines starts one server of each kind that is installed.
func machines(t *testing.T, f func(*testing.T, machine)) {
	t.Run("PostgreSQL", func(t *testing.T) {
		c := cluster(t)
		f(t, machine{"PostgreSQL", c.private, func(ctx context.Context) (database, error) { return c.open(ctx) }, c.Run})
	})
	t.Run("MySQL", func(t *testing.T) {
		m := mysqlServer(t)
		f(t, machine{"MySQL", m.private, func(ctx context.Context) (database, error) { return m.open(ctx) }, m.Run})
	})
}

// dying is a database whose server ends when the n-th statement comes.
type dying struct {
	database
	n    int
	kill func()
}

func (d *dying) exec(ctx context.Context, s Statement) error {
	if d.n--; d.n == 0 {
		d.kill()
	}
	return d.database.exec(ctx, s)
}

func TestServer_EndsMidway(t *testing.T) {
	machines(t, func(t *testing.T, m machine) {
		db, err := m.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d := &dying{db, 5, func() { stop(m.process); <-m.exited }}
		got := verdicts(run(t.Context(), d, steps("CREATE TABLE a (x int)", "DROP TABLE a", "CREATE TABLE b (x int)", "DROP TABLE b", "CREATE TABLE c (x int)", "DROP TABLE c")))
		gaveUp := "not run: " + db.name() + " gave up at migration 2: the server ended by itself"
		if diff := cmp.Diff([]string{"restored", gaveUp, gaveUp}, got); diff != "" {
			t.Errorf("verdicts (-want +got):\n%s", diff)
		}
		if got := verdicts(m.run(t.Context(), steps("CREATE TABLE a (x int)", "DROP TABLE a"))); !cmp.Equal(got, []string{"not run: the server ended by itself"}) {
			t.Errorf("the next run gives %v", got)
		}
	})
}

func TestServer_RoomForFiles(t *testing.T) {
	machines(t, func(t *testing.T, m machine) {
		m.room.Store(1 << 20) // less than it has already
		<-m.exited
		want := []string{"not run: the server was stopped because its files grew over 1 MiB"}
		if diff := cmp.Diff(want, verdicts(m.run(t.Context(), steps("CREATE TABLE a (x int)", "DROP TABLE a")))); diff != "" {
			t.Errorf("verdicts (-want +got):\n%s", diff)
		}
	})
}

// TestServer_Binary: what is no text is refused or fails; the server goes on.
func TestServer_Binary(t *testing.T) {
	machines(t, func(t *testing.T, m machine) {
		for _, text := range []string{"\x00\x01\x02\xff\xfe", "SELECT '\x00'", "CREATE TABLE \xc3\x28 (x int)", "\x7fELF\x02\x01\x01\x00;", strings.Repeat("(", 200_000)} {
			one := []Step{{Title: "1", Up: &Script{Statements: []Statement{{Text: text}}}, Down: script("SELECT 1")}}
			got := verdicts(m.run(t.Context(), append(one, steps("CREATE TABLE a (x int)", "DROP TABLE a")...)))
			if got[0] == "restored" && !strings.Contains(text, "'") || strings.Contains(got[0], "gave up") || strings.Contains(got[0], "\n") || len(got[0]) > 2000 {
				t.Errorf("%.20q gives %.300q", text, got[0])
			}
		}
		if got := verdicts(m.run(t.Context(), steps("CREATE TABLE a (x int)", "DROP TABLE a"))); !cmp.Equal(got, []string{"restored"}) {
			t.Errorf("after that: %v", got)
		}
	})
}

// TestServer_NoPlace: where nothing can be written there is no server, and one line.
func TestServer_NoPlace(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	p, err := newPrivate("conformance-", "s", "pid")
	if err == nil { // root's servers go where another user can get to
		p.close()
		if os.Geteuid() != 0 {
			t.Error("a folder was made where there is no place")
		}
		return
	}
	if !strings.HasPrefix(err.Error(), "make a folder for the server: ") {
		t.Errorf("got %v", err)
	}
}

// TestFailures_Environment: a full disk and its like prove nothing about a script.
func TestFailures_Environment(t *testing.T) {
	db := &mysqlDB{conn: &wire.Conn{Version: "10.11.6-MariaDB"}}
	for _, f := range []*failure{
		postgresFailure(&pgconn.PgError{Code: "53100", Message: "could not extend file: No space left on device"}),
		postgresFailure(&pgconn.PgError{Code: "57014", Message: "canceling statement due to statement timeout"}),
		db.failure(&wire.ServerError{Code: 1114, Message: "The table 'a' is full"}, "ALTER TABLE a ADD b int, LOCK = NONE"),
		db.failure(&wire.ServerError{Code: 1021, Message: "Disk full"}, "ALTER TABLE a ADD b int, LOCK = NONE"),
		db.failure(&wire.ServerError{Code: 1064, Message: "You have an error in your SQL syntax"}, "ALTER TABLE a ADD b int, LOCK = NONE"),
	} {
		if !f.environment {
			t.Errorf("%s is held against the script", f.message)
		}
	}
}

// crashes names the server that the test's own child starts and leaves running.
const crashes = "CONFORMANCE_TEST_CRASH"

// TestServer_Abandoned is the child of the test below.
func TestServer_Abandoned(t *testing.T) {
	var p *private
	switch os.Getenv(crashes) {
	case "PostgreSQL":
		p = cluster(t).private
	case "MySQL":
		p = mysqlServer(t).private
	default:
		t.Skip("the child of TestServer_Crash")
	}
	fmt.Printf("%s %d\n", p.dir, p.process.Process.Pid)
	select {}
}

// TestServer_Crash: when this program is killed, its server and its files go too.
func TestServer_Crash(t *testing.T) {
	for _, name := range []string{"PostgreSQL", "MySQL"} {
		t.Run(name, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestServer_Abandoned$", "-test.v")
			child.Env = append(os.Environ(), crashes+"="+name)
			out, err := child.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			dir, pid := "", 0
			for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
				if _, err := fmt.Sscanf(lines.Text(), "%s %d", &dir, &pid); err != nil || !strings.HasPrefix(dir, "/") {
					dir = ""
				}
			}
			_ = child.Process.Kill()
			_ = child.Wait()
			if dir == "" {
				t.Skip("skipped: no server")
			}
			gone(t, dir, pid)
		})
	}
}

// gone waits until neither the folder nor the process is left.
func gone(t *testing.T, dir string, pid int) {
	t.Helper()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-tick.C {
		_, err := os.Stat(dir)
		if os.IsNotExist(err) && (errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || zombie(pid)) {
			return
		}
	}
	t.Errorf("folder %s or process %d is still there", dir, pid)
}

// zombie reports whether a process has ended and nobody has asked how.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}
