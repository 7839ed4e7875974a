package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"

	"github.com/backend-conformance/conformance/checks/migrations/schema"
)

// SQLite runs the steps in a database in memory.
func SQLite(ctx context.Context, steps []Step) Result {
	db, err := openSQLite(ctx)
	if err != nil {
		return NotRunAll(steps, fmt.Sprintf("SQLite could not be started: %v", err))
	}
	return run(ctx, db, steps)
}

// Bounds on what a script may make of the database.
const (
	sqlitePages  = 16_384 // of 4 KiB: 64 MiB
	sqliteLength = 16 << 20
	sqliteLimits = 0 // SQLITE_LIMIT_LENGTH
)

// sqliteDB keeps one connection: a database in memory lives and dies with it.
type sqliteDB struct {
	pool          *sql.DB
	conn          *sql.Conn
	started, kept []byte
}

// image is the part of the driver's connection that copies a whole database.
type image interface {
	Serialize() ([]byte, error)
	Deserialize([]byte) error
}

func openSQLite(ctx context.Context) (*sqliteDB, error) {
	pool, err := sql.Open("sqlite", "file::memory:?_defensive=1")
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		pool.Close()
		return nil, err
	}
	db := &sqliteDB{pool: pool, conn: conn}
	if err := db.prepare(ctx); err != nil {
		db.close()
		return nil, err
	}
	return db, nil
}

func (db *sqliteDB) prepare(ctx context.Context) error {
	if _, err := sqlite.Limit(db.conn, sqliteLimits, sqliteLength); err != nil {
		return err
	}
	// A page must exist before the first image can be taken.
	if _, err := db.conn.ExecContext(ctx, "PRAGMA user_version = 1"); err != nil {
		return err
	}
	if err := db.bound(ctx); err != nil {
		return err
	}
	return db.guard(allow)
}

// guard sets who decides what a script may do; nil lets everything pass.
func (db *sqliteDB) guard(decide sqlite.AuthorizerFn) error {
	return db.conn.Raw(func(c any) error {
		g, ok := c.(sqlite.AuthorizerRegisterer)
		if !ok {
			return errors.New("the driver has no authorizer")
		}
		return g.RegisterAuthorizer(decide)
	})
}

// bound limits the size again: an image that was put back has no limit.
func (db *sqliteDB) bound(ctx context.Context) error {
	_, err := db.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", sqlitePages))
	return err
}

// allow keeps scripts inside of the database in memory. Settings that could
// reach files or corrupt memory are passed over.
func allow(action sqlite.AuthorizerActionCode, arg, _, _, _ string) sqlite.AuthorizerReturnCode {
	switch action {
	case sqlite.AuthAttach, sqlite.AuthDetach:
		return sqlite.AuthorizerDeny
	case sqlite.AuthFunction:
		if strings.EqualFold(arg, "load_extension") || strings.EqualFold(arg, "writefile") || strings.EqualFold(arg, "readfile") {
			return sqlite.AuthorizerDeny
		}
	case sqlite.AuthPragma:
		if !harmless[strings.ToLower(arg)] {
			return sqlite.AuthorizerIgnore
		}
	}
	return sqlite.AuthorizerOK
}

var harmless = map[string]bool{
	"foreign_keys": true, "defer_foreign_keys": true, "legacy_alter_table": true, "ignore_check_constraints": true, "user_version": true, "foreign_key_check": true,
	"table_info": true, "table_xinfo": true, "table_list": true, "index_list": true, "index_info": true, "index_xinfo": true, "foreign_key_list": true,
	"max_page_count": true, "page_count": true, "recursive_triggers": true,
}

func (db *sqliteDB) name() string            { return "SQLite" }
func (db *sqliteDB) explain(err error) error { return err }

func (db *sqliteDB) close() {
	db.conn.Close()
	db.pool.Close()
}

func (db *sqliteDB) begin(context.Context) (err error) { db.started, err = db.image(); return err }
func (db *sqliteDB) abort(ctx context.Context) error   { return db.restore(ctx, db.started) }
func (db *sqliteDB) mark(context.Context) (err error)  { db.kept, err = db.image(); return err }
func (db *sqliteDB) rewind(ctx context.Context) error  { return db.restore(ctx, db.kept) }
func (db *sqliteDB) commit(context.Context) error      { return nil }

func (db *sqliteDB) image() (data []byte, err error) {
	err = db.conn.Raw(func(c any) error {
		data, err = c.(image).Serialize()
		return err
	})
	return data, err
}

func (db *sqliteDB) restore(ctx context.Context, data []byte) error {
	_, _ = db.conn.ExecContext(ctx, "ROLLBACK") // of a transaction that a script left open; there is mostly none
	if err := db.guard(nil); err != nil {       // putting an image back attaches it
		return err
	}
	if err := db.conn.Raw(func(c any) error { return c.(image).Deserialize(data) }); err != nil {
		return err
	}
	if err := db.guard(allow); err != nil {
		return err
	}
	if _, err := db.conn.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	return db.bound(ctx)
}

func (db *sqliteDB) exec(ctx context.Context, s Statement) error {
	_, err := db.conn.ExecContext(ctx, s.Text)
	if err == nil {
		return nil
	}
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return err
	}
	return sqliteFailure(err)
}

// notHere are errors about what the program brings along itself: functions,
// collations, modules. They, and what the guard refuses, prove nothing.
var notHere = []string{"no such function", "no such module", "no such collation", "not authorized", "unknown tokenizer", "prohibited", "database or disk is full", "too big", "interrupted", "may not be modified"}

