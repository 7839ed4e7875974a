package sql

import (
	"regexp"
	"strings"
)

// Statement is one statement without its comments and its terminator.
type Statement struct {
	Tokens []Token
	// Start and End are byte offsets into the text that was split.
	Start, End int
	// Line is where its first token stands, in File where the reader of several
	// files set that.
	Line int
	File string
	// Terminated says that something ends it other than the end of the text.
	Terminated bool
}

// Source is the statement as written in the text that was split.
func (s Statement) Source(text string) string { return strings.TrimSpace(text[s.Start:s.End]) }

// Conditional reports whether the statement may leave everything as it is
// without an error: IF [NOT] EXISTS, OR REPLACE, or a block of code.
func (s Statement) Conditional() bool {
	if s.Effect() == Opaque {
		return true
	}
	for i := 1; i < len(s.Tokens); i++ {
		switch t, before := s.Tokens[i], s.Tokens[i-1]; {
		case before.Is("IF") && (t.Is("EXISTS") || t.Is("NOT")), before.Is("OR") && (t.Is("REPLACE") || t.Is("IGNORE")):
			return true
		}
	}
	return false
}

// Script is a text taken apart.
type Script struct {
	Statements []Statement
	// Comments are in order; a psql meta command is kept with them.
	Comments []Token
	// Templates are placeholders outside of literals and comments: with any of
	// them the text is not yet SQL.
	Templates []Token
	Problems  []Problem
}

// MaxSize bounds one text in bytes: more than that is data, not a schema.
const MaxSize = 8 << 20

// annotation is how goose and sql-migrate mark a statement with semicolons in it.
var annotation = regexp.MustCompile(`(?i)^--\s*\+(?:goose|migrate)\s+statement(begin|end)\b`)

// delimiter is the mysql client's command that changes the terminator.
var delimiter = regexp.MustCompile(`(?i)^delimiter[ \t]+(\S+)[ \t]*\r?(?:\n|$)`)

// Split takes a text apart. line is the number of its first line in its file.
func Split(text string, d Dialect, line int) Script {
	if len(text) > MaxSize {
		return Script{Problems: []Problem{{Line: line, Message: "text is larger than 8 MiB and was not read"}}}
	}
	s := splitter{lexer: lexer{src: text, line: line, dialect: d, lineStart: true}, terminator: ";"}
	s.run()
	return s.script
}

// splitter collects tokens until something ends the statement.
type splitter struct {
	lexer
	script     Script
	current    []Token
	terminator string
	// block is true between StatementBegin and StatementEnd.
	block     bool
	blockLine int
	// body is the depth of BEGIN ... END in a trigger or a routine.
	body     int
	bodyLine int
	// ended is set after END, which may still turn out to be an END IF.
	ended bool
}

func (s *splitter) run() {
	for {
		if s.changesDelimiter() || s.atDelimiter() {
			continue
		}
		t, ok := s.next()
		if !ok {
			break
		}
		s.take(t)
	}
	s.leave(Token{})
	if s.body > 0 && s.problem == nil {
		s.problem = &Problem{Line: s.bodyLine, Message: "BEGIN without END"}
	}
	if s.block && s.problem == nil {
		s.problem = &Problem{Line: s.blockLine, Message: "StatementBegin without StatementEnd"}
	}
	s.flush(len(s.src), false)
	if s.problem != nil {
		s.script.Problems = append(s.script.Problems, *s.problem)
	}
}

func (s *splitter) take(t Token) {
	switch t.Kind {
	case Comment:
		s.script.Comments = append(s.script.Comments, t)
		s.annotated(t)
		return
	case Meta:
		if len(s.current) == 0 {
			s.script.Comments = append(s.script.Comments, t)
			return
		}
	case Template:
		s.script.Templates = append(s.script.Templates, t)
	}
	s.leave(t)
	if !s.block && s.body == 0 && s.terminator == ";" && t.IsSymbol(";") {
		s.flush(t.Offset, true)
		return
	}
	s.current = append(s.current, t)
	s.enter(t)
}

// atDelimiter ends the statement where the terminator was changed. It is looked
// for in the text rather than among tokens: $$ would open a quote otherwise.
func (s *splitter) atDelimiter() bool {
	s.space()
	if s.terminator == ";" || s.block || !strings.HasPrefix(s.src[s.pos:], s.terminator) {
		return false
	}
	end := s.pos
	s.pos += len(s.terminator)
	s.flush(end, true)
	return true
}

// annotated obeys the StatementBegin and StatementEnd of goose and sql-migrate.
func (s *splitter) annotated(t Token) {
	m := annotation.FindStringSubmatch(t.Text)
	switch {
	case m == nil:
	case strings.EqualFold(m[1], "begin"):
		s.flush(t.Offset, false)
		s.block, s.blockLine, s.body = true, t.Line, 0
	case s.block:
		s.block = false
		s.flush(t.Offset, true)
		s.openBlock()
	}
}

