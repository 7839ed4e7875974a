package engine

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"sort"

	"github.com/jackc/pgx/v5/pgconn"
)

// Cluster is a PostgreSQL server of our own.
type Cluster struct {
	*private
	version string
	admin   *pgconn.PgConn
	count   int
}

// ErrNoServer means that no server of the dialect is installed.
var ErrNoServer = errors.New("no server was found")

var errNoPostgres = fmt.Errorf("%w on PATH or in /usr/lib/postgresql; install PostgreSQL to have the migrations executed", ErrNoServer)

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
		return "", errNoPostgres
	}
	sort.Slice(found, func(i, j int) bool { // 9.6 before 15: the longer name is the newer
		if len(found[i]) != len(found[j]) {
			return len(found[i]) < len(found[j])
		}
		return found[i] < found[j]
	})
	return found[len(found)-1], nil
}

// StartCluster makes and starts a server. It errs with ErrNoServer where none
// is installed.
func StartCluster(ctx context.Context) (*Cluster, error) {
	bin, err := findServer()
	if err != nil {
		return nil, err
	}
	home, err := newPrivate("conformance-pg-", ".s.PGSQL.5432", "data/postmaster.pid")
	if err != nil {
		return nil, err
	}
	c := &Cluster{private: home}
	if err := c.start(ctx, bin); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, bin string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	data := filepath.Join(c.dir, "data")
	init := c.command(filepath.Join(bin, "initdb"), "-D", data, "-U", "admin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if err := runLimited(ctx, init); err != nil {
		return fmt.Errorf("set up a PostgreSQL cluster: %w", err)
	}
	server := c.command(filepath.Join(bin, "postgres"), "-D", data, "-k", c.dir, "-h", "", "-F",
		"-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "autovacuum=off", "-c", "max_connections=16", "-c", "shared_buffers=32MB",
		"-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "max_wal_size=256MB", "-c", "temp_file_limit=256MB", "-c", "log_min_messages=fatal", "-c", "jit=off")
	if err := c.serve(server); err != nil {
		return err
	}
	err := c.await(ctx, func() error {
		admin, err := c.connect(ctx, "admin", "postgres")
		if err == nil {
			c.admin, c.version = admin, admin.ParameterStatus("server_version")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	// Scripts run as a role that may create objects but not reach files or programs.
	return c.adminDo(ctx, "CREATE ROLE scratch LOGIN")
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

// Run takes the steps through a database of their own, which the result keeps
// open where they all ran.
func (c *Cluster) Run(ctx context.Context, steps []Step) Result {
	db, err := c.open(ctx)
	if err != nil {
		return NotRunAll(steps, c.explain(err).Error())
	}
	return run(ctx, db, steps)
}

// open makes an empty database and connects to it.
func (c *Cluster) open(ctx context.Context) (*postgresDB, error) {
	c.count++
	db := &postgresDB{cluster: c, database: fmt.Sprintf("scratch%d", c.count), version: c.version}
	if err := c.adminDo(ctx, "CREATE DATABASE "+db.database+" OWNER scratch TEMPLATE template0"); err != nil {
		return nil, fmt.Errorf("PostgreSQL could not make a database: %w", err)
	}
	if err := db.connect(ctx); err != nil {
		return nil, fmt.Errorf("PostgreSQL did not let us in: %w", err)
	}
	return db, nil
}

// Close stops the server and removes its folder. It may be called twice.
func (c *Cluster) Close() { c.close() }
