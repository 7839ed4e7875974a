package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/backend-conformance/conformance/checks/migrations/engine/wire"
	"github.com/backend-conformance/conformance/checks/sql"
)

// Scratch is a database that the user named for scripts to run in. It is left
// as it was found.
type Scratch struct {
	// Note is told what could not be taken away again; may be nil.
	Note func(string)

	dialect  sql.Dialect
	database string
	// empty says that nothing was in it.
	empty    bool
	postgres *pgconn.Config
	mysql    wire.Config
}

const scratchExample = "postgres://user@host/scratch or mysql://user@host/scratch"

// disposable is how databases are called that nobody minds being used: a word
// of the name is scratch or test. A name like latest is none of them.
var disposable = regexp.MustCompile(`(?i)(^|[^a-z])(scratch|test)(s|ing|db)?([^a-z]|$)`)

// FindScratch connects to the database of a URL. It errs where the database
// cannot be used, or must not be: it has something in it, and a name that does
// not say that it is for trying things out. Passwords are never in an error.
func FindScratch(ctx context.Context, address string) (*Scratch, error) {
	u, err := url.Parse(address)
	if err != nil { // whose text has the password
		return nil, fmt.Errorf("it cannot be read; write it like %s", scratchExample)
	}
	s := &Scratch{database: strings.TrimPrefix(u.Path, "/")}
	if s.database == "" || strings.Contains(s.database, "/") {
		return nil, fmt.Errorf("it names no database; write it like %s", scratchExample)
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	switch u.Scheme {
	case "postgres", "postgresql":
		err = s.vetPostgres(ctx, address)
	case "mysql", "mariadb":
		err = s.vetMySQL(ctx, u)
	default:
		return nil, fmt.Errorf("there is no engine for %q; write it like %s", u.Scheme, scratchExample)
	}
	if err != nil {
		return nil, err
	}
	if !s.empty && !disposable.MatchString(s.database) {
		return nil, fmt.Errorf("database %s is not empty; name one that is, or one with scratch or test as a word of its name", s.database)
	}
	return s, nil
}

const connectTimeout = 10 * time.Second

func (s *Scratch) vetPostgres(ctx context.Context, address string) error {
	s.dialect = sql.Postgres
	config, err := pgconn.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("it cannot be read; write it like %s", scratchExample)
	}
	config.ConnectTimeout = connectTimeout
	s.postgres = config
	db, err := s.connectPostgres(ctx)
	if err != nil {
		return fmt.Errorf("connect to database %s: %w", s.database, plain(err))
	}
	defer db.close()
	state, err := db.schema(ctx)
	if err != nil {
		return fmt.Errorf("look into database %s: %w", s.database, err)
	}
	s.empty = len(state) == 0
	return nil
}

// plain is what the server itself said, without the addresses that were tried.
func plain(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return errors.New(refused.Message)
	}
	var network net.Error
	if errors.As(err, &network) {
		return network
	}
	return errors.New(oneLine(err.Error()))
}

func (s *Scratch) connectPostgres(ctx context.Context) (*postgresDB, error) {
	conn, err := pgconn.ConnectConfig(ctx, s.postgres)
	if err != nil {
		return nil, err
	}
	db := &postgresDB{conn: conn, database: s.database, version: conn.ParameterStatus("server_version")}
	if err := db.prepare(ctx); err != nil {
		db.close()
		return nil, err
	}
	return db, nil
}

func (s *Scratch) vetMySQL(ctx context.Context, u *url.URL) error {
	s.dialect = sql.MySQL
	s.mysql = wire.Config{Network: "tcp", Address: u.Host, User: u.User.Username(), Database: s.database}
	if u.Port() == "" {
		s.mysql.Address = net.JoinHostPort(u.Hostname(), "3306")
	}
	if password, given := u.User.Password(); given {
		s.mysql.Password = password
	} else {
		s.mysql.Password = os.Getenv("MYSQL_PWD") // as the mysql client does
	}
	if socket := u.Query().Get("socket"); socket != "" {
		s.mysql.Network, s.mysql.Address = "unix", socket
	}
	switch mode := u.Query().Get("tls"); mode {
	case "", "false":
	case "true":
		s.mysql.TLS = &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	default:
		return fmt.Errorf("tls=%s is neither true nor false", mode)
	}
	db, err := s.connectMySQL(ctx, s.database)
	if err != nil {
		return fmt.Errorf("connect to database %s: %w", s.database, plain(err))
	}
	defer db.leave()
	state, err := db.schema(ctx)
	if err != nil {
		return fmt.Errorf("look into database %s: %w", s.database, err)
	}
	s.empty = len(state) == 1 // its character set
	return nil
}

func (s *Scratch) connectMySQL(ctx context.Context, database string) (*mysqlDB, error) {
	db := &mysqlDB{database: database}
	var err error
	if db.conn, err = wire.Dial(ctx, s.mysql); err != nil {
		return nil, err
	}
	if db.admin, err = wire.Dial(ctx, s.mysql); err != nil {
		db.conn.Close()
		return nil, err
	}
	if err := db.prepare(ctx); err != nil {
		db.leave()
		return nil, err
	}
	return db, nil
}

