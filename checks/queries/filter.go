package queries

import (
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
)

// filter is what a statement reads of one table.
type filter struct {
	table string
	// equal are columns compared with a value that is given at run time; used are
	// those together with all others that stand on the left of a condition.
	equal, used []string
}

// column is a column as a statement writes it.
type column struct{ qualifier, name string }

// filters takes apart a statement without sub-queries in FROM, set operations
// and OR; others give nothing.
func filters(st sql.Statement) []filter {
	switch st.First() {
	case "SELECT", "UPDATE", "DELETE":
	default:
		return nil
	}
	tokens := outer(st.Tokens)
	tables, ok := tablesIn(tokens)
	if !ok || len(tables) == 0 {
		return nil
	}
	for _, cond := range conditions(tokens) {
		left, bound, joined := comparison(cond)
		if left.name == "" {
			continue
		}
		for i := range tables {
			f := &tables[i]
			if left.qualifier == f.alias || left.qualifier == "" && len(tables) == 1 || strings.EqualFold(left.qualifier, f.table) {
				f.used = append(f.used, left.name)
				if bound {
					f.equal = append(f.equal, left.name)
				}
			}
			if joined.name != "" && (joined.qualifier == f.alias || strings.EqualFold(joined.qualifier, f.table)) {
				f.used = append(f.used, joined.name)
			}
		}
	}
	var out []filter
	for _, t := range tables {
		out = append(out, t.filter)
	}
	return out
}

// outer drops what stands in brackets; an empty pair stays.
func outer(tokens []sql.Token) []sql.Token {
	var out []sql.Token
	depth := 0
	for _, t := range tokens {
		if t.IsSymbol(")") {
			depth--
		}
		if depth <= 0 {
			out = append(out, t)
		}
		if t.IsSymbol("(") {
			depth++
		}
	}
	return out
}

type source struct {
	filter
	alias string
}

// clauses end a list of tables or a condition.
var clauses = map[string]bool{
	"WHERE": true, "GROUP": true, "ORDER": true, "LIMIT": true, "HAVING": true, "RETURNING": true, "FOR": true, "OFFSET": true, "FETCH": true, "WINDOW": true,
	"JOIN": true, "LEFT": true, "RIGHT": true, "INNER": true, "OUTER": true, "FULL": true, "CROSS": true, "NATURAL": true, "ON": true, "USING": true, "SET": true, "INDEXED": true, "LATERAL": true,
}

// tablesIn lists the tables; false for what is not understood.
func tablesIn(tokens []sql.Token) ([]source, bool) {
	var found []source
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		switch {
		case t.Is("UNION"), t.Is("INTERSECT"), t.Is("EXCEPT"), t.Is("OR"), t.Is("LATERAL"):
			return nil, false
		case t.Is("FROM"), t.Is("JOIN"), t.Is("UPDATE") && i == 0:
		case t.IsSymbol(",") && len(found) > 0 && inFrom(tokens[:i]):
		default:
			continue
		}
		s, next := sourceAt(tokens, i+1)
		if s.table == "" {
			return nil, false
		}
		found = append(found, s)
		i = next - 1
	}
	return found, true
}

// inFrom reports whether the last clause begun is FROM.
func inFrom(tokens []sql.Token) bool {
	for i := len(tokens) - 1; i >= 0; i-- {
		if tokens[i].Is("FROM") {
			return true
		}
		if tokens[i].Kind == sql.Word && clauses[strings.ToUpper(tokens[i].Text)] {
			return false
		}
	}
	return false
}

func sourceAt(tokens []sql.Token, i int) (source, int) {
	for i < len(tokens) && tokens[i].Is("ONLY") {
		i++
	}
	if i >= len(tokens) || tokens[i].Name() == "" {
		return source{}, i
	}
	s := source{}
	s.table = tokens[i].Name()
	i++
	for i+1 < len(tokens) && tokens[i].IsSymbol(".") {
		s.table = tokens[i+1].Name()
		i += 2
	}
	if i < len(tokens) && tokens[i].IsSymbol("(") {
		return source{}, i // a function
	}
	s.alias = s.table
	if i < len(tokens) && tokens[i].Is("AS") {
		i++
	}
	if i < len(tokens) && tokens[i].Name() != "" && !(tokens[i].Kind == sql.Word && clauses[strings.ToUpper(tokens[i].Text)]) {
		s.alias = tokens[i].Name()
		i++
	}
	return s, i
}

// conditions are the parts of WHERE and ON between ANDs.
func conditions(tokens []sql.Token) [][]sql.Token {
	var out [][]sql.Token
	var current []sql.Token
	inside := false
	flush := func() {
		if len(current) > 0 {
			out = append(out, current)
		}
		current = nil
	}
	for _, t := range tokens {
		switch {
		case t.Is("WHERE"), t.Is("ON"):
			flush()
			inside = true
		case t.Kind == sql.Word && clauses[strings.ToUpper(t.Text)]:
			flush()
			inside = false
		case t.Is("AND"):
			flush()
		case inside:
			current = append(current, t)
		}
	}
	flush()
	return out
}

// comparison reads "[t.]c OP ..." and whether it is an equality with a
// placeholder, or with a column of another table.
func comparison(tokens []sql.Token) (left column, bound bool, joined column) {
	left, rest := columnAt(tokens)
	if left.name == "" || len(rest) == 0 || rest[0].IsSymbol("(") {
		return column{}, false, column{}
	}
	if !rest[0].IsSymbol("=") {
		return left, false, column{}
	}
	rest = rest[1:]
	if len(rest) == 0 {
		return left, false, column{}
	}
	if rest[0].Kind == sql.Symbol && strings.ContainsAny(rest[0].Text, "?$:@") && plainValue(rest) {
		return left, true, column{}
	}
	joined, _ = columnAt(rest)
	if joined.qualifier == "" {
		joined = column{}
	}
	return left, false, joined
}

// plainValue reports whether a placeholder, with a cast at most, is all there is.
func plainValue(tokens []sql.Token) bool {
	n := 1
	if n < len(tokens) && (tokens[n].Kind == sql.Word || tokens[n].Kind == sql.Number) {
		n++
	}
	if n+1 < len(tokens) && tokens[n].IsSymbol("::") {
		n += 2
	}
	return n == len(tokens)
}

func columnAt(tokens []sql.Token) (column, []sql.Token) {
	if len(tokens) == 0 || tokens[0].Name() == "" {
		return column{}, nil
	}
	c := column{name: tokens[0].Name()}
	rest := tokens[1:]
	for len(rest) > 1 && rest[0].IsSymbol(".") {
		c = column{qualifier: c.name, name: rest[1].Name()}
		rest = rest[2:]
	}
	return c, rest
}
