package engine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/engine/wire"
)

// MySQLServer is a MySQL or MariaDB server of our own.
type MySQLServer struct {
	*private
	admin *wire.Conn
	count int
}

var errNoMySQL = fmt.Errorf("%w on PATH or in /usr/sbin; install MariaDB or MySQL to have the migrations executed", ErrNoServer)

// mysqlPrograms are looked for on PATH, then where distributions put them.
var (
	mysqlPrograms = []string{"mariadbd", "mysqld"}
	mysqlFolders  = []string{"/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/libexec", "/usr/local/mysql/bin", "/opt/homebrew/opt/mariadb*/bin", "/opt/homebrew/opt/mysql*/bin"}
)

// findMySQL is the server's program.
func findMySQL() (string, error) {
	for _, name := range mysqlPrograms {
		if p, err := exec.LookPath(name); err == nil {
			return filepath.EvalSymlinks(p)
		}
	}
	for _, pattern := range mysqlFolders {
		dirs, _ := filepath.Glob(pattern) // the patterns are constant and well-formed
		for _, d := range dirs {
			for _, name := range mysqlPrograms {
				if p := filepath.Join(d, name); isProgram(p) {
					return filepath.EvalSymlinks(p)
				}
			}
		}
	}
	return "", errNoMySQL
}

