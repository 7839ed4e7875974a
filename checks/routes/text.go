package routes

import (
	"fmt"
	"strconv"
	"strings"
)

func sprint(args []value) (value, bool) {
	out := str{}
	for _, a := range args {
		out = concat(out, formatted(a, 'v'))
	}
	return out, true
}

// sprintf formats verbs one by one; an unknown operand becomes a hole.
func sprintf(args []value) (value, bool) {
	if len(args) == 0 {
		return nil, false
	}
	format, ok := strOf(args[0]).known()
	if !ok {
		return nil, false
	}
	out, next := str{}, 1
	for format != "" {
		i := strings.IndexByte(format, '%')
		if i < 0 {
			return concat(out, text(format)), true
		}
		out = concat(out, text(format[:i]))
		format = format[i+1:]
		width := strings.TrimLeft(format, "+-# 0123456789.[]")
		if width == "" {
			return nil, false
		}
		verb := width[0]
		flags := format[:len(format)-len(width)]
		format = width[1:]
		if verb == '%' {
			out = concat(out, text("%"))
			continue
		}
		if strings.Contains(flags, "[") {
			n, err := strconv.Atoi(strings.Trim(flags, "[]"))
			if err != nil {
				return nil, false
			}
			next = n
			flags = ""
		}
		if next >= len(args) {
			return nil, false
		}
		out = concat(out, operand(args[next], flags, verb))
		next++
	}
	return out, true
}

func operand(v value, flags string, verb byte) str {
	if n, ok := intOf(v); ok && flags != "" {
		return text(fmt.Sprintf("%"+flags+string(verb), n))
	}
	return formatted(v, verb)
}

func formatted(v value, verb byte) str {
	switch x := bare(v).(type) {
	case str:
		if s, ok := x.known(); ok && verb == 'q' {
			return text(strconv.Quote(s))
		}
		return x
	case num:
		return text(x.v.ExactString())
	}
	return strOf(v)
}

// pieces applies a function to the literal parts.
func pieces(f func(string) string) nativeFunc {
	return func(args []value) (value, bool) {
		s := strOf(args[0])
		out := str{}
		for _, p := range s.pieces {
			if p.hole == nil {
				p.text = f(p.text)
			}
			out.pieces = append(out.pieces, p)
		}
		if len(out.pieces) == 0 {
			return text(""), true
		}
		return out, true
	}
}

// edges applies a trimming function to the parts at the string's ends.
func edges(f func(s, cut string, first, last bool) string) nativeFunc {
	return func(args []value) (value, bool) {
		if len(args) < 2 {
			return nil, false
		}
		cut, ok := strOf(args[1]).known()
		if !ok {
			return nil, false
		}
		s := strOf(args[0])
		out := str{}
		for i, p := range s.pieces {
			if p.hole == nil {
				p.text = f(p.text, cut, i == 0, i == len(s.pieces)-1)
			}
			out.pieces = append(out.pieces, p)
		}
		if len(out.pieces) == 0 {
			return text(""), true
		}
		return out, true
	}
}

func trimSuffix(s, cut string, _, last bool) string {
	return onlyIf(last, s, strings.TrimSuffix(s, cut))
}

func trimPrefix(s, cut string, first, _ bool) string {
	return onlyIf(first, s, strings.TrimPrefix(s, cut))
}

func trim(s, cut string, first, last bool) string {
	if first {
		s = strings.TrimLeft(s, cut)
	}
	return onlyIf(last, s, strings.TrimRight(s, cut))
}

func hasPrefix(args []value) (value, bool) {
	s, cut := strOf(args[0]), strOf(args[1])
	want, ok := cut.known()
	if whole, all := s.known(); ok && all {
		return boolean(strings.HasPrefix(whole, want)), true
	}
	if ok && len(s.pieces) > 0 && s.pieces[0].hole == nil && len(s.pieces[0].text) >= len(want) {
		return boolean(strings.HasPrefix(s.pieces[0].text, want)), true
	}
	return nil, false
}

func hasSuffix(args []value) (value, bool) {
	s, cut := strOf(args[0]), strOf(args[1])
	want, ok := cut.known()
	if whole, all := s.known(); ok && all {
		return boolean(strings.HasSuffix(whole, want)), true
	}
	if n := len(s.pieces); ok && n > 0 && s.pieces[n-1].hole == nil && len(s.pieces[n-1].text) >= len(want) {
		return boolean(strings.HasSuffix(s.pieces[n-1].text, want)), true
	}
	return nil, false
}

func known1(f func(string) value) nativeFunc {
	return func(args []value) (value, bool) {
		a, ok := strOf(args[0]).known()
		if !ok {
			return nil, false
		}
		return f(a), true
	}
}

func known2(f func(a, b string) value) nativeFunc {
	return func(args []value) (value, bool) {
		a, ok := strOf(args[0]).known()
		b, ok2 := strOf(args[1]).known()
		if !ok || !ok2 {
			return nil, false
		}
		return f(a, b), true
	}
}

func known3(f func(a, b, c string) string) nativeFunc {
	return func(args []value) (value, bool) {
		b, ok := strOf(args[1]).known()
		c, ok2 := strOf(args[2]).known()
		if !ok || !ok2 {
			return nil, false
		}
		return pieces(func(a string) string { return f(a, b, c) })(args[:1])
	}
}

func replace(args []value) (value, bool) {
	n, ok := intOf(args[3])
	if !ok {
		return nil, false
	}
	return known3(func(a, b, c string) string { return strings.Replace(a, b, c, n) })(args[:3])
}

func repeat(args []value) (value, bool) {
	s, ok := strOf(args[0]).known()
	n, ok2 := intOf(args[1])
	if !ok || !ok2 || n < 0 || n*len(s) > 4096 {
		return nil, false
	}
	return text(strings.Repeat(s, n)), true
}

func cut(args []value) (value, bool) {
	a, ok := strOf(args[0]).known()
	b, ok2 := strOf(args[1]).known()
	if !ok || !ok2 {
		return nil, false
	}
	before, after, found := strings.Cut(a, b)
	return tuple{text(before), text(after), boolean(found)}, true
}
