package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Cluster is a PostgreSQL server of our own: its files and its socket lie in a
// private folder that Close removes, and nothing listens on the network.
type Cluster struct {
	dir     string
	version string
	server  *exec.Cmd
	exited  chan struct{}
	admin   *pgconn.PgConn
	count   int
}

// ErrNoServer means that no PostgreSQL server is installed.
var ErrNoServer = errors.New("no PostgreSQL server was found on PATH or in /usr/lib/postgresql; install one to have the migrations executed")

// Limits on starting and stopping the server.
const (
	startTimeout = 90 * time.Second
	stopTimeout  = 5 * time.Second
	pollEvery    = 20 * time.Millisecond
)

// serverFolders are where distributions put the server's programs, which they
// mostly leave out of PATH.
var serverFolders = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/libexec/postgresql*"}

// findServer is the folder with initdb and postgres; of several the newest.
func findServer() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil && isProgram(filepath.Join(filepath.Dir(real), "postgres")) {
			return filepath.Dir(real), nil
		}
	}
	var found []string
	for _, pattern := range serverFolders {
		dirs, _ := filepath.Glob(pattern) // the patterns are constant and well-formed
		for _, d := range dirs {
			if isProgram(filepath.Join(d, "initdb")) && isProgram(filepath.Join(d, "postgres")) {
				found = append(found, d)
			}
		}
	}
	if len(found) == 0 {
		return "", ErrNoServer
	}
	sort.Slice(found, func(i, j int) bool { // 9.6 before 15: the longer name is the newer
		if len(found[i]) != len(found[j]) {
			return len(found[i]) < len(found[j])
		}
		return found[i] < found[j]
	})
	return found[len(found)-1], nil
}

func isProgram(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0
}

// StartCluster makes and starts a server. It errs with ErrNoServer where none
// is installed.
func StartCluster(ctx context.Context) (*Cluster, error) {
	bin, err := findServer()
	if err != nil {
		return nil, err
	}
	account, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "conformance-pg-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the server: %w", err)
	}
	c := &Cluster{dir: dir}
	if err := c.start(ctx, bin, account); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, bin string, as account) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := as.own(c.dir); err != nil {
		return fmt.Errorf("hand the server's folder to an unprivileged user: %w", err)
	}
	data := filepath.Join(c.dir, "data")
	init := c.command(filepath.Join(bin, "initdb"), as, "-D", data, "-U", "admin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if err := runLimited(ctx, init); err != nil {
		return fmt.Errorf("set up a PostgreSQL cluster: %w", err)
	}
	c.server = c.command(filepath.Join(bin, "postgres"), as, "-D", data, "-k", c.dir, "-h", "", "-F",
		"-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "autovacuum=off", "-c", "max_connections=8", "-c", "shared_buffers=32MB",
		"-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "max_wal_size=256MB", "-c", "temp_file_limit=256MB", "-c", "log_min_messages=fatal", "-c", "jit=off")
	if err := c.server.Start(); err != nil {
		c.server = nil
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	c.exited = make(chan struct{})
	go func() {
		_ = c.server.Wait() // how it ends matters to nobody
		close(c.exited)
	}()
	return c.await(ctx)
}

// command is a program with nothing of our environment.
func (c *Cluster) command(name string, as account, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	as.apply(cmd)
	return cmd
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

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}

// await connects as soon as the server answers.
func (c *Cluster) await(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		admin, err := c.connect(ctx, "admin", "postgres")
		if err == nil {
			c.admin, c.version = admin, admin.ParameterStatus("server_version")
			// Scripts run as a role that may create objects but not reach files or programs.
			return c.adminDo(ctx, "CREATE ROLE scratch LOGIN")
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not answer in time: %w", ctx.Err())
		case <-c.exited:
			return errors.New("PostgreSQL ended while it was starting")
		case <-tick.C:
		}
	}
}

func (c *Cluster) connect(ctx context.Context, user, name string) (*pgconn.PgConn, error) {
	config, err := pgconn.ParseConfig(fmt.Sprintf("host=%s port=5432 user=%s dbname=%s sslmode=disable connect_timeout=10", c.dir, user, name))
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	return pgconn.ConnectConfig(ctx, config)
}

func (c *Cluster) adminDo(ctx context.Context, text string) error {
	_, err := c.admin.Exec(ctx, text).ReadAll()
	return err
}

// Run takes the steps through a database of their own.
func (c *Cluster) Run(ctx context.Context, steps []Step) Result {
	db, err := c.open(ctx)
	if err != nil {
		return NotRunAll(steps, err.Error())
	}
	defer db.close()
	return run(ctx, db, steps)
}

// open makes an empty database and connects to it.
func (c *Cluster) open(ctx context.Context) (*postgresDB, error) {
	c.count++
	name := fmt.Sprintf("scratch%d", c.count)
	if err := c.adminDo(ctx, "CREATE DATABASE "+name+" OWNER scratch TEMPLATE template0"); err != nil {
		return nil, fmt.Errorf("PostgreSQL could not make a database: %w", err)
	}
	conn, err := c.connect(ctx, "scratch", name)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL did not let us in: %w", err)
	}
	db := &postgresDB{conn: conn, version: c.version}
	if err := db.prepare(ctx); err != nil {
		db.close()
		return nil, fmt.Errorf("PostgreSQL could not be prepared: %w", err)
	}
	return db, nil
}

// Close stops the server and removes its folder. It may be called twice.
func (c *Cluster) Close() {
	if c.admin != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_ = c.admin.Close(ctx) // the server goes down anyway
		cancel()
		c.admin = nil
	}
	if c.server != nil {
		stop(c.server)
		select {
		case <-c.exited:
		case <-time.After(stopTimeout):
			_ = c.server.Process.Kill() // its children notice and follow
			<-c.exited
		}
		c.server = nil
	}
	_ = os.RemoveAll(c.dir) // a folder that cannot be removed is left to the system
}