// StartMySQL makes and starts a server. It errs with ErrNoServer where none is
// installed.
func StartMySQL(ctx context.Context) (*MySQLServer, error) {
	program, err := findMySQL()
	if err != nil {
		return nil, err
	}
	home, err := newPrivate("conformance-my-", "sock", "pid")
	if err != nil {
		return nil, err
	}
	m := &MySQLServer{private: home}
	if err := m.start(ctx, program); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// mysqlSettings trade durability for speed and keep the server to its folder.
// What only one of the two makers knows is marked loose.
var mysqlSettings = []string{
	"--skip-log-bin", "--performance-schema=OFF", "--max-connections=16", "--key-buffer-size=1M", "--table-open-cache=400", "--event-scheduler=OFF",
	"--innodb-buffer-pool-size=24M", "--innodb-log-buffer-size=2M", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--innodb-use-native-aio=0",
	"--innodb-stats-persistent=0", "--innodb-buffer-pool-dump-at-shutdown=0", "--innodb-buffer-pool-load-at-startup=0",
	"--loose-innodb-log-file-size=8M", "--loose-innodb-redo-log-capacity=8M", "--loose-mysqlx=OFF", "--loose-aria-pagecache-buffer-size=4M",
	"--local-infile=OFF", "--loose-symbolic-links=OFF",
}

// mariaSettings are for MariaDB alone. Its usual character set is that of
// MySQL's scripts nowhere else.
var mariaSettings = []string{"--innodb-flush-method=nosync", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci"}

func (m *MySQLServer) start(ctx context.Context, program string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for _, dir := range []string{"data", "files"} {
		if err := os.Mkdir(m.in(dir), 0o700); err != nil {
			return fmt.Errorf("make a folder for the server: %w", err)
		}
		if err := m.as.own(m.in(dir)); err != nil {
			return fmt.Errorf("hand the server's folder to an unprivileged user: %w", err)
		}
	}
	version, err := m.command(program, "--no-defaults", "--version").Output()
	if err != nil {
		return fmt.Errorf("ask %s for its version: %w", filepath.Base(program), err)
	}
	maria := strings.Contains(string(version), "MariaDB")
	settings := append([]string{"--no-defaults", "--datadir=" + m.in("data"), "--tmpdir=" + m.in("files"), "--secure-file-priv=" + m.in("files"), "--lc-messages=en_US"}, mysqlSettings...)
	if maria {
		settings = append(settings, mariaSettings...)
		err = m.bootstrap(ctx, program, settings)
	} else {
		err = runLimited(ctx, m.command(program, append(settings, "--initialize-insecure")...))
	}
	if err != nil {
		return fmt.Errorf("set up a MySQL server: %w", err)
	}
	server := m.command(program, append(settings, "--skip-networking", "--innodb-fast-shutdown=2", "--socket="+m.in("sock"), "--pid-file="+m.in("pid"))...)
	if err := m.serve(server); err != nil {
		return err
	}
	err = m.await(ctx, func() (err error) {
		m.admin, err = m.dial(ctx, "root")
		return err
	})
	if err != nil {
		return fmt.Errorf("start MySQL: %w", err)
	}
	return m.welcome(ctx)
}

func (m *MySQLServer) in(name string) string { return filepath.Join(m.dir, name) }

// bootstrap makes the tables that MariaDB keeps about itself. Its own script
// does the same, and adds help texts that take more time than all the rest.
func (m *MySQLServer) bootstrap(ctx context.Context, program string, settings []string) error {
	share, err := systemTables(program)
	if err != nil {
		return err
	}
	cmd := m.command(program, append(settings, "--bootstrap", "--log-warnings=0")...)
	text := "CREATE DATABASE mysql;\nUSE mysql;\n"
	for _, f := range share {
		data, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		text += string(data) + "\n"
	}
	cmd.Stdin = strings.NewReader(text)
	return runLimited(ctx, cmd)
}

// systemTables are the scripts that lie beside the program.
func systemTables(program string) ([]string, error) {
	roots := []string{filepath.Join(filepath.Dir(program), ".."), "/usr"}
	for _, root := range roots {
		for _, dir := range []string{"share/mysql", "share/mariadb", "share"} {
			for _, maker := range []string{"mysql", "mariadb"} {
				tables := filepath.Join(root, dir, maker+"_system_tables.sql")
				rows := filepath.Join(root, dir, maker+"_system_tables_data.sql")
				if isFile(tables) && isFile(rows) {
					return []string{tables, rows}, nil
				}
			}
		}
	}
	return nil, fmt.Errorf("mysql_system_tables.sql, which belongs to %s, was not found beside it", program)
}

func isFile(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.Mode().IsRegular()
}

func (m *MySQLServer) dial(ctx context.Context, user string) (*wire.Conn, error) {
	return wire.Dial(ctx, wire.Config{Network: "unix", Address: m.in("sock"), User: user})
}

// welcome makes the user that scripts run as: everything about databases is
// allowed to it, nothing about the server and its files.
func (m *MySQLServer) welcome(ctx context.Context) error {
	for _, text := range []string{"CREATE USER scratch@localhost", "GRANT ALL PRIVILEGES ON `%`.* TO scratch@localhost"} {
		if err := m.admin.Exec(ctx, text); err != nil {
			return fmt.Errorf("make a user for the scripts: %w", err)
		}
	}
	// Views and routines of dumps name who defined them. The right has two names.
	for _, right := range []string{"SET USER", "SET_USER_ID", "SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER"} {
		if m.admin.Exec(ctx, "GRANT "+right+" ON *.* TO scratch@localhost") == nil {
			break
		}
	}
	return nil
}

// Run takes the steps through a database of their own, which the result keeps
// open where they all ran.
func (m *MySQLServer) Run(ctx context.Context, steps []Step) Result {
	db, err := m.open(ctx)
	if err != nil {
		return NotRunAll(steps, m.explain(err).Error())
	}
	return run(ctx, db, steps)
}

// open makes an empty database and connects to it.
func (m *MySQLServer) open(ctx context.Context) (*mysqlDB, error) {
	m.count++
	db := &mysqlDB{database: fmt.Sprintf("scratch%d", m.count), admin: m.admin, server: m.private}
	if err := m.admin.Exec(ctx, "CREATE DATABASE "+db.database); err != nil {
		return nil, fmt.Errorf("MySQL could not make a database: %w", err)
	}
	conn, err := m.dial(ctx, "scratch")
	if err != nil {
		return nil, fmt.Errorf("MySQL did not let us in: %w", err)
	}
	db.conn = conn
	if err := db.prepare(ctx); err != nil {
		db.close()
		return nil, fmt.Errorf("MySQL could not be prepared: %w", err)
	}
	return db, nil
}

// Close stops the server and removes its folder. It may be called twice.
func (m *MySQLServer) Close() {
	if m.admin != nil {
		m.admin.Close()
	}
	m.close()
}
