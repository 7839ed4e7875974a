package ledger

import (
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
)

// ends are the words at which a type or a default ends.
var ends = map[string]bool{"NOT": true, "NULL": true, "DEFAULT": true, "PRIMARY": true, "UNIQUE": true, "REFERENCES": true, "CHECK": true, "CONSTRAINT": true,
	"COLLATE": true, "GENERATED": true, "AS": true, "AUTO_INCREMENT": true, "AUTOINCREMENT": true, "COMMENT": true, "ON": true, "KEY": true, "CHARSET": true,
	"FIRST": true, "AFTER": true, "VIRTUAL": true, "STORED": true, "USING": true, "INVISIBLE": true, "STORAGE": true, "COMPRESSION": true, "DEFERRABLE": true, "INITIALLY": true}

// typeName reads a type: everything up to a word that begins something else.
func (c *cursor) typeName() string {
	var tokens []sql.Token
	for !c.done() {
		t := c.peek()
		if t.Kind == sql.Word && ends[strings.ToUpper(t.Text)] || t.Is("CHARACTER") && c.at+1 < len(c.tokens) && c.tokens[c.at+1].Is("SET") && len(tokens) > 0 {
			break
		}
		if t.IsSymbol("(") {
			end := sql.Closing(c.tokens, c.at)
			tokens = append(tokens, c.tokens[c.at:min(end+1, len(c.tokens))]...)
			c.at = end + 1
			continue
		}
		tokens = append(tokens, t)
		c.at++
	}
	return c.ledger.canonicalType(strings.Join(sql.Normal(tokens), " "))
}

var spacedBracket = regexp.MustCompile(` ?([(),\[\].]) ?`)

// synonyms are types that PostgreSQL stores under another name.
var synonyms = map[string]string{"int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint", "bool": "boolean", "float8": "double precision",
	"float4": "real", "float": "double precision", "decimal": "numeric", "timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone", "timetz": "time with time zone",
	"varchar": "character varying", "char": "character", "bpchar": "character", "varbit": "bit varying"}

func (l *Ledger) canonicalType(text string) string {
	text = spacedBracket.ReplaceAllString(text, "$1")
	text = strings.TrimPrefix(text, "public.")
	if l.dialect == sql.MySQL || l.dialect == sql.SQLite {
		return text
	}
	base, rest := text, ""
	if i := strings.IndexAny(text, "(["); i >= 0 {
		base, rest = text[:i], text[i:]
	}
	if s := synonyms[strings.TrimSpace(base)]; s != "" {
		return s + rest
	}
	return text
}

// defaultValue reads an expression up to a word that begins something else. A
// cast of a literal and DEFAULT NULL make no difference.
func (c *cursor) defaultValue() string {
	if c.skip("NULL") {
		return ""
	}
	var tokens []sql.Token
	for !c.done() {
		t := c.peek()
		if len(tokens) > 0 && t.Kind == sql.Word && ends[strings.ToUpper(t.Text)] {
			break
		}
		if t.IsSymbol("::") { // the type of the cast
			c.at++
			c.typeName()
			continue
		}
		if t.IsSymbol("(") {
			end := sql.Closing(c.tokens, c.at)
			tokens = append(tokens, c.tokens[c.at:min(end+1, len(c.tokens))]...)
			c.at = end + 1
			continue
		}
		tokens = append(tokens, t)
		c.at++
	}
	text := strings.Join(sql.Normal(tokens), " ")
	switch text {
	case "now ( )", "current_timestamp ( )", "current_timestamp":
		return "now"
	case "'t'", "'true'":
		return "true"
	case "'f'", "'false'":
		return "false"
	}
	return text
}
