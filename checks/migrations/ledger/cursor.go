package ledger

import (
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
)

// cursor walks over a statement's tokens.
type cursor struct {
	ledger *Ledger
	tokens []sql.Token
	at     int
	file   string
	line   int
}

func (c *cursor) done() bool { return c.at >= len(c.tokens) }

func (c *cursor) peek() sql.Token {
	if c.done() {
		return sql.Token{}
	}
	return c.tokens[c.at]
}

// skip passes the words if they come next, all of them or none.
func (c *cursor) skip(words ...string) bool {
	if c.at+len(words) > len(c.tokens) {
		return false
	}
	for i, w := range words {
		if !c.tokens[c.at+i].Is(w) {
			return false
		}
	}
	c.at += len(words)
	return true
}

// skipAny passes any of the words as long as they come.
func (c *cursor) skipAny(words ...string) (passed bool) {
	for {
		n := c.at
		for _, w := range words {
			c.skip(w)
		}
		if c.at == n {
			return passed
		}
		passed = true
	}
}

// conditional passes IF [NOT] EXISTS.
func (c *cursor) conditional() bool { return c.skip("IF", "NOT", "EXISTS") || c.skip("IF", "EXISTS") }

func (c *cursor) symbol(s string) bool {
	if !c.peek().IsSymbol(s) {
		return false
	}
	c.at++
	return true
}

// identifier reads one name. MySQL and SQLite do not tell cases apart.
func (c *cursor) identifier() string {
	name := c.peek().Name()
	if name == "" && c.peek().Kind == sql.String && len(c.peek().Text) > 2 {
		name = c.peek().Text[1 : len(c.peek().Text)-1] // SQLite takes 'name' for a name
	}
	if name == "" {
		return ""
	}
	c.at++
	if c.ledger.dialect == sql.MySQL || c.ledger.dialect == sql.SQLite {
		name = strings.ToLower(name)
	}
	return name
}

// name reads a name with its schema; that of the default schema is left out.
func (c *cursor) name() string {
	name := c.identifier()
	for name != "" && c.symbol(".") {
		next := c.identifier()
		if name == "public" || name == "main" || name == "dbo" {
			name = next
		} else {
			name += "." + next
		}
	}
	return name
}

// group reads what stands in round brackets; nil where none opens.
func (c *cursor) group() []sql.Token {
	if !c.peek().IsSymbol("(") {
		return nil
	}
	end := sql.Closing(c.tokens, c.at)
	inner := c.tokens[c.at+1 : max(end, c.at+1)]
	c.at = end + 1
	return inner
}

// columns reads a list of names in brackets; what is not a plain name is kept
// as its text.
func (c *cursor) columns() []string {
	var names []string
	for _, item := range sql.Items(c.group()) {
		names = append(names, c.columnOf(item))
	}
	return names
}

func (c *cursor) columnOf(item []sql.Token) string {
	inner := &cursor{ledger: c.ledger, tokens: item}
	if name := inner.identifier(); name != "" && (inner.done() || inner.peek().Is("ASC") || inner.peek().IsSymbol("(") && c.ledger.dialect == sql.MySQL) {
		return name
	}
	return strings.Join(sql.Normal(item), " ")
}

// expression writes a condition without what makes no difference: casts of
// literals, and brackets around all of it.
func expression(tokens []sql.Token) string {
	var plain []sql.Token
	for i := 0; i < len(tokens); i++ {
		if !tokens[i].IsSymbol("::") {
			plain = append(plain, tokens[i])
			continue
		}
		for i++; i+1 < len(tokens) && (tokens[i+1].Is("VARYING") || tokens[i+1].Is("PRECISION") || tokens[i+1].IsSymbol(".")); i++ {
		}
		if i+1 < len(tokens) && tokens[i+1].IsSymbol("[") {
			i += 2
		}
	}
	for len(plain) > 1 && plain[0].IsSymbol("(") && sql.Closing(plain, 0) == len(plain)-1 {
		plain = plain[1 : len(plain)-1]
	}
	return strings.Join(sql.Normal(withoutNeedlessBrackets(plain)), " ")
}

// withoutNeedlessBrackets opens brackets around single comparisons, which
// PostgreSQL writes when it prints a condition and people do not.
func withoutNeedlessBrackets(tokens []sql.Token) []sql.Token {
	var out []sql.Token
	for i := 0; i < len(tokens); i++ {
		if !tokens[i].IsSymbol("(") || i > 0 && tokens[i-1].Kind != sql.Symbol && !tokens[i-1].Is("AND") && !tokens[i-1].Is("OR") {
			out = append(out, tokens[i])
			continue
		}
		end := sql.Closing(tokens, i)
		inner := tokens[i+1 : max(end, i+1)]
		if !isComparison(inner) && !isPrimary(inner) {
			out = append(out, tokens[i])
			continue
		}
		out = append(out, withoutNeedlessBrackets(inner)...)
		i = end
	}
	return out
}

// isPrimary reports a single literal or name, or one ARRAY[...].
func isPrimary(tokens []sql.Token) bool {
	if len(tokens) < 3 || !tokens[0].Is("ARRAY") {
		return len(tokens) == 1
	}
	for _, t := range tokens[2 : len(tokens)-1] {
		if t.IsSymbol("]") {
			return false
		}
	}
	return tokens[len(tokens)-1].IsSymbol("]")
}

// isComparison reports one comparison that no AND or OR joins with another.
func isComparison(tokens []sql.Token) bool {
	compares := false
	for _, t := range tokens {
		switch {
		case t.Is("AND"), t.Is("OR"), t.IsSymbol("("):
			return false
		case t.IsSymbol("="), t.IsSymbol("<"), t.IsSymbol(">"), t.Is("IS"), t.Is("LIKE"):
			compares = true
		}
	}
	return compares
}

// rest is everything that is left, written the same way whatever its spelling.
func (c *cursor) rest() string {
	if c.done() {
		return ""
	}
	text := strings.Join(sql.Normal(c.tokens[c.at:]), " ")
	c.at = len(c.tokens)
	return text
}
