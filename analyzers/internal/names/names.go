// Package names reads meaning from identifiers, where nothing else tells what a
// string is: a password, a token, a session.
package names

import (
	"go/ast"
	"slices"
	"strings"
	"unicode"
)

// Words splits an identifier or key into lower-case words: "apiKey", "API_KEY"
// and "api-key" are all api, key.
func Words(s string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = nil
		}
	}
	runes := []rune(s)
	for i, c := range runes {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			flush()
			continue
		case unicode.IsUpper(c) && i > 0 && (unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1])),
			unicode.IsUpper(c) && i > 0 && unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1]):
			flush()
		}
		word = append(word, c)
	}
	flush()
	return words
}

// Of is the name at the end of an expression: x.Password, password, m["password"].
func Of(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		if lit, ok := e.Index.(*ast.BasicLit); ok {
			return strings.Trim(lit.Value, "\"`")
		}
		return Of(e.X)
	case *ast.BasicLit:
		return strings.Trim(e.Value, "\"`")
	case *ast.StarExpr:
		return Of(e.X)
	case *ast.UnaryExpr:
		return Of(e.X)
	case *ast.CallExpr: // conversions: []byte(password)
		if len(e.Args) == 1 {
			return Of(e.Args[0])
		}
	}
	return ""
}

// Has reports whether one of the words is among those listed.
func Has(name string, any ...string) bool {
	for _, w := range Words(name) {
		if slices.Contains(any, w) {
			return true
		}
	}
	return false
}

// IsPassword reports whether a name stands for a password itself: not for a
// page, a field's name, an error or a policy about passwords.
func IsPassword(name string) bool {
	words := Words(name)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	return slices.Contains([]string{"password", "passwd", "passphrase", "pwd", "passwords"}, last) ||
		slices.Contains([]string{"pass"}, last) && len(words) > 1
}

// IsSecret reports whether a name stands for something that must stay secret:
// passwords, tokens, keys that sign or open.
func IsSecret(name string) bool {
	words := Words(name)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	if last == "key" && len(words) > 1 {
		return slices.Contains([]string{"secret", "signing", "private", "jwt", "api", "hmac", "encryption", "session", "access", "auth", "cookie", "aes", "hash"}, words[len(words)-2])
	}
	return IsPassword(name) || slices.Contains([]string{"secret", "token", "apikey", "secretkey", "jwtkey", "privatekey"}, last)
}
