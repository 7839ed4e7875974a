package engine

import (
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
)

// normalise writes SQL the same way whatever its case, quoting of names,
// comments and white space.
func normalise(text string) string {
	script := sql.Split(text, sql.SQLite, 1)
	var words []string
	for _, st := range script.Statements {
		words = append(words, sql.Normal(st.Tokens)...)
	}
	return strings.Join(words, " ")
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
	open := sql.Find(tokens, "(")
	if open < 0 { // CREATE VIRTUAL TABLE ... USING module, or AS SELECT
		t.options = strings.Join(sql.Normal(tokens), " ")
		return t
	}
	end := sql.Closing(tokens, open)
	if virtual(tokens) {
		t.options = strings.Join(sql.Normal(tokens), " ")
		return t
	}
	t.options = strings.Join(sql.Normal(tokens[min(end+1, len(tokens)):]), " ")
	for _, item := range sql.Items(tokens[open+1 : end]) {
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
				end = sql.Closing(item, end)
			}
			condition := strings.Join(sql.Normal(item[i+1:min(end+1, len(item))]), " ")
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

// where is the condition of a partial index, empty for a full one.
func where(text string) string {
	for _, st := range sql.Split(text, sql.SQLite, 1).Statements {
		for i, t := range st.Tokens {
			if t.Is("WHERE") {
				return " " + strings.Join(sql.Normal(st.Tokens[i:]), " ")
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
	for _, item := range sql.Items(tokens[first:last]) {
		list = append(list, strings.Join(sql.Normal(item), " "))
	}
	columns = strings.Join(list, ", ")
	slices.Sort(list)
	parts := append(sql.Normal(tokens[:first]), list...)
	return strings.Join(append(parts, sql.Normal(tokens[last:])...), " "), columns
}
