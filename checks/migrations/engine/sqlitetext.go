package engine

import (
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/sql"
)

// normalise writes SQL the same way whatever its case, quoting of names,
// comments and white space.
func normalise(text string) string {
	script := sql.Split(text, sql.SQLite, 1)
	var words []string
	for _, st := range script.Statements {
		words = append(words, normalTokens(st.Tokens)...)
	}
	return strings.Join(words, " ")
}

func normalTokens(tokens []sql.Token) []string {
	var words []string
	for i, t := range tokens {
		if t.Is("IF") && i+2 < len(tokens) && tokens[i+1].Is("NOT") && tokens[i+2].Is("EXISTS") {
			continue
		}
		if (t.Is("NOT") || t.Is("EXISTS")) && i > 0 && (tokens[i-1].Is("IF") || i > 1 && tokens[i-2].Is("IF")) {
			continue
		}
		if name := t.Name(); name != "" {
			words = append(words, strings.ToLower(name))
			continue
		}
		words = append(words, t.Text)
	}
	return words
}

// tableText is what only the text of CREATE TABLE tells.
type tableText struct {
	// options follow the closing bracket: WITHOUT ROWID, STRICT.
	options string
	// checks are the conditions of CHECK constraints.
	checks []string
	// columns adds what a column has besides type, NOT NULL and DEFAULT.
	columns map[string]string
}

func readTable(text string) tableText {
	t := tableText{columns: map[string]string{}}
	script := sql.Split(text, sql.SQLite, 1)
	if len(script.Statements) == 0 {
		return t
	}
	tokens := script.Statements[0].Tokens
	open := indexOf(tokens, 0, "(")
	if open < 0 { // CREATE VIRTUAL TABLE ... USING module, or AS SELECT
		t.options = strings.Join(normalTokens(tokens), " ")
		return t
	}
	end := closing(tokens, open)
	if virtual(tokens) {
		t.options = strings.Join(normalTokens(tokens), " ")
		return t
	}
	t.options = strings.Join(normalTokens(tokens[min(end+1, len(tokens)):]), " ")
	for _, item := range items(tokens[open+1 : end]) {
		t.read(item)
	}
	return t
}

func virtual(tokens []sql.Token) bool { return len(tokens) > 1 && tokens[1].Is("VIRTUAL") }

// read takes one column or table constraint.
func (t *tableText) read(item []sql.Token) {
	extra := ""
	for i := 0; i < len(item); i++ {
		switch w := item[i]; {
		case w.Is("CHECK"), w.Is("AS") && i > 0:
			end := i + 1
			if end < len(item) && item[end].IsSymbol("(") {
				end = closing(item, end)
			}
			condition := strings.Join(normalTokens(item[i+1:min(end+1, len(item))]), " ")
			if w.Is("CHECK") {
				t.checks = append(t.checks, condition)
			} else {
				extra += " as " + condition
			}
			i = end
		case w.Is("COLLATE") && i+1 < len(item):
			extra += " COLLATE " + strings.ToUpper(item[i+1].Name())
		case w.Is("AUTOINCREMENT"):
			extra += " AUTOINCREMENT"
		}
	}
	if extra != "" {
		t.columns[strings.ToLower(item[0].Name())] = extra
	}
}

// items cuts at the commas that are not inside of brackets.
func items(tokens []sql.Token) [][]sql.Token {
	var out [][]sql.Token
	depth, start := 0, 0
	for i, t := range tokens {
		switch {
		case t.IsSymbol("("):
			depth++
		case t.IsSymbol(")"):
			depth--
		case t.IsSymbol(",") && depth == 0:
			if i > start {
				out = append(out, tokens[start:i])
			}
			start = i + 1
		}
	}
	if start < len(tokens) {
		out = append(out, tokens[start:])
	}
	return out
}

func indexOf(tokens []sql.Token, from int, symbol string) int {
	for i := from; i < len(tokens); i++ {
		if tokens[i].IsSymbol(symbol) {
			return i
		}
	}
	return -1
}

// closing is the index of the bracket that closes the one at open, or the end.
func closing(tokens []sql.Token, open int) int {
	depth := 0
	for i := open; i < len(tokens); i++ {
		switch {
		case tokens[i].IsSymbol("("):
			depth++
		case tokens[i].IsSymbol(")"):
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(tokens) - 1
}

// where is the condition of a partial index, empty for a full one.
func where(text string) string {
	for _, st := range sql.Split(text, sql.SQLite, 1).Statements {
		for i, t := range st.Tokens {
			if t.Is("WHERE") {
				return " " + strings.Join(normalTokens(st.Tokens[i:]), " ")
			}
		}
	}
	return ""
}

// readView gives a view's definition with its selected columns in alphabetical
// order, and their own order apart: it matters as little as that of a table's.
func readView(text string) (definition, columns string) {
	script := sql.Split(text, sql.SQLite, 1)
	if len(script.Statements) == 0 {
		return "", ""
	}
	tokens := script.Statements[0].Tokens
	first, last := -1, len(tokens)
	depth := 0
	for i, t := range tokens {
		switch {
		case t.IsSymbol("("):
			depth++
		case t.IsSymbol(")"):
			depth--
		case first < 0 && t.Is("SELECT"):
			first = i + 1
		case first >= 0 && depth == 0 && t.Is("FROM"):
			last = i
		}
		if last < len(tokens) {
			break
		}
	}
	if first < 0 {
		return normalise(text), ""
	}
	var list []string
	for _, item := range items(tokens[first:last]) {
		list = append(list, strings.Join(normalTokens(item), " "))
	}
	columns = strings.Join(list, ", ")
	slices.Sort(list)
	parts := append(normalTokens(tokens[:first]), list...)
	return strings.Join(append(parts, normalTokens(tokens[last:])...), " "), columns
}
