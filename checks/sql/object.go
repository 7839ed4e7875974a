package sql

import "strings"

// objects are the kinds of things that CREATE, ALTER and DROP are about.
var objects = map[string]bool{
	"TABLE": true, "INDEX": true, "VIEW": true, "TYPE": true, "SEQUENCE": true, "FUNCTION": true, "PROCEDURE": true, "TRIGGER": true, "EXTENSION": true,
	"SCHEMA": true, "DATABASE": true, "DOMAIN": true, "ROLE": true, "USER": true, "POLICY": true, "RULE": true, "AGGREGATE": true, "EVENT": true,
	"COLLATION": true, "STATISTICS": true, "PUBLICATION": true, "OPERATOR": true, "CAST": true, "LANGUAGE": true, "SERVER": true, "CONSTRAINT": true,
	"TABLESPACE": true, "SUBSCRIPTION": true, "FOREIGN": true, "TEXT": true, "KEYSPACE": true, "DICTIONARY": true, "DEFAULT": true, "GROUP": true,
	"SYSTEM": true, "OWNED": true, "ROUTINE": true, "CONVERSION": true, "ACCESS": true, "TRANSFORM": true, "LARGE": true,
}

// modifiers may stand between the verb and the kind of object.
var modifiers = map[string]bool{
	"OR": true, "REPLACE": true, "TEMP": true, "TEMPORARY": true, "UNLOGGED": true, "GLOBAL": true, "LOCAL": true, "UNIQUE": true, "MATERIALIZED": true,
	"RECURSIVE": true, "VIRTUAL": true, "DEFINER": true, "ALGORITHM": true, "SQL": true, "SECURITY": true, "FULLTEXT": true, "SPATIAL": true, "INVOKER": true,
	"UNDEFINED": true, "MERGE": true, "TEMPTABLE": true, "CURRENT_USER": true, "EVENT": true, "CLUSTERED": true, "NONCLUSTERED": true, "TRUSTED": true,
	"INVERTED": true, "VECTOR": true, "COLUMNSTORE": true, "EXTERNAL": true, "FORCE": true, "HASH": true, "PROCEDURAL": true, "CONSTRAINT": true, "STRICT": true,
}

// Object is the kind of thing that a CREATE, ALTER or DROP is about, in upper
// case, and the index of the token after it; empty for other statements.
func (s Statement) Object() (kind string, next int) {
	switch s.First() {
	case "CREATE", "ALTER", "DROP":
	default:
		return "", 0
	}
	for i := 1; i < len(s.Tokens) && i < 24; i++ {
		word := strings.ToUpper(s.Tokens[i].Text)
		if s.Tokens[i].Kind != Word {
			continue // DEFINER = `root`@`%`
		}
		follows := i+1 < len(s.Tokens) && objects[strings.ToUpper(s.Tokens[i+1].Text)]
		switch {
		case objects[word] && !(modifiers[word] && follows):
			return word, i + 1
		case !modifiers[word] && s.Tokens[i-1].Text != "=" && s.Tokens[i-1].Text != "@":
			return "", 0
		}
	}
	return "", 0
}

// HasDDL reports whether a string, such as a literal in code, holds a statement
// that creates, alters or drops something. Prose that begins with such a word
// ("create table: %w") is not taken for one.
func HasDDL(text string) bool {
	if !strings.ContainsAny(text, "cCaAdD") || len(text) < len("drop x y") {
		return false
	}
	for _, st := range Split(text, Guess(text), 1).Statements {
		if _, ok := st.DDL(); ok {
			return true
		}
	}
	return false
}

// DDL describes a statement that creates, alters or drops something, such as
// "CREATE TABLE authors".
func (s Statement) DDL() (string, bool) {
	kind, next := s.Object()
	if kind == "" {
		return "", false
	}
	for ; next < len(s.Tokens); next++ {
		t := s.Tokens[next]
		if t.Is("IF") || t.Is("NOT") || t.Is("EXISTS") || t.Is("CONCURRENTLY") || t.Is("ONLY") {
			continue
		}
		if t.Kind == Template {
			return s.First() + " " + kind + " " + t.Text, next+1 < len(s.Tokens) || s.First() == "DROP"
		}
		name := t.Name()
		if name == "" && t.Kind != String {
			return "", false
		}
		for next+2 < len(s.Tokens) && s.Tokens[next+1].IsSymbol(".") && s.Tokens[next+2].Name() != "" {
			name += "." + s.Tokens[next+2].Name()
			next += 2
		}
		// DROP TABLE x ends here; the others must say more.
		if s.First() != "DROP" && next+1 >= len(s.Tokens) && kind != "EXTENSION" && kind != "SCHEMA" && kind != "DATABASE" && kind != "SEQUENCE" && kind != "ROLE" {
			return "", false
		}
		if next+1 < len(s.Tokens) && (s.Tokens[next+1].IsSymbol(":") || s.Tokens[next+1].IsSymbol("'")) {
			return "", false // "create table x: ..." is prose
		}
		return s.First() + " " + kind + " " + name, true
	}
	return "", false
}
