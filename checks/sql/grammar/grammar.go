// Package grammar asks the databases' own grammars whether a statement can be
// read: that of PostgreSQL, compiled to WebAssembly, and for MySQL that of
// TiDB, which follows it closely. A grammar starts when the first statement
// needs it. For SQLite there is none: its statements are executed.
package grammar

import (
	"fmt"
	"regexp"
	"time"

	"github.com/backend-conformance/conformance/checks/sql"
)

// Problem is what a grammar has against a statement.
type Problem struct {
	sql.Problem
	// Certain says that the database would refuse the statement. Otherwise the
	// grammar only does not know it: it may be newer, or of a relative of the
	// database.
	Certain bool
}

// Has reports whether there is a grammar for the dialect.
func Has(d sql.Dialect) bool { return d == sql.Postgres || d == sql.MySQL }

// Limits within which a statement is given to a grammar. PostgreSQL's runs on a
// stack of a fixed size, which chains of some 4000 operators exceed.
const (
	maxText   = 1 << 20 // bytes
	maxTokens = 2500    // in one item of a list, such as a row of VALUES
	maxTime   = 10 * time.Second
)

// Check reads the statement, which stands in the text; nil where the grammar
// takes it. A dialect without a grammar gives an uncertain problem.
func Check(d sql.Dialect, st sql.Statement, text string) *Problem {
	if why := tooMuch(st); why != "" {
		return &Problem{sql.Problem{Line: st.Line, Message: why}, false}
	}
	source := st.Source(text)
	var at offset
	var message string
	switch d {
	case sql.Postgres:
		at, message = postgres.read(source)
	case sql.MySQL:
		at, message = mysql.read(withoutVersionMarks(st, text))
	default:
		message = "there is no grammar for this dialect here"
	}
	if message == "" {
		return nil
	}
	return &Problem{sql.Problem{Line: at.line(st, source), Message: message}, at.known && certain(d, st, source)}
}

// tooMuch says why a statement is not given to a grammar.
func tooMuch(st sql.Statement) string {
	if st.End-st.Start > maxText {
		return fmt.Sprintf("the statement is larger than %d MiB", maxText>>20)
	}
	for _, item := range sql.Items(st.Tokens) {
		if len(item) > maxTokens {
			return fmt.Sprintf("the statement has more than %d words in one piece", maxTokens)
		}
	}
	return ""
}

// offset is where a grammar stopped, in bytes of the statement.
type offset struct {
	bytes int
	known bool
}

// line is the file's line at the offset.
func (o offset) line(st sql.Statement, source string) int {
	line := st.Line
	for i := 0; i < min(o.bytes, len(source)); i++ {
		if source[i] == '\n' {
			line++
		}
	}
	return line
}

// strange are words of relatives and of releases that a grammar may not know.
var strange = map[sql.Dialect]*regexp.Regexp{
	sql.Postgres: regexp.MustCompile(`(?i)\b(virtual|enforced|overlaps|period|upsert|interleave|storing|family|zone|distkey|sortkey|diststyle|hypertable|locality|regional)\b|\badd\s+constraint\s+\S+\s+not\s+null\b|\breturning\s+(with|old|new)\b|(^|[^:\w\]]):[a-z_'"]|\?`),
	sql.MySQL:    regexp.MustCompile(`(?i)\b(point|geometry\w*|spatial|(multi)?(linestring|polygon|point)|srid|intersect|lateral|returning|system|versioning|period|inet4|inet6|uuid|compressed|persistent|columnstore|or\s+replace|if\s+(not\s+)?exists|engine_attribute|secondary_\w+|vector|enforced|invisible|delimiter|external|filesystem)\b`),
}

// plain are the statements that TiDB's grammar reads as MySQL does; routines,
// triggers and administration it does not know in full.
var plain = map[string]bool{"CREATE TABLE": true, "CREATE INDEX": true, "ALTER TABLE": true, "DROP TABLE": true, "DROP INDEX": true, "INSERT": true, "UPDATE": true, "DELETE": true}

// unfilled finds placeholders, in literals too, that a program fills in first.
var unfilled = regexp.MustCompile(`\{\{|\}\}|\$\{|<%|%[sdvq]`)

func certain(d sql.Dialect, st sql.Statement, source string) bool {
	if strange[d].MatchString(source) || unfilled.MatchString(source) {
		return false
	}
	if d == sql.Postgres {
		return true
	}
	kind := st.First()
	if object, _ := st.Object(); object != "" {
		kind += " " + object
	}
	return plain[kind]
}

// withoutVersionMarks is the statement without the end of a comment whose
// beginning, /*!40101 say, was cut off with what came before.
func withoutVersionMarks(st sql.Statement, text string) string {
	source := []byte(text[st.Start:st.End])
	for i := 1; i < len(st.Tokens); i++ {
		if t := st.Tokens[i]; t.IsSymbol("/") && st.Tokens[i-1].IsSymbol("*") && st.Tokens[i-1].Offset == t.Offset-1 && !opened(source[:t.Offset-st.Start]) {
			source[t.Offset-st.Start], source[t.Offset-st.Start-1] = ' ', ' '
		}
	}
	return string(source)
}

var versionMark = regexp.MustCompile(`/\*!`)

func opened(before []byte) bool { return versionMark.Match(before) }
