package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/backend-conformance/conformance/checks/migrations/schema"
	"github.com/backend-conformance/conformance/checks/sql"
)

// postgresDB runs each step in one transaction: a savepoint is far cheaper than
// a copy of the database. Steps that no transaction allows run on copies.
type postgresDB struct {
	conn     *pgconn.PgConn
	version  string
	cluster  *Cluster
	database string
	// apart says that the step runs without a transaction.
	apart bool
	// guest says that the database is the user's: all steps run in one transaction.
	guest bool
}

func (db *postgresDB) connect(ctx context.Context) (err error) {
	if db.conn, err = db.cluster.connect(ctx, "scratch", db.database); err != nil {
		return err
	}
	return db.prepare(ctx)
}

func (db *postgresDB) prepare(ctx context.Context) error {
	return db.do(ctx, fmt.Sprintf("SET statement_timeout = '%dms'; SET client_min_messages = error; SET idle_in_transaction_session_timeout = '60s'",
		statementTimeout.Milliseconds()*9/10)) // the server's own limit comes first and keeps the connection
}

func (db *postgresDB) name() string { return postgresName(db.version) }

func postgresName(version string) string {
	version, _, _ = strings.Cut(version, " ")
	return "PostgreSQL " + version
}

func (db *postgresDB) close() { _ = db.conn.Close(context.Background()) }

func (db *postgresDB) explain(err error) error {
	if db.guest {
		return err
	}
	return db.cluster.explain(err)
}

func (db *postgresDB) begin(ctx context.Context) error {
	if db.apart {
		return db.keep(ctx, "_begin")
	}
	return db.do(ctx, db.either("BEGIN", "SAVEPOINT conformance_step"))
}

// either is what begins or ends a step where it has a transaction of its own, or
// what does so within the one of all steps.
func (db *postgresDB) either(own, within string) string {
	if db.guest {
		return within
	}
	return own
}

func (db *postgresDB) abort(ctx context.Context) error {
	if db.apart {
		return errors.Join(db.restore(ctx, "_begin"), db.forget(ctx, "_begin"), db.forget(ctx, "_mark"))
	}
	return db.do(ctx, db.either("ROLLBACK", "ROLLBACK TO SAVEPOINT conformance_step; RELEASE SAVEPOINT conformance_step"))
}

func (db *postgresDB) mark(ctx context.Context) error {
	if db.apart {
		return db.keep(ctx, "_mark")
	}
	return db.do(ctx, "SAVEPOINT conformance_mark")
}

func (db *postgresDB) rewind(ctx context.Context) error {
	if db.apart {
		return db.restore(ctx, "_mark")
	}
	return db.do(ctx, "ROLLBACK TO SAVEPOINT conformance_mark")
}

func (db *postgresDB) commit(ctx context.Context) error {
	if db.apart {
		return errors.Join(db.forget(ctx, "_begin"), db.forget(ctx, "_mark"))
	}
	return db.do(ctx, db.either("COMMIT", "RELEASE SAVEPOINT conformance_step"))
}

// alone says whether steps run without a transaction from now on, which needs
// a server of our own.
func (db *postgresDB) alone(on bool) bool {
	db.apart = on && !db.guest
	return db.apart
}

// keep copies the database; nobody may be connected to it meanwhile.
func (db *postgresDB) keep(ctx context.Context, suffix string) error {
	return db.copy(ctx, db.database, db.database+suffix)
}

func (db *postgresDB) restore(ctx context.Context, suffix string) error {
	return db.copy(ctx, db.database+suffix, db.database)
}

func (db *postgresDB) copy(ctx context.Context, from, to string) error {
	if err := db.leave(ctx); err != nil {
		return err
	}
	for _, text := range []string{"DROP DATABASE IF EXISTS " + to, "CREATE DATABASE " + to + " OWNER scratch TEMPLATE " + from} {
		if err := db.cluster.adminDo(ctx, text); err != nil {
			return err
		}
	}
	return db.connect(ctx)
}

