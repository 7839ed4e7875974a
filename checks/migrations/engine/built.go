package engine

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/migrations/schema"
	"github.com/backend-conformance/conformance/checks/sql"
)

// Built is a scratch database with the schema after all ups.
type Built struct {
	db     database
	schema schema.Schema
}

// prepareTimeout bounds one question about a query.
const prepareTimeout = 5 * time.Second

// Close gives the database up. It may be called twice.
func (b *Built) Close() {
	if b.db != nil {
		b.db.close()
		b.db = nil
	}
}

// Resolve asks the database to plan a query.
func (b *Built) Resolve(ctx context.Context, query string) check.Answer {
	if b.db == nil {
		return check.Answer{Reason: "its scratch database was given up for other migrations"}
	}
	ctx, cancel := context.WithTimeout(ctx, prepareTimeout)
	defer cancel()
	return b.db.resolve(ctx, query)
}

// Names are tables and views with their columns, which a view does not tell.
func (b *Built) Names() map[string][]string {
	names := map[string][]string{}
	for o := range b.schema {
		switch o.Kind {
		case "table", "view", "materialized view":
			names[o.Name] = append(names[o.Name], []string{}...)
		case "column":
			names[o.Owner] = append(names[o.Owner], o.Name)
		}
	}
	return names
}

// resolve has SQLite compile the query: EXPLAIN lists the program, it does not
// run it. Placeholders all become the first, whose value is NULL.
func (db *sqliteDB) resolve(ctx context.Context, query string) check.Answer {
	rows, err := db.conn.QueryContext(ctx, "EXPLAIN "+placeholders(query, sql.SQLite, func(string) string { return "?1" }), driver.Value(nil))
	if err == nil {
		err = rows.Err()
		rows.Close()
	}
	if err == nil {
		return check.Answer{}
	}
	return sqliteAnswer(sqliteFailure(err).message)
}

var (
	sqliteNoTable  = regexp.MustCompile(`^no such table: (\S+)$`)
	sqliteNoColumn = regexp.MustCompile(`^no such column: (\S+)$`)
	sqliteNoTarget = regexp.MustCompile(`^table (\S+) has no column named (\S+)$`)
)

func sqliteAnswer(message string) check.Answer {
	if m := sqliteNoTable.FindStringSubmatch(message); m != nil {
		return check.Answer{Missing: strings.TrimPrefix(m[1], "main.")}
	}
	if m := sqliteNoColumn.FindStringSubmatch(message); m != nil {
		return columnAnswer(m[1])
	}
	if m := sqliteNoTarget.FindStringSubmatch(message); m != nil {
		return check.Answer{Missing: m[2], Table: m[1], Column: true}
	}
	return check.Answer{Reason: message}
}

// columnAnswer takes "t.c" apart. t is often an alias, which names no table.
func columnAnswer(name string) check.Answer {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	return check.Answer{Missing: name, Column: true}
}

// resolve has PostgreSQL parse and analyse the query.
func (db *postgresDB) resolve(ctx context.Context, query string) check.Answer {
	if db.guest { // a refusal would end the transaction
		if err := db.do(ctx, "SAVEPOINT conformance_query"); err != nil {
			return check.Answer{Reason: oneLine(err.Error())}
		}
		defer func() { _ = db.do(ctx, "ROLLBACK TO SAVEPOINT conformance_query; RELEASE SAVEPOINT conformance_query") }()
	}
	_, err := db.conn.Prepare(ctx, "", placeholders(query, sql.Postgres, dollar()), nil)
	if err == nil {
		return check.Answer{}
	}
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return check.Answer{Reason: oneLine(err.Error())}
	}
	return postgresAnswer(refused.Code, refused.Message)
}

var (
	postgresNoTable  = regexp.MustCompile(`^relation "(.+)" does not exist$`)
	postgresNoColumn = regexp.MustCompile(`^column "?([^" ]+)"? does not exist$`)
	postgresNoTarget = regexp.MustCompile(`^column "(.+)" of relation "(.+)" does not exist$`)
)

func postgresAnswer(code, message string) check.Answer {
	switch code {
	case "42P01":
		if m := postgresNoTable.FindStringSubmatch(message); m != nil {
			return check.Answer{Missing: strings.TrimPrefix(m[1], "public.")}
		}
	case "42703":
		if m := postgresNoTarget.FindStringSubmatch(message); m != nil {
			return check.Answer{Missing: m[1], Table: m[2], Column: true}
		}
		if m := postgresNoColumn.FindStringSubmatch(message); m != nil {
			return columnAnswer(m[1])
		}
	}
	return check.Answer{Reason: fmt.Sprintf("%s (SQLSTATE %s)", oneLine(message), code)}
}

// dollar numbers placeholders: the same name gets the same number, a bare
// question mark the next.
func dollar() func(string) string {
	numbers, next := map[string]int{}, 0
	return func(name string) string {
		switch {
		case strings.HasPrefix(name, "$"):
			return name
		case name == "?" || numbers[name] == 0:
			next++
			numbers[name] = next
		}
		return fmt.Sprintf("$%d", numbers[name])
	}
}

// placeholders rewrites ?, ?1, $1, :name and @name outside of literals and
// comments into what write makes of each.
func placeholders(query string, d sql.Dialect, write func(name string) string) string {
	var out strings.Builder
	at := 0
	for _, st := range sql.Split(query, d, 1).Statements {
		for _, p := range placesIn(st.Tokens) {
			if p.start < at {
				continue
			}
			out.WriteString(query[at:p.start])
			out.WriteString(write(query[p.start:p.end]))
			at = p.end
		}
	}
	out.WriteString(query[at:])
	return out.String()
}

type span struct{ start, end int }

// placesIn finds the placeholders among tokens. A colon counts only before a
// name that touches it, and not after another colon.
func placesIn(tokens []sql.Token) []span {
	var places []span
	for i, t := range tokens {
		end := t.Offset + len(t.Text)
		touches := i+1 < len(tokens) && tokens[i+1].Offset == end
		named := touches && (tokens[i+1].Kind == sql.Word || tokens[i+1].Kind == sql.Number)
		switch {
		case t.Kind == sql.Word && len(t.Text) > 1 && strings.ContainsRune("$:@?", rune(t.Text[0])):
			places = append(places, span{t.Offset, end})
		case t.IsSymbol("?") && named && tokens[i+1].Kind == sql.Number, t.IsSymbol("$") && named,
			t.IsSymbol("@") && named && !(i > 0 && tokens[i-1].IsSymbol("@")),
			t.IsSymbol(":") && named && !(i > 0 && tokens[i-1].IsSymbol(":")):
			places = append(places, span{t.Offset, tokens[i+1].Offset + len(tokens[i+1].Text)})
		case t.IsSymbol("?"):
			places = append(places, span{t.Offset, end})
		}
	}
	return places
}