func sqliteFailure(err error) *failure {
	message := strings.TrimPrefix(err.Error(), "SQL logic error: ")
	if i := strings.LastIndex(message, " ("); i > 0 && strings.HasSuffix(message, ")") {
		message = message[:i] // the driver's code
	}
	f := &failure{message: oneLine(message), missing: strings.Contains(message, "no such"), syntax: strings.Contains(message, "syntax error") || strings.Contains(message, "incomplete input") || strings.Contains(message, "unrecognized token")}
	for _, w := range notHere {
		f.environment = f.environment || strings.Contains(message, w)
	}
	return f
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// schema reads the tables by PRAGMA, and from their text only what no PRAGMA tells.
func (db *sqliteDB) schema(ctx context.Context) (schema.Schema, error) {
	s := schema.Schema{}
	objects, err := db.rows(ctx, "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name")
	if err != nil {
		return nil, err
	}
	for _, o := range objects {
		switch kind, name, table, text := o[0], o[1], o[2], o[3]; kind {
		case "table":
			if err := db.table(ctx, s, name, text); err != nil {
				return nil, err
			}
		case "index":
			if err := db.index(ctx, s, name, table, text); err != nil {
				return nil, err
			}
		case "view":
			definition, columns := readView(text)
			s.Set(schema.Object{Kind: "view", Name: name}, definition)
			s.Set(schema.Object{Kind: schema.Order, Owner: name}, columns)
		default:
			s.Set(schema.Object{Kind: kind, Name: name, Owner: table}, normalise(text))
		}
		if len(s) > maxObjects {
			return nil, fmt.Errorf("the schema has more than %d objects", maxObjects)
		}
	}
	return s, nil
}

func (db *sqliteDB) table(ctx context.Context, s schema.Schema, name, text string) error {
	definition := readTable(text)
	s.Set(schema.Object{Kind: "table", Name: name}, definition.options)
	columns, err := db.rows(ctx, "SELECT name, upper(type), \"notnull\", coalesce(dflt_value, ''), pk, hidden FROM pragma_table_xinfo(?)", name)
	if err != nil {
		return err
	}
	var order []string
	for _, c := range columns {
		order = append(order, c[0])
		s.Set(schema.Object{Kind: "column", Name: c[0], Owner: name}, columnText(c)+definition.columns[strings.ToLower(c[0])])
	}
	s.Set(schema.Object{Kind: schema.Order, Owner: name}, strings.Join(order, ", "))
	for _, check := range definition.checks {
		s.Set(schema.Object{Kind: "check", Name: check, Owner: name}, check)
	}
	if err := db.foreignKeys(ctx, s, name); err != nil {
		return err
	}
	// The indexes behind PRIMARY KEY and UNIQUE have no text and made-up names.
	automatic, err := db.rows(ctx, "SELECT l.origin, group_concat(x.name, ', ') FROM pragma_index_list(?) l, pragma_index_info(l.name) x WHERE l.origin <> 'c' GROUP BY l.seq, l.origin ORDER BY 1, 2", name)
	if err != nil {
		return err
	}
	for _, a := range automatic {
		kind := map[string]string{"pk": "primary key", "u": "unique constraint"}[a[0]]
		s.Set(schema.Object{Kind: kind, Name: "(" + a[1] + ")", Owner: name}, "")
	}
	return nil
}

// columnText is the column as a message writes it.
func columnText(c []string) string {
	text := strings.TrimSpace(oneLine(c[1]))
	if c[2] == "1" {
		text += " NOT NULL"
	}
	if c[3] != "" {
		text += " DEFAULT " + normalise(c[3])
	}
	if c[4] != "0" {
		text += " PRIMARY KEY"
	}
	if c[5] != "0" {
		text += " GENERATED"
	}
	if text == "" {
		return "untyped"
	}
	return text
}

func (db *sqliteDB) foreignKeys(ctx context.Context, s schema.Schema, table string) error {
	keys, err := db.rows(ctx, `SELECT group_concat("from", ', '), "table", coalesce(group_concat("to", ', '), ''), on_update, on_delete FROM pragma_foreign_key_list(?) GROUP BY id ORDER BY 1, 2`, table)
	if err != nil {
		return err
	}
	for _, k := range keys {
		s.Set(schema.Object{Kind: "foreign key", Name: "(" + k[0] + ")", Owner: table},
			fmt.Sprintf("%s (%s) on update %s on delete %s", k[1], k[2], strings.ToLower(k[3]), strings.ToLower(k[4])))
	}
	return nil
}

func (db *sqliteDB) index(ctx context.Context, s schema.Schema, name, table, text string) error {
	parts, err := db.rows(ctx, "SELECT coalesce(name, ''), \"desc\", coalesce(coll, '') FROM pragma_index_xinfo(?) WHERE key = 1", name)
	if err != nil {
		return err
	}
	expressions := ""
	var columns []string
	for _, p := range parts {
		column := p[0]
		if column == "" { // an expression: only the text has it
			column, expressions = "expression", " of "+normalise(text)
		}
		if p[1] == "1" {
			column += " desc"
		}
		if p[2] != "BINARY" {
			column += " collate " + strings.ToLower(p[2])
		}
		columns = append(columns, column)
	}
	unique := ""
	if strings.HasPrefix(strings.ToLower(oneLine(text)), "create unique") {
		unique = "unique "
	}
	s.Set(schema.Object{Kind: "index", Name: name, Owner: table}, unique+"("+strings.Join(columns, ", ")+")"+where(text)+expressions)
	return nil
}

func (db *sqliteDB) rows(ctx context.Context, query string, args ...any) ([][]string, error) {
	rows, err := db.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	var out [][]string
	for rows.Next() {
		row := make([]string, len(names))
		into := make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("read the schema: %w", err)
		}
		out = append(out, row)
	}
	return out, rows.Err()
}
