package duplication

// body is a run of the length that counts.
const body = `	seen := map[string]bool{}
	var out []string
	for _, field := range strings.FieldsFunc(text, isBreak) {
		name := strings.ToLower(strings.TrimSpace(field))
		if name == "" || seen[name] {
			continue
		}
		if len(name) > 64 || strings.ContainsAny(name, "<>&") {
			return nil, errors.New("malformed name")
		}
		seen[name] = true
		out = append(out, name)
	}
	sort.Strings(out)
	if len(out) == 0 {
		return nil, errors.New("no name given")
	}
	return out, nil
}
`

const imports = `package shop

import (
	"errors"
	"sort"
	"strings"
)

func isBreak(r rune) bool { return r == ',' || r == ';' }

`

const example = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
` + imports + `func Authors(text string) ([]string, error) {
` + body + `
func Genres(text string) ([]string, error) {
` + body + `-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
` + imports + `func Authors(text string) ([]string, error) { return names(text) }

func Genres(text string) ([]string, error) { return names(text) }

func names(text string) ([]string, error) {
` + body
