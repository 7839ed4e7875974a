package sql

import (
	"strings"
	"unicode/utf8"
)

// Kind is what a token is.
type Kind uint8

// The kinds of tokens. White space is not a token.
const (
	Word Kind = iota + 1
	// Quoted is a quoted identifier; Text keeps its quotes.
	Quoted
	// String is a literal, dollar-quoted bodies included.
	String
	Number
	Symbol
	Comment
	// Meta is a line for the client program: psql's backslash commands.
	Meta
	// Template is a placeholder that something fills in before the text is SQL.
	Template
)

// Token is a piece of the text.
type Token struct {
	Kind Kind
	Text string
	// Offset counts bytes from the start of the text, Line from the first line given.
	Offset, Line int
}

// Is reports whether the token is the word w, which must be in upper case.
func (t Token) Is(w string) bool { return t.Kind == Word && strings.EqualFold(t.Text, w) }

// IsSymbol reports whether the token is the symbol s.
func (t Token) IsSymbol(s string) bool { return t.Kind == Symbol && t.Text == s }

// Name is the identifier that the token writes: without quotes as it stands,
// a plain word in lower case. Empty for anything else.
func (t Token) Name() string {
	switch t.Kind {
	case Word:
		return strings.ToLower(t.Text)
	case Quoted:
		if len(t.Text) < 2 {
			return ""
		}
		q := t.Text[len(t.Text)-1:]
		return strings.ReplaceAll(t.Text[1:len(t.Text)-1], q+q, q)
	}
	return ""
}

// Problem is something about the text that cannot be right, with its line.
type Problem struct {
	Line    int
	Message string
}

// lexer walks the text once; every step moves forward, so that no input can hang it.
type lexer struct {
	src     string
	pos     int
	line    int
	dialect Dialect
	problem *Problem
	// lineStart says that only white space came before on this line.
	lineStart bool
	// stop ends a word early: a delimiter such as $$ may be glued to one.
	stop string
}

// next gives the next token; false at the end.
func (l *lexer) next() (Token, bool) {
	l.space()
	if l.pos >= len(l.src) {
		return Token{}, false
	}
	start, line := l.pos, l.line
	kind := l.scan()
	l.lineStart = false
	return Token{Kind: kind, Text: l.src[start:l.pos], Offset: start, Line: line}, true
}

func (l *lexer) space() {
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == '\n':
			l.line++
			l.lineStart = true
		case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' || c == 0:
		case strings.HasPrefix(l.src[l.pos:], "\ufeff"): // byte order mark
			l.pos += 2
		case strings.HasPrefix(l.src[l.pos:], "\u00a0"): // no-break space, as pasted from the web
			l.pos++
		default:
			return
		}
		l.pos++
	}
}

// advance moves to pos and counts the lines passed.
func (l *lexer) advance(pos int) {
	l.line += strings.Count(l.src[l.pos:pos], "\n")
	l.pos = pos
}

func (l *lexer) scan() Kind {
	rest := l.src[l.pos:]
	switch c := rest[0]; {
	case strings.HasPrefix(rest, "--"), c == '#' && (l.dialect == MySQL || l.dialect == Unknown && l.lineStart):
		l.lineComment()
		return Comment
	case strings.HasPrefix(rest, "/*"):
		return l.blockComment()
	case c == '\'':
		l.quoted('\'', l.dialect == MySQL)
		return String
	case c == '"':
		if n := quotedTemplate(rest); n > 0 {
			l.advance(l.pos + n)
			return Template
		}
		l.quoted('"', l.dialect == MySQL)
		return Quoted
	case c == '`':
		l.quoted('`', false)
		return Quoted
	case c == '[' && l.dialect == SQLite:
		l.quoted(']', false)
		return Quoted
	case (c == 'E' || c == 'e') && len(rest) > 1 && rest[1] == '\'':
		l.pos++
		l.quoted('\'', l.dialect != SQLite)
		return String
	case c == '$' && l.dialect != MySQL && l.dialect != SQLite:
		if tag := dollarTag(rest); tag != "" {
			l.dollar(tag)
			return String
		}
	case c == '\\' && l.lineStart:
		l.lineComment()
		return Meta
	}
	if n := templateLen(rest); n > 0 {
		l.advance(l.pos + n)
		return Template
	}
	return l.plain(rest)
}