// Run takes the steps through the database.
func (s *Scratch) Run(ctx context.Context, steps []Step) Result {
	db, err := s.open(ctx)
	if err != nil {
		return NotRunAll(steps, fmt.Sprintf("database %s could not be used: %v", s.database, err))
	}
	return run(ctx, db, steps)
}

// Close has nothing to stop.
func (s *Scratch) Close() {}

func (s *Scratch) open(ctx context.Context) (database, error) {
	if s.dialect == sql.MySQL {
		return s.openMySQL(ctx)
	}
	return s.openPostgres(ctx)
}

// openPostgres begins the one transaction that all steps run in and that is
// never committed: whatever happens, the server puts everything back.
func (s *Scratch) openPostgres(ctx context.Context) (database, error) {
	db, err := s.connectPostgres(ctx)
	if err != nil {
		return nil, err
	}
	db.guest = true
	text := "SET idle_in_transaction_session_timeout = '30min'; SET lock_timeout = '5s'; BEGIN"
	if !s.empty {
		text += emptyPostgres
	}
	if err := db.do(ctx, text); err != nil {
		db.close()
		return nil, err
	}
	return db, nil
}

// emptyPostgres takes away what is there, for the time of the transaction.
const emptyPostgres = `; DO $$ DECLARE s text; BEGIN
FOR s IN SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' LOOP
  EXECUTE 'DROP SCHEMA ' || s || ' CASCADE';
END LOOP;
CREATE SCHEMA public;
END $$`

// openMySQL uses the database where it is empty. MySQL takes nothing back, so
// where it is not, one beside it is used.
func (s *Scratch) openMySQL(ctx context.Context) (database, error) {
	if s.empty {
		return s.guestOf(ctx, s.database)
	}
	beside := fmt.Sprintf("conformance_scratch_%d", os.Getpid())
	main, err := s.connectMySQL(ctx, s.database)
	if err != nil {
		return nil, err
	}
	defer main.leave()
	if err := main.admin.Exec(ctx, "CREATE DATABASE "+beside); err != nil {
		return nil, fmt.Errorf("it is not empty, and no database can be made beside it: %w", err)
	}
	db, err := s.guestOf(ctx, beside)
	if err != nil {
		_ = main.admin.Exec(ctx, "DROP DATABASE "+beside)
		return nil, err
	}
	db.remove = true
	return db, nil
}

func (s *Scratch) guestOf(ctx context.Context, name string) (*mysqlDB, error) {
	db, err := s.connectMySQL(ctx, name)
	if err != nil {
		return nil, err
	}
	rows, err := db.admin.Query(ctx, "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN ('information_schema', "+literal(name)+")")
	if err != nil {
		db.leave()
		return nil, err
	}
	db.guest, db.note = newGuest(rows), s.Note
	return db, nil
}

// guest refuses what reaches out of the database that it was let into.
type guest struct{ others *regexp.Regexp }

// reachesOut are statements about the server or about databases as a whole,
// also where they are in a text that a script makes for itself.
var reachesOut = regexp.MustCompile(`(?i)\b(create|drop|alter)\s+(or\s+replace\s+)?(database|schema|user|role|server|tablespace|instance|logfile|undo)\b` +
	`|\bset\s+(global|persist|persist_only|password|default\s+role)\b|@@(global|persist)|\binto\s+(outfile|dumpfile)\b`)

var ownFirstWords = map[string]bool{
	"USE": true, "GRANT": true, "REVOKE": true, "FLUSH": true, "RESET": true, "PURGE": true, "CHANGE": true, "START": true, "STOP": true, "SHUTDOWN": true, "RESTART": true,
	"KILL": true, "INSTALL": true, "UNINSTALL": true, "LOAD": true, "IMPORT": true, "CLONE": true, "BINLOG": true, "CACHE": true,
}

func newGuest(rows [][]string) *guest {
	var names []string
	for _, r := range rows {
		names = append(names, regexp.QuoteMeta(r[0]))
	}
	g := &guest{}
	if len(names) > 0 {
		g.others = regexp.MustCompile("(?i)(?:^|[^a-z0-9_$])(" + strings.Join(names, "|") + ")[`\"]?\\s*\\.")
	}
	return g
}

// refuses says what a statement would touch; empty for what may run.
func (g *guest) refuses(text string) string {
	for _, st := range sql.Split(text, sql.MySQL, 1).Statements {
		if ownFirstWords[st.First()] {
			return st.First() + " reaches out of the scratch database"
		}
	}
	if m := reachesOut.FindString(text); m != "" {
		return strings.ToUpper(oneLine(m)) + " reaches out of the scratch database"
	}
	if g.others != nil {
		if m := g.others.FindStringSubmatch(text); m != nil {
			return "it names another database of the server, " + m[1]
		}
	}
	return ""
}
