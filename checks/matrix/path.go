package matrix

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// segmentKind orders how specific a segment is; lower is more specific.
type segmentKind int

const (
	literal  segmentKind = iota
	mixed                // literal text around parameters: "{id}.json"
	param                // {name} or {name:regexp}
	catchAll             // {name...}: this and all that follows
)

// segment is one part of a path between slashes.
type segment struct {
	kind segmentKind
	text string         // the literal, or the shape of a mixed one with names dropped
	re   *regexp.Regexp // limits a parameter, or recognises a mixed segment; may be nil
	// listed: re lists the values one by one, as in {type:soc|energy}.
	listed bool
}

// splitPath takes a path apart. Slashes inside braces belong to regular
// expressions. A trailing slash is dropped: callers compare without it.
func splitPath(path string) []segment {
	var segs []segment
	depth, start := 0, 0
	cut := func(end int) {
		if start < end {
			segs = append(segs, newSegment(path[start:end]))
		}
		start = end + 1
	}
	for i := range len(path) {
		switch path[i] {
		case '{':
			depth++
		case '}':
			depth--
		case '/':
			if depth <= 0 {
				cut(i)
			}
		}
	}
	cut(len(path))
	return segs
}

func newSegment(text string) segment {
	open := strings.IndexByte(text, '{')
	if open < 0 || !strings.Contains(text, "}") {
		return segment{kind: literal, text: text}
	}
	if name, ok := wholeParam(text); ok {
		if strings.HasSuffix(name, "...") {
			return segment{kind: catchAll}
		}
		_, expr, limited := strings.Cut(name, ":")
		if !limited {
			return segment{kind: param}
		}
		if matchesSlash(expr) {
			return segment{kind: catchAll}
		}
		re, err := regexp.Compile("^(?:" + expr + ")$")
		if err != nil {
			return segment{kind: param}
		}
		return segment{kind: param, re: re, listed: lists(expr)}
	}
	return mixedSegment(text)
}

// lists reports whether an expression has no repetition, class or wildcard: it
// is a list of values.
func lists(expr string) bool {
	re, err := syntax.Parse(expr, syntax.Perl)
	return err == nil && listsOnly(re.Simplify())
}

func listsOnly(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpAlternate, syntax.OpConcat, syntax.OpCapture, syntax.OpEmptyMatch, syntax.OpQuest:
	case syntax.OpCharClass:
		if len(re.Rune) > 6 || len(re.Rune) >= 2 && re.Rune[1]-re.Rune[0] > 2 {
			return false
		}
	default:
		return false
	}
	for _, sub := range re.Sub {
		if !listsOnly(sub) {
			return false
		}
	}
	return true
}

// matchesSlash reports whether a parameter's expression runs over slashes.
func matchesSlash(expr string) bool {
	re, err := regexp.Compile("^(?:" + expr + ")$")
	return err == nil && re.MatchString("a/b/c")
}

// wholeParam is the inside of a segment that is one parameter and nothing else.
func wholeParam(text string) (string, bool) {
	if text[0] != '{' || text[len(text)-1] != '}' {
		return "", false
	}
	depth := 0
	for i, c := range text {
		switch c {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 && i < len(text)-1 {
			return "", false
		}
	}
	return text[1 : len(text)-1], true
}

// mixedSegment keeps the literal text and forgets the parameters' names.
func mixedSegment(text string) segment {
	var shape, expr strings.Builder
	depth := 0
	expr.WriteByte('^')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '{':
			if depth == 0 {
				shape.WriteString("{}")
				expr.WriteString(".+")
			}
			depth++
		case c == '}' && depth > 0:
			depth--
		case depth == 0:
			shape.WriteByte(c)
			expr.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	expr.WriteByte('$')
	re, _ := regexp.Compile(expr.String())
	return segment{kind: mixed, text: shape.String(), re: re}
}

// fit says how well a route's path answers an operation's.
type fit int

const (
	noFit fit = iota
	// swallowed: the operation ends inside a catch-all.
	swallowed
	// covered: a literal of the operation falls on a parameter of the route.
	covered
	// exact: literal on literal, parameter on parameter.
	exact
)

// match compares an operation's path with a route's. Names of parameters do
// not matter.
func match(op, route []segment) fit {
	best := exact
	for i, r := range route {
		if r.kind == catchAll {
			if i == len(op) {
				return min(best, covered) // a catch-all takes nothing, too
			}
			if i == len(op)-1 && (op[i].kind == param || op[i].kind == catchAll) {
				return best
			}
			return min(best, swallowed)
		}
		if i >= len(op) {
			return noFit
		}
		f := matchSegment(op[i], r)
		if f == noFit {
			return noFit
		}
		best = min(best, f)
	}
	if len(op) != len(route) {
		return noFit
	}
	return best
}

func matchSegment(op, route segment) fit {
	switch {
	case op.kind == literal && route.kind == literal:
		if op.text == route.text {
			return exact
		}
	case op.kind == literal && route.kind == param && route.listed && route.re.MatchString(op.text):
		return exact
	case op.kind == literal && (route.re == nil || route.re.MatchString(op.text)):
		return covered
	case op.kind == mixed && route.kind == mixed:
		if op.text == route.text {
			return exact
		}
	case op.kind == mixed && route.kind == param && route.re == nil:
		return exact // the handler takes the segment apart itself
	case (op.kind == param || op.kind == catchAll) && route.kind == param:
		return exact
	}
	return noFit
}

// literals lists the fixed texts of a path.
func literals(segs []segment) []string {
	var out []string
	for _, s := range segs {
		if s.kind == literal {
			out = append(out, s.text)
		}
	}
	return out
}

// joinPath puts a base path before a path; base has no trailing slash.
func joinPath(base, path string) string {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return strings.TrimSuffix(base, "/") + path
}
