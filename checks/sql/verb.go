package sql

import "strings"

// verbs begin statements that are neither queries nor listed by their effect.
var verbs = map[string]bool{
	"SELECT": true, "WITH": true, "TABLE": true, "DO": true, "CALL": true, "EXECUTE": true, "PREPARE": true, "DEALLOCATE": true, "DECLARE": true,
	"FETCH": true, "CLOSE": true, "NOTIFY": true, "LISTEN": true, "REFRESH": true, "CLUSTER": true, "SECURITY": true, "ATTACH": true, "DETACH": true,
	"REASSIGN": true, "IMPORT": true, "FLUSH": true, "IF": true, "EXEC": true, "PRINT": true, "GO": true, "CHECKPOINT": true, "DISCARD": true, "ABORT": true,
	"ANALYZE": true, "HANDLER": true, "KILL": true, "ALTER": true, "SYNC": true, "UPSERT": true, "EXCHANGE": true, "DENY": true,
}

// Verb is the word that a statement begins with, and whether some dialect has
// such statements. CREATE, ALTER and DROP must be about a known kind of object.
func (s Statement) Verb() (string, bool) {
	first := s.First()
	switch first {
	case "":
		return s.Tokens[0].Text, false
	case "CREATE", "ALTER", "DROP":
		kind, _ := s.Object()
		return first, kind != "" || first == "ALTER" && len(s.Tokens) > 1 && s.Tokens[1].Is("IGNORE")
	}
	_, known := effects[first]
	return first, known || verbs[first]
}

// AddsEnumValue reports ALTER TYPE ... ADD VALUE, which nothing can undo.
func (s Statement) AddsEnumValue() bool {
	if kind, next := s.Object(); s.First() != "ALTER" || kind != "TYPE" || next == 0 {
		return false
	}
	for i := 2; i+1 < len(s.Tokens); i++ {
		if s.Tokens[i].Is("ADD") && s.Tokens[i+1].Is("VALUE") {
			return true
		}
	}
	return false
}

// Unbalanced finds statements whose round brackets do not match.
func (s Script) Unbalanced() []Problem {
	var ps []Problem
	for _, st := range s.Statements {
		depth, open := 0, 0
		for _, t := range st.Tokens {
			switch {
			case t.IsSymbol("("):
				if depth == 0 {
					open = t.Line
				}
				depth++
			case t.IsSymbol(")"):
				depth--
			}
			if depth < 0 {
				ps = append(ps, Problem{t.Line, "a closing bracket has no opening one"})
				break
			}
		}
		if depth > 0 {
			ps = append(ps, Problem{open, "a bracket is opened and not closed before the statement ends (" + strings.ToUpper(st.First()) + ")"})
		}
	}
	return ps
}
