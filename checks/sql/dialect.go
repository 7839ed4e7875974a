// Package sql reads SQL without a grammar: it finds tokens and statements, says
// what kind of thing a statement does, and keeps the line of everything. It
// understands what PostgreSQL, MySQL and SQLite agree on and where they differ
// in quoting; a text that it cannot read becomes a Problem, never a panic.
package sql

import (
	"path"
	"regexp"
	"strings"
)

// Dialect decides how quotes and comments are read. Unknown reads what the
// dialects share, which is enough for nearly every script.
type Dialect int

// The dialects that differ in quoting.
const (
	Unknown Dialect = iota
	Postgres
	MySQL
	SQLite
	// Foreign databases (ClickHouse, Cassandra, SQL Server, ...) are split like
	// Unknown, and nothing is executed or inverted for them.
	Foreign
)

var dialectNames = map[Dialect]string{Postgres: "postgres", MySQL: "mysql", SQLite: "sqlite", Foreign: "other"}

// String is the name used in messages; empty for Unknown.
func (d Dialect) String() string { return dialectNames[d] }

var dialectWords = []struct {
	dialect Dialect
	words   []string
}{
	{Postgres, []string{"postgres", "postgresql", "pg", "pgsql", "psql", "pgx"}},
	{MySQL, []string{"mysql", "mariadb"}},
	{SQLite, []string{"sqlite", "sqlite3"}},
	{Foreign, []string{"clickhouse", "cassandra", "mssql", "sqlserver", "oracle", "spanner", "snowflake", "cockroach", "cockroachdb", "crdb", "duckdb"}},
}

// DialectOfName is the dialect that a word such as a folder name or a file's
// dialect suffix stands for.
func DialectOfName(name string) Dialect {
	name = strings.ToLower(name)
	for _, d := range dialectWords {
		for _, w := range d.words {
			if name == w {
				return d.dialect
			}
		}
	}
	return Unknown
}

var nameParts = regexp.MustCompile(`[A-Za-z]+3?`)

// DialectOfPath looks for a dialect's name in the folders of a path, innermost first.
func DialectOfPath(p string) Dialect {
	for ; p != "." && p != "/" && p != ""; p = path.Dir(p) {
		for _, part := range nameParts.FindAllString(path.Base(p), -1) {
			if d := DialectOfName(part); d != Unknown {
				return d
			}
		}
	}
	return Unknown
}

// telltales are spellings that one dialect alone knows.
var telltales = []struct {
	dialect Dialect
	pattern *regexp.Regexp
}{
	{Postgres, regexp.MustCompile(`(?i)\$\$|::(text|jsonb|regclass|uuid|timestamp)|\b(bigserial|serial|jsonb|timestamptz|bytea|plpgsql|pgcrypto|tsvector|citext)\b|\bcreate\s+(extension|domain)\b|\bcreate\s+type\s+\S+\s+as\b|\bcharacter varying\b|\bgen_random_uuid\(|\bincluding\s+all\b|\bnextval\(|\bindex\s+concurrently\b|\bgenerated\s+(by\s+default|always)\s+as\s+identity\b|\bowner\s+to\b|\busing\s+gin\b|\bwith\s+time\s+zone\b`)},
	{MySQL, regexp.MustCompile("(?i)\\bengine\\s*=|\\bauto_increment\\b|\\bcharset\\s*=|\\bcharacter set\\b|\\bunsigned\\b|\\bon update current_timestamp\\b|\\bmodify column\\b|\\btinyint\\(|\\bdelimiter\\b|\\bmediumtext\\b|\\blongtext\\b")},
	{SQLite, regexp.MustCompile(`(?i)\bautoincrement\b|\bpragma\b|\bsqlite_master\b|\bwithout\s+rowid\b|\bstrftime\(|\)\s*strict\s*;|\bdatetime\('now'`)},
}

// lineComments often speak of another database than the one the script is for.
var lineComments = regexp.MustCompile(`(?m)--.*$`)

// Guess names the dialect that only its own spellings give away; a text with
// those of two dialects, or of none, is Unknown.
func Guess(text string) Dialect {
	if strings.Contains(text, "--") {
		text = lineComments.ReplaceAllString(text, "")
	}
	found := Unknown
	for _, t := range telltales {
		if !t.pattern.MatchString(text) {
			continue
		}
		if found != Unknown {
			return Unknown
		}
		found = t.dialect
	}
	return found
}
