package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/migrations/engine/wire"
	"github.com/backend-conformance/conformance/checks/migrations/schema"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/checks/sql/grammar"
)

// mysqlDB notes every statement, since MySQL takes no change of the schema
// back: an earlier state is built again from nothing by what led to it. That is
// only done where the state is not what it should be, rows included.
type mysqlDB struct {
	conn, admin *wire.Conn
	// server is nil where it is not our own.
	server   *private
	database string
	// settled led to the state at begin; since are the statements after it.
	settled, since []string
	// marked is how many of since had run at mark, kept the state then.
	marked int
	kept   mysqlState
	// mode is the database's own character set and collation.
	mode string
	// guest guards a database that is the user's; remove says that we made it.
	guest  *guest
	remove bool
	note   func(string)
	// foreign says that a collation that the server lacks was replaced.
	foreign bool
}

// mysqlState is a state as far as one can be told from another.
type mysqlState struct {
	schema schema.Schema
	// rows are checksums of what the tables hold.
	rows map[string]string
}

func (db *mysqlDB) prepare(ctx context.Context) error {
	rows, err := db.conn.Query(ctx, "SELECT concat('CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name) FROM information_schema.schemata WHERE schema_name = "+literal(db.database))
	if err != nil {
		return err
	}
	if len(rows) == 1 {
		db.mode = rows[0][0]
	}
	return db.refresh(ctx)
}

// refresh begins as a new connection does, which each script may expect.
func (db *mysqlDB) refresh(ctx context.Context) error {
	if err := db.conn.Exec(ctx, "COMMIT"); err != nil {
		return err
	}
	if err := db.conn.Reset(ctx); err != nil {
		return err
	}
	var refused *wire.ServerError
	if err := db.conn.Use(ctx, db.database); errors.As(err, &refused) && refused.Code == unknownDatabase {
		return errors.New("the script dropped the database that it runs in")
	} else if err != nil {
		return err
	}
	return db.conn.Exec(ctx, "SET NAMES utf8mb4")
}

func (db *mysqlDB) maria() bool { return strings.Contains(db.conn.Version, "MariaDB") }

var versionNumber = regexp.MustCompile(`\d+\.\d+\.\d+`)

func (db *mysqlDB) name() string {
	version := strings.TrimPrefix(db.conn.Version, "5.5.5-") // how MariaDB presents itself to old replicas
	if db.maria() {
		return "MariaDB " + versionNumber.FindString(version)
	}
	return "MySQL " + versionNumber.FindString(version)
}

// close leaves a database of the user's as it was found.
func (db *mysqlDB) close() {
	if db.server == nil {
		ctx, cancel := context.WithTimeout(context.Background(), statementTimeout)
		defer cancel()
		if err := db.cleanUp(ctx); err != nil && db.note != nil {
			db.note(fmt.Sprintf("database %s could not be left as it was found: %v", db.database, err))
		}
	}
	db.leave()
}

func (db *mysqlDB) cleanUp(ctx context.Context) error {
	db.conn, db.admin = db.admin, db.conn // the other one may be cut off
	if db.remove {
		return db.conn.Exec(ctx, "DROP DATABASE "+quoted(db.database))
	}
	return db.clear(ctx)
}

// leave ends the connections, but for one that others use.
func (db *mysqlDB) leave() {
	db.conn.Close()
	if db.server == nil {
		db.admin.Close()
	}
}

func (db *mysqlDB) explain(err error) error {
	if db.server == nil {
		return err
	}
	return db.server.explain(err)
}

func (db *mysqlDB) begin(ctx context.Context) error {
	db.since, db.marked = nil, 0
	return db.refresh(ctx)
}

func (db *mysqlDB) commit(context.Context) error {
	db.settled = append(db.settled, db.since...)
	db.since = nil
	return nil
}

func (db *mysqlDB) abort(ctx context.Context) error {
	if len(db.since) == 0 {
		return nil
	}
	db.since = nil
	return db.rebuild(ctx)
}

func (db *mysqlDB) mark(ctx context.Context) (err error) {
	db.marked = len(db.since)
	db.kept, err = db.state(ctx)
	return err
}

func (db *mysqlDB) rewind(ctx context.Context) error {
	db.since = db.since[:db.marked]
	now, err := db.state(ctx)
	if err != nil {
		return err
	}
	if maps.Equal(now.schema, db.kept.schema) && maps.Equal(now.rows, db.kept.rows) {
		return nil
	}
	return db.rebuild(ctx)
}

func (db *mysqlDB) state(ctx context.Context) (mysqlState, error) {
	s, err := db.schema(ctx)
	if err != nil {
		return mysqlState{}, err
	}
	rows, err := db.checksums(ctx)
	return mysqlState{s, rows}, err
}

// rebuild takes everything away and runs again what led here.
func (db *mysqlDB) rebuild(ctx context.Context) error {
	if err := db.clear(ctx); err != nil {
		return err
	}
	for _, text := range slices.Concat(db.settled, db.since) {
		if text == "" { // where a script ended
			if err := db.refresh(ctx); err != nil {
				return err
			}
			continue
		}
		if err := db.timed(ctx, text); err != nil {
			return fmt.Errorf("build the schema again: %w", err)
		}
	}
	return db.refresh(ctx)
}

