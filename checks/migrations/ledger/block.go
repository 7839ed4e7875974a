package ledger

import (
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
)

// block reads the body of a DO statement: it books what runs whenever the
// block does, and what asks the catalogue first whether it is needed. Anything
// that depends on rows, or is put together while it runs, is not understood.
type block struct {
	ledger *Ledger
	file   string
	// conditions are the IFs and loops that are open.
	conditions []condition
	declares   bool
	// handled says that an error of the block's statements is caught, so that
	// they may have been done before.
	handled bool
}

// condition is what statements depend on.
type condition int

const (
	always condition = iota
	// byCatalogue asks whether an object is there.
	byCatalogue
	// byRows depends on what is in the tables.
	byRows
)

// doBlock enters a DO statement; false where it is not understood in full.
func (l *Ledger) doBlock(st sql.Statement, file string) bool {
	for _, t := range st.Tokens {
		if t.Kind != sql.String {
			continue
		}
		b := &block{ledger: l, file: file}
		script := sql.Split(unquoted(t.Text), sql.Postgres, t.Line)
		if len(script.Problems)+len(script.Templates) > 0 {
			return false
		}
		for _, s := range script.Statements {
			b.handled = b.handled || catches(s.Tokens)
		}
		for _, s := range script.Statements {
			if !b.statement(s.Tokens) {
				return false
			}
		}
		return true
	}
	return false
}

// unquoted is the text inside of a literal's quotes.
func unquoted(literal string) string {
	if tag := strings.IndexByte(literal[min(1, len(literal)):], '$'); tag >= 0 && literal[0] == '$' && len(literal) >= 2*(tag+2) {
		return literal[tag+2 : len(literal)-tag-2]
	}
	if len(literal) < 2 {
		return ""
	}
	return strings.ReplaceAll(literal[1:len(literal)-1], "''", "'")
}

// catches reports a handler for objects that are there already, or not any more.
func catches(tokens []sql.Token) bool {
	for i, t := range tokens {
		name := strings.ToLower(t.Text)
		if i > 0 && tokens[i-1].Is("WHEN") && (name == "others" || strings.HasPrefix(name, "duplicate_") || strings.HasPrefix(name, "undefined_") || strings.HasPrefix(name, "invalid_")) {
			return true
		}
	}
	return false
}

// statement takes the control words off and books what they lead to.
func (b *block) statement(tokens []sql.Token) bool {
	for len(tokens) > 0 {
		first := tokens[0]
		switch {
		case first.Is("DECLARE"):
			b.declares = true
			return true
		case first.Is("BEGIN"):
			b.declares = false
			tokens = tokens[1:]
		case b.declares:
			return true
		case first.Is("ELSE"), first.Is("EXCEPTION"):
			tokens = tokens[1:]
		case first.Is("IF"), first.Is("ELSIF"), first.Is("ELSEIF"):
			end := wordAt(tokens, "THEN")
			if first.Is("IF") {
				b.conditions = append(b.conditions, conditionOf(tokens[:end]))
			}
			tokens = tokens[min(end+1, len(tokens)):]
		case first.Is("WHEN"):
			tokens = tokens[min(wordAt(tokens, "THEN")+1, len(tokens)):]
		case first.Is("FOR"), first.Is("FOREACH"), first.Is("WHILE"), first.Is("LOOP"), first.Is("CASE"):
			b.conditions = append(b.conditions, byRows)
			end := wordAt(tokens, "LOOP")
			if first.Is("CASE") {
				end = wordAt(tokens, "THEN")
			}
			tokens = tokens[min(end+1, len(tokens)):]
		case first.Is("END"):
			if len(tokens) > 1 && (tokens[1].Is("IF") || tokens[1].Is("LOOP") || tokens[1].Is("CASE")) && len(b.conditions) > 0 {
				b.conditions = b.conditions[:len(b.conditions)-1]
			}
			return true
		default:
			return b.book(tokens)
		}
	}
	return true
}

// wordAt is the index of the word, or the end. The THEN of a CASE inside of a
// condition is passed.
func wordAt(tokens []sql.Token, word string) int {
	depth := 0
	for i := 1; i < len(tokens); i++ {
		switch {
		case tokens[i].Is("CASE"):
			depth++
		case tokens[i].Is("END"):
			depth--
		case depth <= 0 && tokens[i].Is(word):
			return i
		}
	}
	return len(tokens)
}

func conditionOf(tokens []sql.Token) condition {
	for _, t := range tokens {
		name := t.Name()
		if strings.HasPrefix(name, "pg_") || name == "information_schema" || strings.HasPrefix(name, "to_reg") {
			return byCatalogue
		}
	}
	return byRows
}

// book enters one statement of the block.
func (b *block) book(tokens []sql.Token) bool {
	switch first := tokens[0]; {
	case first.Is("RAISE"), first.Is("NULL"), first.Is("RETURN"), first.Is("EXIT"), first.Is("CONTINUE"), first.Is("GET"), first.Is("ASSERT"), first.Is("SELECT"),
		first.Is("INSERT"), first.Is("UPDATE"), first.Is("DELETE"), first.Is("WITH"), first.Is("OPEN"), first.Is("FETCH"), first.Is("CLOSE"), first.Is("LOCK"), first.Is("SET"):
		return true
	case first.Is("PERFORM"):
		return b.ledger.harmlessCall(tokens)
	case first.Is("EXECUTE"):
		return b.execute(tokens)
	case len(tokens) > 2 && first.Name() != "" && (tokens[1].IsSymbol(":") && tokens[2].IsSymbol("=") || tokens[1].IsSymbol("=")): // an assignment
		return true
	}
	st := sql.Statement{Tokens: tokens, Line: tokens[0].Line, File: b.file}
	if st.Effect() != sql.Schema {
		return false
	}
	guarded := b.handled
	for _, c := range b.conditions {
		if c == byRows {
			return false
		}
		guarded = guarded || c == byCatalogue
	}
	return b.ledger.enterGuarded(st, guarded)
}

// execute reads EXECUTE of a literal; anything else is known at run time only.
func (b *block) execute(tokens []sql.Token) bool {
	if len(tokens) != 2 || tokens[1].Kind != sql.String {
		return false
	}
	for _, s := range sql.Split(unquoted(tokens[1].Text), sql.Postgres, tokens[1].Line).Statements {
		if !b.book(s.Tokens) {
			return false
		}
	}
	return true
}

// enterGuarded books a statement that is skipped where it is not needed; false
// where it is not understood.
func (l *Ledger) enterGuarded(st sql.Statement, guarded bool) bool {
	doubt, before := l.doubt, l.guarded
	l.doubt, l.guarded = "", guarded
	l.enter(st, &cursor{ledger: l, tokens: st.Tokens, file: st.File, line: st.Line})
	understood := l.doubt == ""
	if doubt != "" {
		l.doubt = doubt
	}
	l.guarded = before
	return understood
}