// leave ends the connection, and waits until the server has noticed.
func (db *postgresDB) leave(ctx context.Context) error {
	if err := db.conn.Close(ctx); err != nil && !db.conn.IsClosed() {
		return err
	}
	return db.cluster.adminDo(ctx, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '"+db.database+"'")
}

func (db *postgresDB) forget(ctx context.Context, suffix string) error {
	return db.cluster.adminDo(ctx, "DROP DATABASE IF EXISTS "+db.database+suffix)
}

func (db *postgresDB) do(ctx context.Context, text string) error {
	_, err := db.conn.Exec(ctx, text).ReadAll()
	return err
}

func (db *postgresDB) exec(ctx context.Context, s Statement) error {
	text := s.Text
	if !db.apart {
		text = transactional(text)
	}
	send := db.do
	if db.guest {
		send = db.single
	}
	err := db.judged(send(ctx, text))
	var f *failure
	if errors.As(err, &f) {
		f.alone = f.alone && !db.apart
	}
	return err
}

// endings would end the transaction that keeps the user's database as it is.
var endings = map[string]bool{"BEGIN": true, "START": true, "COMMIT": true, "END": true, "ROLLBACK": true, "ABORT": true, "PREPARE": true, "SAVEPOINT": true, "RELEASE": true}

// single sends exactly one statement: the server refuses more of them, so that
// none can hide behind another.
func (db *postgresDB) single(ctx context.Context, text string) error {
	for _, st := range sql.Split(text, sql.Postgres, 1).Statements {
		if endings[st.First()] || st.First() == "COPY" {
			return &failure{message: st.First() + " reaches out of the scratch database's transaction", environment: true}
		}
	}
	return db.conn.ExecParams(ctx, text, nil, nil, nil, nil).Read().Err
}

// judged tells a refusal of the server from its end.
func (db *postgresDB) judged(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && !db.conn.IsClosed() {
		return postgresFailure(refused)
	}
	return err
}

// transactional takes out CONCURRENTLY, which a transaction does not allow and
// which makes no difference to the schema.
func transactional(text string) string {
	if !strings.Contains(strings.ToUpper(text), "CONCURRENTLY") {
		return text
	}
	out := []byte(text)
	for _, st := range sql.Split(text, sql.Postgres, 1).Statements {
		for _, t := range st.Tokens {
			if t.Is("CONCURRENTLY") {
				copy(out[t.Offset:], strings.Repeat(" ", len(t.Text)))
			}
		}
	}
	return string(out)
}

// SQLSTATEs that say that something is not here, or not allowed here, rather
// than that the script is wrong; a class is written with its two letters.
// Those of aloneStates mean that the statement does not run in a transaction.
var (
	environmentStates = []string{"0A000", "58", "42501", "55P04", "25", "57", "53", "54", "55", "08", "XX", "F0", "26", "2D"}
	missingStates     = []string{"42P01", "42704", "42883", "3F000", "42703", "3D000"}
	aloneStates       = []string{"25001", "55P04", "2D000"}
)

func postgresFailure(e *pgconn.PgError) *failure {
	return &failure{
		message:     fmt.Sprintf("%s (SQLSTATE %s)", oneLine(e.Message), e.Code),
		environment: hasPrefix(e.Code, environmentStates) || strings.HasPrefix(e.Message, "role "),
		missing:     hasPrefix(e.Code, missingStates),
		syntax:      e.Code == "42601",
		alone:       hasPrefix(e.Code, aloneStates),
	}
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// schema asks the catalogue, with an empty search path so that every name is
// written in full whatever the scripts set; both are undone afterwards.
func (db *postgresDB) schema(ctx context.Context) (schema.Schema, error) {
	inside := db.conn.TxStatus() == 'T'
	before, after := "BEGIN", "ROLLBACK"
	if inside {
		before, after = "SAVEPOINT conformance_read", "ROLLBACK TO SAVEPOINT conformance_read; RELEASE SAVEPOINT conformance_read"
	}
	if err := db.do(ctx, before+"; SET LOCAL search_path = ''; SET LOCAL statement_timeout = 0"); err != nil {
		return nil, err
	}
	results, err := db.conn.Exec(ctx, catalogue).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	if err := db.do(ctx, after); err != nil {
		return nil, err
	}
	// Temporary tables that a script left would stand in its way the second time.
	if err := db.do(ctx, "DISCARD TEMP"); err != nil {
		return nil, err
	}
	return readCatalogue(results)
}

func readCatalogue(results []*pgconn.Result) (schema.Schema, error) {
	s := schema.Schema{}
	for _, r := range results {
		for _, row := range r.Rows {
			if len(s) > maxObjects {
				return nil, fmt.Errorf("the schema has more than %d objects", maxObjects)
			}
			s.Set(schema.Object{Kind: string(row[0]), Name: local(row[1]), Owner: local(row[2])}, local(row[3]))
		}
	}
	return s, nil
}

// local writes names of the schema public as people do.
func local(b []byte) string { return strings.ReplaceAll(string(b), "public.", "") }