// exec notes what ran; a statement that failed led to no state worth keeping.
func (db *mysqlDB) exec(ctx context.Context, s Statement) error {
	text := db.adapt(s.Text)
	if db.guest != nil {
		if reason := db.guest.refuses(text); reason != "" {
			return &failure{message: reason, environment: true}
		}
	}
	db.since = append(db.since, text)
	err := db.timed(ctx, text)
	var refused *wire.ServerError
	if errors.As(err, &refused) {
		return db.failure(refused, text)
	}
	return err
}

// cancelGrace is what a statement that is to be stopped has left to notice.
const cancelGrace = 2 * time.Second

// timed runs a statement; at the end of the context the server is told to stop
// it, which keeps the connection.
func (db *mysqlDB) timed(ctx context.Context, text string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	outer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	killed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(killed)
		defer time.AfterFunc(cancelGrace, cancel)
		short, done := context.WithTimeout(context.WithoutCancel(ctx), cancelGrace)
		defer done()
		_ = db.admin.Exec(short, fmt.Sprintf("KILL QUERY %d", db.conn.ID)) // otherwise the connection is cut
	})
	err := db.conn.Exec(outer, text)
	if !stop() {
		<-killed
		return errors.Join(ctx.Err(), err)
	}
	return err
}

// newCollation is one that MySQL 8 writes into its dumps and MariaDB learnt
// late. Any other that does not look at case does for a way up and down.
var newCollation = regexp.MustCompile(`(?i)\butf8mb4_0900_(?:ai|as)_c[is]\b`)

const knownCollation = "utf8mb4_unicode_520_ci"

// adapt makes a text what the server can read: the end of a conditional comment
// whose beginning the splitter took off, and collations.
func (db *mysqlDB) adapt(text string) string {
	if strings.Count(text, "*/") > strings.Count(text, "/*") {
		text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "*/"))
	}
	if db.maria() && newCollation.MatchString(text) {
		db.foreign = true
		text = newCollation.ReplaceAllString(text, knownCollation)
	}
	return text
}

// mysqlCodes say what a refusal means for the script, where it means anything:
// all others may be about this server, its version or its settings.
// https://mariadb.com/kb/en/mariadb-error-codes/
var (
	mysqlFaults = []uint16{
		1007, 1050, 1060, 1061, 1062, 1068, 1069, 1072, 1075, 1090, 1110, 1113, 1136, 1304, 1359, 1451, 1452, 1537, 1553, 1701, 1826, 1828, 1829, 1832, 1833, 3730, 3822, 3959,
	}
	mysqlMissing = []uint16{1005, 1008, 1049, 1051, 1054, 1091, 1109, 1146, 1176, 1215, 1305, 1360, 1539, 1822, 1824, 3821, 4031, 4091, 4092}
	mysqlSyntax  = []uint16{1064, 1149}
)

const unknownDatabase = 1049

func (db *mysqlDB) failure(e *wire.ServerError, text string) *failure {
	f := &failure{
		message: fmt.Sprintf("%s (error %d)", oneLine(e.Message), e.Code),
		missing: slices.Contains(mysqlMissing, e.Code),
	}
	if slices.Contains(mysqlSyntax, e.Code) {
		f.syntax = !db.maria() || nobodyReads(text)
		if !f.syntax {
			f.message = db.name() + " refuses what MySQL may accept: " + f.message
		}
	}
	f.environment = !f.missing && !f.syntax && !slices.Contains(mysqlFaults, e.Code)
	return f
}

// nobodyReads reports whether MySQL's grammar refuses the text too.
func nobodyReads(text string) bool {
	for _, st := range sql.Split(text, sql.MySQL, 1).Statements {
		if p := grammar.Check(sql.MySQL, st, text); p != nil && p.Certain {
			return true
		}
	}
	return false
}

var (
	mysqlNoTable  = regexp.MustCompile(`^Table '[^.']+\.(.+)' doesn't exist$`)
	mysqlNoColumn = regexp.MustCompile(`^Unknown column '(.+?)' in `)
)

// resolve has the server prepare the query.
func (db *mysqlDB) resolve(ctx context.Context, query string) check.Answer {
	err := db.conn.Prepare(ctx, placeholders(query, sql.MySQL, func(string) string { return "?" }))
	if err == nil {
		return check.Answer{}
	}
	var refused *wire.ServerError
	if !errors.As(err, &refused) {
		return check.Answer{Reason: oneLine(err.Error())}
	}
	if m := mysqlNoTable.FindStringSubmatch(refused.Message); m != nil && refused.Code == 1146 {
		return check.Answer{Missing: m[1]}
	}
	if m := mysqlNoColumn.FindStringSubmatch(refused.Message); m != nil && refused.Code == 1054 {
		return columnAnswer(m[1])
	}
	return check.Answer{Reason: fmt.Sprintf("%s (error %d)", oneLine(refused.Message), refused.Code)}
}

// literal writes a text as MySQL reads it.
func literal(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(s) + "'"
}

// quoted writes a name as MySQL reads it.
func quoted(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }
