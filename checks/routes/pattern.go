package routes

import (
	"strings"
	"unicode/utf8"
)

// Syntax says how a router writes parameters.
type Syntax struct {
	// Colon: ":name" up to the end of the segment or a character that no name has.
	Colon bool
	// Brace: "{name}", "{name:regexp}", "{name...}", "{name:*}".
	Brace bool
	// Star: "*name" or "*" for the rest of the path.
	Star bool
	// Optional: ":name?" may be missing, "+" is a rest of one segment or more,
	// and "<...>" holds a parameter's constraint.
	Optional bool
	// MethodFirst: "METHOD /path", with Tree "METHOD host/path".
	MethodFirst bool
	// Tree: a trailing slash stands for everything below, "{$}" for the slash alone.
	Tree bool
	// Respell rewrites what is written otherwise into the forms above; several
	// where a part may be missing.
	Respell func(text string) []string
	// Aliases: all but the first of what Respell gives are other ways in which
	// documents write the same path.
	Aliases bool
}

// rest of the path where the router gives it no name.
const anyRest = "{any...}"

// holeOpen and holeClose enclose the name of an unknown part in a path.
const (
	holeOpen  = "\x01"
	holeClose = "\x02"
)

// pattern is a router's pattern taken apart.
type pattern struct {
	method, host string
	// path has parameters as {name}, catch-alls as {name...}, regular
	// expressions as {name:re}, and holes between their marks.
	path string
	// alias: another spelling of the same route.
	alias bool
}

// parse takes a pattern apart; optional parameters give several paths.
func (s Syntax) parse(text string) []pattern {
	if s.Respell == nil {
		return s.parseOne(text)
	}
	var out []pattern
	for i, text := range s.Respell(text) {
		for _, p := range s.parseOne(text) {
			p.alias = s.Aliases && i > 0
			out = append(out, p)
		}
	}
	return out
}

func (s Syntax) parseOne(text string) []pattern {
	p := pattern{}
	if s.MethodFirst {
		if method, rest, ok := strings.Cut(text, " "); ok && isMethod(method) {
			p.method, text = method, strings.TrimLeft(rest, " \t")
		} else if method, rest, ok := strings.Cut(text, "\t"); ok && isMethod(method) {
			p.method, text = method, strings.TrimLeft(rest, " \t")
		}
		if i := strings.Index(text, "/"); s.Tree && i > 0 && !strings.Contains(text[:i], holeOpen) {
			p.host, text = text[:i], text[i:]
		}
	}
	var out []pattern
	for _, variant := range s.variants(text) {
		p.path = s.path(variant)
		out = append(out, p)
	}
	return out
}

// isMethod reports whether a word can be an HTTP method: upper-case letters.
func isMethod(s string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		if (r < 'A' || r > 'Z') && r != '-' && r != '_' {
			return false
		}
	}
	return true
}

// variants writes out an optional last parameter with and without it.
func (s Syntax) variants(text string) []string {
	if !s.Optional || !strings.HasSuffix(text, "?") {
		return []string{text}
	}
	with := strings.TrimSuffix(text, "?")
	i := strings.LastIndex(with, "/")
	if i < 0 || !strings.HasPrefix(with[i+1:], ":") {
		return []string{with}
	}
	without := with[:i]
	if without == "" {
		without = "/"
	}
	return []string{with, without}
}

// path rewrites parameters into braces.
func (s Syntax) path(text string) string {
	var b strings.Builder
	for text != "" {
		n := 0
		switch text[0] {
		case '{':
			if s.Brace {
				n = s.brace(&b, text)
			}
		case ':':
			if s.Colon {
				n = s.colon(&b, text)
			}
		case '*', '+':
			if s.Star && (text[0] == '*' || s.Optional) {
				n = star(&b, text)
			}
		case '\\':
			if s.Colon && len(text) > 1 && text[1] == ':' {
				b.WriteByte(':')
				n = 2
			}
		}
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text)
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
	out := b.String()
	if s.Tree && strings.HasSuffix(out, "/") {
		return out + anyRest
	}
	return strings.TrimSuffix(out, "{$}")
}

// brace copies "{...}" and returns its length, 0 where it is not closed.
func (s Syntax) brace(b *strings.Builder, text string) int {
	end, depth := -1, 0
	for i := 0; i < len(text) && end < 0; i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				end = i
			}
		}
	}
	if end < 0 {
		return 0
	}
	name, re, _ := strings.Cut(text[1:end], ":")
	name = strings.TrimSpace(name)
	switch {
	case re == "*" || re == ".*" || re == ".+" || re == "path":
		b.WriteString("{" + name + "...}")
	case strings.HasPrefix(name, "*"):
		b.WriteString("{" + name[1:] + "...}")
	case re != "":
		b.WriteString("{" + name + ":" + re + "}")
	default:
		b.WriteString("{" + name + "}")
	}
	return end + 1
}

// colon rewrites ":name" and returns the length it took.
func (s Syntax) colon(b *strings.Builder, text string) int {
	i := 1
	for i < len(text) && text[i] != '/' && text[i] != ':' && text[i] != holeOpen[0] {
		if s.Optional && !isNameByte(text[i]) {
			break
		}
		i++
	}
	if i == 1 {
		return 0
	}
	b.WriteString("{" + text[1:i] + "}")
	if s.Optional && i < len(text) && text[i] == '<' {
		if end := strings.IndexByte(text[i:], '>'); end > 0 {
			i += end + 1
		}
	}
	return i
}

func isNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// star rewrites a catch-all and returns the length it took.
func star(b *strings.Builder, text string) int {
	name, _, _ := strings.Cut(text[1:], "/")
	if name == "" || !isNameByte(name[0]) {
		b.WriteString(anyRest)
		return 1
	}
	b.WriteString("{" + name + "...}")
	return 1 + len(name)
}

// joinPaths puts a prefix before a path.
func joinPaths(prefix, path string, literal bool) string {
	switch {
	case literal || prefix == "":
		return prefix + path
	case path == "" || path == "/" && strings.HasSuffix(prefix, "/"):
		return prefix
	}
	return strings.TrimSuffix(prefix, "/") + "/" + strings.TrimPrefix(path, "/")
}

// splitPath cuts a path at the slashes that stand outside braces.
func splitPath(path string) []string {
	var out []string
	depth, from := 0, 0
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '{':
			depth++
		case '}':
			depth = max(depth-1, 0)
		case '/':
			if depth == 0 {
				out = append(out, path[from:i])
				from = i + 1
			}
		}
	}
	return append(out, path[from:])
}

// fillHoles turns unknown parts into parameters. A hole at the front, or one
// that begins the prefix (the first n bytes), cuts off what stands before its
// end: anything may be there.
func fillHoles(path string, n int) (filled string, prefixUnknown, known bool) {
	if i := leadingHole(path, n); i >= 0 {
		prefixUnknown = true
		path = path[i:] // text that follows at once: the unknown part ends in a slash
	}
	segments := splitPath(path)
	for i, seg := range segments {
		if !strings.Contains(seg, holeOpen) {
			known = known || strings.Trim(seg, "/") != ""
			continue
		}
		segments[i] = "{" + holeName(seg) + "}"
	}
	filled = strings.Join(segments, "/")
	if !strings.HasPrefix(filled, "/") {
		filled = "/" + filled
	}
	return filled, prefixUnknown, known
}

// leadingHole is where the text after a hole at the front ends; -1 where the
// path starts with known text.
func leadingHole(path string, n int) int {
	front := strings.TrimLeft(path, "/")
	slashes := len(path) - len(front)
	if !strings.HasPrefix(front, holeOpen) || slashes > 0 && n <= slashes {
		return -1
	}
	i := strings.Index(path, holeClose)
	if i < 0 {
		return len(path)
	}
	return i + len(holeClose)
}

// holeName is a name for an unknown part: the identifier that its expression
// starts with, the last one where that is a selector.
func holeName(seg string) string {
	_, rest, _ := strings.Cut(seg, holeOpen)
	why, _, _ := strings.Cut(rest, holeClose)
	name, from := "", 0
	for i := 0; i <= len(why); i++ {
		if i < len(why) && isNameByte(why[i]) {
			continue
		}
		if i > from {
			name = why[from:i]
		}
		if i == len(why) || why[i] != '.' {
			break
		}
		from = i + 1
	}
	if name == "" {
		return "…"
	}
	return name
}
