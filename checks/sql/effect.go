package sql

import "strings"

// Effect is what a statement, or a whole script, does to a database.
type Effect int

// From nothing at all to what cannot be told. Their order is that of weight: a
// script has the heaviest effect of its statements.
const (
	// Nothing is left of a script with only comments, transaction control,
	// session settings and queries without effect.
	Nothing Effect = iota
	// Data changes rows, not the schema.
	Data
	// Opaque may do anything: DO blocks, calls, templates.
	Opaque
	// Schema changes tables or other objects.
	Schema
)

// first words that settle the effect of a statement.
var effects = map[string]Effect{
	"CREATE": Schema, "ALTER": Schema, "DROP": Schema, "RENAME": Schema, "COMMENT": Schema, "GRANT": Schema, "REVOKE": Schema,
	"INSERT": Data, "UPDATE": Data, "DELETE": Data, "MERGE": Data, "REPLACE": Data, "TRUNCATE": Data, "COPY": Data, "LOAD": Data, "UPSERT": Data,
	"BEGIN": Nothing, "COMMIT": Nothing, "END": Nothing, "ROLLBACK": Nothing, "START": Nothing, "SAVEPOINT": Nothing, "RELEASE": Nothing,
	"SET": Nothing, "RESET": Nothing, "USE": Nothing, "PRAGMA": Nothing, "ANALYZE": Nothing, "VACUUM": Nothing, "LOCK": Nothing,
	"UNLOCK": Nothing, "SHOW": Nothing, "EXPLAIN": Nothing, "OPTIMIZE": Nothing, "REINDEX": Nothing, "VALUES": Nothing,
}

// Effect says what the statement does.
func (s Statement) Effect() Effect {
	for _, t := range s.Tokens {
		if t.Kind == Template {
			return max(Opaque, effects[s.First()])
		}
	}
	first := s.First()
	if e, ok := effects[first]; ok {
		return e
	}
	switch first {
	case "SELECT", "TABLE":
		return s.queryEffect()
	case "WITH":
		return s.withEffect()
	}
	return Opaque
}

// First is the statement's first word in upper case; empty where it does not
// begin with a word.
func (s Statement) First() string {
	for _, t := range s.Tokens {
		if t.IsSymbol("(") {
			continue
		}
		if t.Kind == Word {
			return strings.ToUpper(t.Text)
		}
		break
	}
	return ""
}

// queryEffect: a query does nothing, unless it calls a function, which may do
// anything, or makes a table with SELECT ... INTO.
func (s Statement) queryEffect() Effect {
	for i, t := range s.Tokens {
		if t.Is("INTO") {
			return Schema
		}
		if i > 0 && t.IsSymbol("(") && s.Tokens[i-1].Name() != "" && !notCalled[strings.ToUpper(s.Tokens[i-1].Text)] {
			return Opaque
		}
	}
	return Nothing
}

// notCalled are words before a parenthesis that are no function with an effect.
var notCalled = map[string]bool{
	"SELECT": true, "FROM": true, "IN": true, "EXISTS": true, "AND": true, "OR": true, "NOT": true, "WHERE": true, "AS": true, "ON": true,
	"COUNT": true, "MAX": true, "MIN": true, "SUM": true, "NOW": true, "COALESCE": true, "VALUES": true, "USING": true, "JOIN": true,
}

func (s Statement) withEffect() Effect {
	for _, t := range s.Tokens {
		if t.Is("INSERT") || t.Is("UPDATE") || t.Is("DELETE") || t.Is("MERGE") {
			return Data
		}
	}
	return s.queryEffect()
}

// Effect is the heaviest effect of the script's statements. A text that could
// not be read to its end is at least Opaque.
func (s Script) Effect() Effect {
	e := Nothing
	for _, st := range s.Statements {
		e = max(e, st.Effect())
	}
	if len(s.Problems) > 0 || len(s.Statements) == 0 && len(s.Templates) > 0 {
		e = max(e, Opaque)
	}
	return e
}
