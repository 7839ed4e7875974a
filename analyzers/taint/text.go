package taint

import (
	"go/token"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
)

// piece is a part of text that is put together: a constant, or a value.
type piece struct {
	text  string
	value ssa.Value
	// verb is how a format prints the value; 0 for concatenation.
	verb byte
}

// concat adds the parts of a concatenation.
func (s *search) concat(n *node, v *ssa.BinOp) {
	if v.Op != token.ADD {
		return
	}
	s.out.made = true
	s.pieces(n, flatten(v, nil), v.Block())
}

func flatten(v ssa.Value, into []piece) []piece {
	if b, ok := v.(*ssa.BinOp); ok && b.Op == token.ADD {
		return flatten(b.Y, flatten(b.X, into))
	}
	if text, ok := ssavalue.Text(v); ok {
		return append(into, piece{text: text})
	}
	return append(into, piece{value: v})
}

// format adds the arguments of fmt.Sprintf that matter: format and values.
func (s *search) format(n *node, call ssa.CallInstruction, args []ssa.Value) {
	s.out.made = true
	if len(args) < 2 {
		s.pieces(n, []piece{{value: args[0]}}, call.Block())
		return
	}
	text, ok := ssavalue.Text(args[0])
	values := ssavalue.Variadic(args[1])
	if !ok {
		s.pieces(n, append([]piece{{value: args[0]}}, valuesOf(values)...), call.Block())
		return
	}
	s.pieces(n, formatted(text, values), call.Block())
}

func valuesOf(vs []ssa.Value) []piece {
	var pieces []piece
	for _, v := range vs {
		pieces = append(pieces, piece{value: v, verb: 'v'})
	}
	return pieces
}

// formatted splits a format at its verbs. Explicit argument indexes are left to
// the order of the values, which then all count.
func formatted(format string, values []ssa.Value) []piece {
	if strings.Contains(format, "%[") {
		return valuesOf(values)
	}
	var pieces []piece
	next := 0
	for format != "" {
		before, rest, found := strings.Cut(format, "%")
		if before != "" {
			pieces = append(pieces, piece{text: before})
		}
		if !found {
			break
		}
		i := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("+-# 0123456789.", r) })
		if i < 0 {
			break
		}
		verb := rest[i]
		format = rest[i+1:]
		switch {
		case verb == '%':
			pieces = append(pieces, piece{text: "%"})
		case next < len(values):
			pieces = append(pieces, piece{value: values[next], verb: verb})
			next++
		}
	}
	return pieces
}

// pieces adds those parts that the sink cares for.
func (s *search) pieces(n *node, all []piece, at *ssa.BasicBlock) {
	if s.kind == URL || s.kind == Redirect {
		all = hostPart(all, s.kind)
	}
	for _, p := range all {
		if p.value == nil || strings.IndexByte("dtbcxXeEfFgGTUpo", p.verb) >= 0 && p.verb != 0 {
			continue
		}
		if p.verb == 'q' && s.kind == Log {
			continue
		}
		s.add(place{p.value, ""}, at, nil, n)
	}
}

// hostPart keeps the parts of an address up to the end of its host: what
// follows "https://host/" cannot lead elsewhere.
func hostPart(all []piece, kind Kind) []piece {
	text := ""
	for i, p := range all {
		if p.value != nil {
			if text == "" || !strings.HasSuffix(text, "/") && !strings.Contains(text, "://") {
				return all[:i+1] // a base address; what follows is its path
			}
			text += "x"
			continue
		}
		text += p.text
		rest := text
		if _, after, ok := strings.Cut(text, "://"); ok {
			rest = after
		} else if kind == Redirect && strings.HasPrefix(text, "/") {
			if len(text) == 1 {
				continue // "/" and what follows may be "//host"
			}
			return all[:i]
		}
		if strings.ContainsAny(rest, "/?#") {
			return all[:i]
		}
	}
	return all
}
