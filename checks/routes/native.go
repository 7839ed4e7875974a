package routes

import (
	"go/ast"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// native evaluates the functions of the standard library that build paths.
// Each gets arguments of which none is several things; ok is false where the
// result cannot be told, and the call is then opaque.
func (m *machine) native(f *function, args []value, e *ast.CallExpr) (value, bool) {
	if v, ok := m.callbacks(f, args, e); ok {
		return v, true
	}
	fn := natives[f.fn.FullName()]
	if fn == nil {
		return m.builderCall(f, args)
	}
	for _, a := range args {
		if _, isRest := a.(*rest); isRest {
			return nil, false
		}
	}
	var out value
	for _, combo := range combinations(args) {
		v, ok := fn(combo)
		if !ok {
			return nil, false
		}
		out = joinResults(out, v)
	}
	return out, out != nil
}

// combinations picks one alternative for each argument, within bounds.
func combinations(args []value) [][]value {
	out := [][]value{nil}
	for _, a := range args {
		var next [][]value
		for _, c := range choices(a) {
			for _, prefix := range out {
				next = append(next, append(prefix[:len(prefix):len(prefix)], c))
			}
		}
		if len(next) > maxAlternatives*4 {
			next = next[:maxAlternatives*4]
		}
		out = next
	}
	return out
}

type nativeFunc func(args []value) (value, bool)

var natives = map[string]nativeFunc{
	"fmt.Sprintf":          sprintf,
	"fmt.Sprint":           sprint,
	"strings.TrimSuffix":   edges(trimSuffix),
	"strings.TrimPrefix":   edges(trimPrefix),
	"strings.TrimRight":    edges(func(s, cut string, _, last bool) string { return onlyIf(last, s, strings.TrimRight(s, cut)) }),
	"strings.TrimLeft":     edges(func(s, cut string, first, _ bool) string { return onlyIf(first, s, strings.TrimLeft(s, cut)) }),
	"strings.Trim":         edges(trim),
	"strings.TrimSpace":    pieces(func(s string) string { return s }),
	"strings.ToUpper":      pieces(strings.ToUpper),
	"strings.ToLower":      pieces(strings.ToLower),
	"strings.Title":        pieces(strings.Title), //nolint:staticcheck // evaluated, not recommended
	"strings.HasPrefix":    hasPrefix,
	"strings.HasSuffix":    hasSuffix,
	"strings.Contains":     known2(func(a, b string) value { return boolean(strings.Contains(a, b)) }),
	"strings.EqualFold":    known2(func(a, b string) value { return boolean(strings.EqualFold(a, b)) }),
	"strings.Index":        known2(func(a, b string) value { return integer(strings.Index(a, b)) }),
	"strings.LastIndex":    known2(func(a, b string) value { return integer(strings.LastIndex(a, b)) }),
	"strings.Split":        known2(func(a, b string) value { return stringSlice(strings.Split(a, b)) }),
	"strings.Cut":          cut,
	"strings.Fields":       known1(func(a string) value { return stringSlice(strings.Fields(a)) }),
	"strings.Join":         joinStrings,
	"strings.ReplaceAll":   known3(strings.ReplaceAll),
	"strings.Replace":      replace,
	"strings.Repeat":       repeat,
	"path.Join":            joinPath,
	"path/filepath.Join":   joinPath,
	"path.Clean":           func(args []value) (value, bool) { return cleanPath(strOf(args[0]), path.Clean), true },
	"path.Base":            known1(func(a string) value { return text(path.Base(a)) }),
	"path.Dir":             known1(func(a string) value { return text(path.Dir(a)) }),
	"net/url.JoinPath":     urlJoinPath,
	"net/url.PathEscape":   known1(func(a string) value { return text(url.PathEscape(a)) }),
	"strconv.Itoa":         itoa,
	"strconv.FormatInt":    itoa,
	"strconv.Quote":        known1(func(a string) value { return text(strconv.Quote(a)) }),
	"strconv.Atoi":         atoi,
	"slices.Clone":         func(args []value) (value, bool) { return args[0], true },
	"slices.Values":        func(args []value) (value, bool) { return args[0], true },
	"slices.Sorted":        func(args []value) (value, bool) { return args[0], true },
	"slices.Collect":       func(args []value) (value, bool) { return args[0], true },
	"slices.Sort":          nothing,
	"sort.Strings":         nothing,
	"slices.Contains":      contains,
	"slices.Concat":        concatSlices,
	"maps.Keys":            mapKeys,
	"maps.Values":          mapValues,
	"maps.Clone":           func(args []value) (value, bool) { return args[0], true },
	"context.Background":   func([]value) (value, bool) { return &unknown{why: "a context"}, true },
	"errors.New":           func([]value) (value, bool) { return &unknown{why: "an error"}, true },
	"fmt.Errorf":           func([]value) (value, bool) { return &unknown{why: "an error"}, true },
	"(*sync.RWMutex).Lock": nothing, "(*sync.RWMutex).Unlock": nothing,
	"(*sync.Mutex).Lock": nothing, "(*sync.Mutex).Unlock": nothing,
}

func nothing([]value) (value, bool) { return tuple{}, true }

func onlyIf(cond bool, otherwise, then string) string {
	if cond {
		return then
	}
	return otherwise
}

// callbacks evaluates functions that call what they are given.
func (m *machine) callbacks(f *function, args []value, e *ast.CallExpr) (value, bool) {
	switch f.fn.FullName() {
	case "(*sync.Once).Do", "slices.SortFunc", "sort.Slice":
		if f.fn.Name() == "Do" && len(args) == 1 {
			return m.apply1(args[0], nil, e), true
		}
		return tuple{}, true
	case "maps.Copy":
		if len(args) == 2 {
			return m.copyMap(args[0], args[1]), true
		}
	}
	return nil, false
}

func (m *machine) copyMap(to, from value) value {
	dst, ok := bare(to).(*mapVal)
	src, ok2 := bare(from).(*mapVal)
	if ok && ok2 {
		for i, k := range src.keys {
			if src.cells[i].v != nil {
				m.set(dst.cell(k), src.cells[i].v)
			}
		}
	}
	return tuple{}
}

// builderCall keeps the text in a strings.Builder or bytes.Buffer.
func (m *machine) builderCall(f *function, args []value) (value, bool) {
	recv := receiverName(f.fn)
	if f.fn.Pkg() == nil || recv != "Builder" && recv != "Buffer" || f.fn.Pkg().Path() != "strings" && f.fn.Pkg().Path() != "bytes" {
		return nil, false
	}
	c := m.namedField(f.recv, "text")
	if c == nil {
		return nil, false
	}
	if c.v == nil {
		c.v = text("")
	}
	switch f.fn.Name() {
	case "WriteString":
		m.set(c, m.appendText(c.v, args))
		return tuple{integer(0), null{}}, true
	case "String":
		return c.v, true
	case "Reset":
		m.set(c, text(""))
		return tuple{}, true
	}
	return nil, false
}

func (m *machine) appendText(v value, args []value) value {
	if len(args) == 0 {
		return v
	}
	var out value
	for _, combo := range combinations([]value{v, args[0]}) {
		out = join(out, concat(strOf(combo[0]), strOf(combo[1])))
	}
	return out
}

func joinStrings(args []value) (value, bool) {
	list, ok := bare(args[0]).(*slice)
	if !ok || list.open {
		return nil, false
	}
	out := str{}
	for i, c := range list.cells {
		if i > 0 {
			out = concat(out, strOf(args[1]))
		}
		out = concat(out, strOf(c.v))
	}
	return out, true
}

// joinPath is path.Join with unknown parts.
func joinPath(args []value) (value, bool) {
	out := str{}
	for _, a := range args {
		s := strOf(a)
		if t, ok := s.known(); ok && t == "" {
			continue
		}
		if len(out.pieces) > 0 {
			out = concat(out, text("/"))
		}
		out = concat(out, s)
	}
	return cleanPath(out, path.Clean), true
}

func urlJoinPath(args []value) (value, bool) {
	base, ok := strOf(args[0]).known()
	if !ok {
		return nil, false
	}
	var elems []string
	for _, a := range args[1:] {
		s, ok := strOf(a).known()
		if !ok {
			return nil, false
		}
		elems = append(elems, s)
	}
	s, err := url.JoinPath(base, elems...)
	if err != nil {
		return nil, false
	}
	return tuple{text(s), null{}}, true
}

// holeMark stands for a hole while a path is cleaned.
const holeMark = "\x00"

func cleanPath(s str, clean func(string) string) str {
	plain, holes := "", []*unknown{}
	for _, p := range s.pieces {
		if p.hole != nil {
			plain += holeMark
			holes = append(holes, p.hole)
			continue
		}
		plain += p.text
	}
	if plain == "" {
		return text("")
	}
	parts := strings.Split(clean(plain), holeMark)
	out := text(parts[0])
	for i, part := range parts[1:] {
		if i < len(holes) {
			out = concat(out, str{pieces: []piece{{hole: holes[i]}}})
		}
		out = concat(out, text(part))
	}
	return out
}

func itoa(args []value) (value, bool) {
	if n, ok := bare(args[0]).(num); ok {
		return text(n.v.ExactString()), true
	}
	return strOf(args[0]), true
}

func atoi(args []value) (value, bool) {
	s, ok := strOf(args[0]).known()
	if !ok {
		return nil, false
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return nil, false
	}
	return tuple{integer(n), null{}}, true
}

func stringSlice(ss []string) value {
	out := &slice{}
	for _, s := range ss {
		out.cells = append(out.cells, &cell{v: text(s)})
	}
	return out
}

func contains(args []value) (value, bool) {
	list, ok := bare(args[0]).(*slice)
	want, ok2 := strOf(args[1]).known()
	if !ok || !ok2 || list.open {
		return nil, false
	}
	for _, c := range list.cells {
		s, known := strOf(c.v).known()
		if !known {
			return nil, false
		}
		if s == want {
			return boolean(true), true
		}
	}
	return boolean(false), true
}

func concatSlices(args []value) (value, bool) {
	out := &slice{}
	for _, a := range args {
		switch x := bare(a).(type) {
		case *slice:
			out.cells = append(out.cells, x.cells...)
			out.open = out.open || x.open
		case null:
		default:
			out.open = true
		}
	}
	return out, true
}

func mapKeys(args []value) (value, bool) {
	x, ok := bare(args[0]).(*mapVal)
	if !ok {
		return nil, false
	}
	out := &slice{open: x.open}
	for i, k := range x.keys {
		if x.cells[i].v != nil {
			out.cells = append(out.cells, &cell{v: k})
		}
	}
	return out, true
}

func mapValues(args []value) (value, bool) {
	x, ok := bare(args[0]).(*mapVal)
	if !ok {
		return nil, false
	}
	out := &slice{open: x.open}
	for _, c := range x.cells {
		if c.v != nil {
			out.cells = append(out.cells, c)
		}
	}
	return out, true
}