// openBlock takes a marked block apart that is several statements: people put
// markers around a whole script as well.
func (s *splitter) openBlock() {
	n := len(s.script.Statements)
	if n == 0 || s.script.Statements[n-1].Line < s.blockLine {
		return
	}
	whole := s.script.Statements[n-1]
	inner := Split(s.src[whole.Start:whole.End], s.dialect, whole.Line)
	if len(inner.Problems) > 0 || len(inner.Statements) < 2 {
		return
	}
	for i := range inner.Statements {
		st := &inner.Statements[i]
		if !standsAlone(*st) {
			return
		}
		st.Start, st.End = st.Start+whole.Start, st.End+whole.Start
		for j := range st.Tokens {
			st.Tokens[j].Offset += whole.Start
		}
	}
	s.script.Statements = append(s.script.Statements[:n-1], inner.Statements...)
}

// standsAlone reports a statement that is no piece of a body.
func standsAlone(st Statement) bool {
	switch st.First() {
	case "END", "IF", "BEGIN", "DECLARE", "FETCH", "CLOSE":
		return false
	}
	_, known := st.Verb()
	return known
}

// enter follows BEGIN ... END in triggers and routines, which hold semicolons.
// Bodies in dollar quotes are literals and need none of this.
func (s *splitter) enter(t Token) {
	if t.Kind != Word || s.block {
		return
	}
	if s.body == 0 {
		if t.Is("BEGIN") && len(s.current) > 1 && isRoutine(s.current) {
			s.body, s.bodyLine = 1, t.Line
		}
		return
	}
	switch {
	case t.Is("END"):
		s.ended = true
	case t.Is("BEGIN"), t.Is("CASE") && !s.previous("END"):
		s.body++
	}
}

// leave closes what the END before t ended: END IF and its like close something
// that was not counted.
func (s *splitter) leave(t Token) {
	if s.ended && !t.Is("IF") && !t.Is("LOOP") && !t.Is("WHILE") && !t.Is("REPEAT") && !t.Is("FOR") {
		s.body--
	}
	s.ended = false
}

// previous reports whether the token before the last one is the word w.
func (s *splitter) previous(w string) bool {
	return len(s.current) > 1 && s.current[len(s.current)-2].Is(w)
}

// isRoutine reports whether a statement creates something with a body.
func isRoutine(tokens []Token) bool {
	if !tokens[0].Is("CREATE") {
		return false
	}
	for _, t := range tokens[1:min(len(tokens), 12)] {
		switch {
		case t.Is("TRIGGER"), t.Is("PROCEDURE"), t.Is("FUNCTION"), t.Is("EVENT"):
			return true
		case t.Is("TABLE"), t.Is("VIEW"), t.Is("INDEX"):
			return false
		}
	}
	return false
}

// changesDelimiter consumes a DELIMITER line between statements.
func (s *splitter) changesDelimiter() bool {
	s.space()
	if len(s.current) > 0 || !s.lineStart || s.dialect == Postgres || s.dialect == SQLite {
		return false
	}
	if rest := s.src[s.pos:]; rest == "" || rest[0]|0x20 != 'd' {
		return false
	}
	m := delimiter.FindStringSubmatch(s.src[s.pos:min(len(s.src), s.pos+64)])
	if m == nil {
		return false
	}
	s.terminator, s.stop = m[1], m[1]
	s.advance(s.pos + len(m[0]))
	s.lineStart = true
	return true
}

func (s *splitter) flush(end int, terminated bool) {
	tokens := s.current
	s.current, s.body, s.ended = nil, 0, false
	for len(tokens) > 0 && tokens[len(tokens)-1].IsSymbol(";") { // left over from a marked block
		tokens, terminated = tokens[:len(tokens)-1], true
	}
	if len(tokens) == 0 {
		return
	}
	st := Statement{Tokens: tokens, Start: tokens[0].Offset, End: end, Line: tokens[0].Line, Terminated: terminated}
	s.script.Statements = append(s.script.Statements, st)
	if terminated && copiesFromStdin(tokens) {
		s.skipCopyData()
	}
}

func copiesFromStdin(tokens []Token) bool {
	if !tokens[0].Is("COPY") {
		return false
	}
	for i := 1; i+1 < len(tokens); i++ {
		if tokens[i].Is("FROM") && tokens[i+1].Is("STDIN") {
			return true
		}
	}
	return false
}

// skipCopyData jumps over the rows of COPY ... FROM stdin, as pg_dump writes them.
func (s *splitter) skipCopyData() {
	if n := strings.Index(s.src[s.pos:], "\n\\."); n >= 0 {
		s.advance(s.pos + n + 3)
		return
	}
	s.complain("data of COPY FROM stdin has no end")
	s.advance(len(s.src))
}
