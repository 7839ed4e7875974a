package sql

import "strings"

// Normal writes tokens the same way whatever the case and quoting of names; IF
// [NOT] EXISTS is left out.
func Normal(tokens []Token) []string {
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

// Items cuts at the commas that are not inside of brackets.
func Items(tokens []Token) [][]Token {
	var out [][]Token
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

// Find is the index of the first such symbol, -1 where there is none.
func Find(tokens []Token, symbol string) int {
	for i, t := range tokens {
		if t.IsSymbol(symbol) {
			return i
		}
	}
	return -1
}

// Closing is the index of the bracket that closes the one at open, or the end.
func Closing(tokens []Token, open int) int {
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