// plain scans words, numbers and symbols: everything without a closing mark.
func (l *lexer) plain(rest string) Kind {
	c := rest[0]
	switch {
	case isWordByte(c) && (c < '0' || c > '9'):
		n := 1
		for n < len(rest) && (isWordByte(rest[n]) || rest[n] == '$') && (l.stop == "" || !strings.HasPrefix(rest[n:], l.stop)) {
			n++
		}
		l.pos += n
		return Word
	case c >= '0' && c <= '9':
		n := 1
		for n < len(rest) && (isWordByte(rest[n]) || rest[n] == '.') {
			n++
		}
		l.pos += n
		return Number
	case c < utf8.RuneSelf:
		n := 1
		if strings.HasPrefix(rest, "::") {
			n = 2
		}
		l.pos += n
		return Symbol
	}
	_, n := utf8.DecodeRuneInString(rest)
	l.pos += n
	return Symbol
}

// isWordByte takes every byte above ASCII for a letter: names may be written
// in any script.
func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= utf8.RuneSelf
}

func (l *lexer) lineComment() {
	if n := strings.IndexByte(l.src[l.pos:], '\n'); n >= 0 {
		l.pos += n
		return
	}
	l.pos = len(l.src)
}

// blockComment nests in PostgreSQL, where a commented-out comment is legal. The
// /*! of MySQL is code in disguise: its opening mark alone is skipped.
func (l *lexer) blockComment() Kind {
	if l.dialect == MySQL && strings.HasPrefix(l.src[l.pos:], "/*!") {
		n := 3
		for l.pos+n < len(l.src) && l.src[l.pos+n] >= '0' && l.src[l.pos+n] <= '9' {
			n++
		}
		l.pos += n
		return Comment
	}
	nests := l.dialect == Postgres
	depth, i := 1, l.pos+2
	for i < len(l.src) && depth > 0 {
		switch {
		case strings.HasPrefix(l.src[i:], "*/"):
			depth--
			i += 2
		case nests && strings.HasPrefix(l.src[i:], "/*"):
			depth++
			i += 2
		default:
			i++
		}
	}
	if depth > 0 {
		l.complain("comment opened with /* is never closed")
	}
	l.advance(min(i, len(l.src)))
	return Comment
}

// quoted scans up to the closing mark, which is written twice to stand for itself.
func (l *lexer) quoted(mark byte, backslash bool) {
	for i := l.pos + 1; i < len(l.src); i++ {
		switch c := l.src[i]; {
		case c == '\\' && backslash:
			i++
		case c == mark && i+1 < len(l.src) && l.src[i+1] == mark:
			i++
		case c == mark:
			l.advance(i + 1)
			return
		}
	}
	l.complain("quote " + string(rune(mark)) + " is never closed")
	l.advance(len(l.src))
}

func (l *lexer) dollar(tag string) {
	if n := strings.Index(l.src[l.pos+len(tag):], tag); n >= 0 {
		l.advance(l.pos + n + 2*len(tag))
		return
	}
	l.complain("quote " + tag + " is never closed")
	l.advance(len(l.src))
}

// dollarTag is the opening $tag$ of a dollar-quoted string, empty if there is none.
func dollarTag(s string) string {
	for i := 1; i < len(s) && i < 65; i++ {
		switch c := s[i]; {
		case c == '$':
			return s[:i+1]
		case !isWordByte(c) || i == 1 && c >= '0' && c <= '9':
			return ""
		}
	}
	return ""
}

// quotedTemplate is the length of a quoted name that holds a placeholder, which
// may have quotes of its own; 0 where there is none.
func quotedTemplate(s string) int {
	s = s[:min(len(s), maxTemplate)]
	found := false
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"' && found:
			return i + 1
		case s[i] == '"':
			return 0
		case strings.HasPrefix(s[i:], "{{"):
			n := strings.Index(s[i:], "}}")
			if n < 0 {
				return 0
			}
			found = true
			i += n + 1
		}
	}
	return 0
}

// maxTemplate bounds the search for a placeholder's end, in bytes.
const maxTemplate = 1024

// templateLen is the length of a placeholder at the start of s: {{ ... }} of
// text/template, ${NAME} of shells, and the verbs of fmt.
func templateLen(s string) int {
	switch {
	case strings.HasPrefix(s, "{{"):
		if n := strings.Index(s[:min(len(s), maxTemplate)], "}}"); n > 0 {
			return n + 2
		}
	case strings.HasPrefix(s, "${"):
		if n := strings.IndexAny(s[:min(len(s), maxTemplate)], "}\n"); n > 2 && s[n] == '}' {
			return n + 1
		}
	case s[0] == '%':
		if m := strings.TrimLeft(s[1:], "[0123456789]"); m != "" && strings.IndexByte("svdq", m[0]) >= 0 &&
			(len(m) == 1 || !isWordByte(m[1]) || m[1] == '_') {
			return len(s) - len(m) + 1
		}
	}
	return 0
}

func (l *lexer) complain(message string) {
	if l.problem == nil {
		l.problem = &Problem{Line: l.line, Message: message}
	}
}
