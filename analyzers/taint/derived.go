package taint

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// derivation says how a tested value is made from the text: bits, because
// several steps may lie between.
type derivation int

const same derivation = 0

const (
	isClean derivation = 1 << iota // a cleaned path
	isRel                          // relative to a folder
	isBase                         // the last element of a path
	isHost                         // the host of an address
	isPart                         // another part: scheme, extension, length
	isOther                        // made by a function that is not looked into
)

// steps are functions whose result tells about their argument.
var steps = map[string]derivation{
	"path/filepath.Clean": isClean, "path.Clean": isClean, "path/filepath.Abs": isClean, "path/filepath.Join": isClean, "path.Join": isClean, "path/filepath.EvalSymlinks": isClean,
	"path/filepath.Rel": isRel, "path/filepath.Base": isBase, "path.Base": isBase, "path/filepath.Ext": isPart, "path.Ext": isPart, "path/filepath.Dir": isClean,
	"net/url.URL.Hostname": isHost, "net/url.Parse": same, "net/url.ParseRequestURI": same, "net/url.URL.Port": isPart, "net.LookupIP": isHost, "net.LookupHost": isHost, "net.ParseIP": isHost,
	"net.SplitHostPort": isHost, "strings.ToLower": same, "strings.ToUpper": same, "strings.TrimSpace": same, "strings.TrimPrefix": same, "strings.TrimSuffix": same, "strings.TrimRight": same, "strings.TrimLeft": same, "strings.Trim": same,
	"path/filepath.ToSlash": same, "path/filepath.FromSlash": same, "net.Resolver.LookupIPAddr": isHost, "net.Resolver.LookupHost": isHost, "net.Resolver.LookupIP": isHost,
	"net/url.PathUnescape": same, "net/url.QueryUnescape": same,
}

// derivedLimit bounds how far back a tested value is followed.
const derivedLimit = 60

// derived says whether v is made from the text at p, and how. A structure that
// is handed over whole stands for its fields.
func (t *tracker) derived(v ssa.Value, p place) (derivation, bool) {
	from, ok := t.origins[v]
	if !ok {
		from = origins(v)
		t.origins[v] = from
	}
	if how, ok := from[p]; ok {
		return how, true
	}
	if p.v != nil && p.path != "" && !web.IsRequest(p.v.Type()) {
		how, ok := from[place{p.v, ""}]
		return how, ok
	}
	return same, false
}

// origins are the places that a tested value is made from.
func origins(v ssa.Value) map[place]derivation {
	type item struct {
		place
		how derivation
	}
	queue := []item{{place{v, ""}, same}}
	seen := map[place]derivation{}
	for i := 0; i < len(queue) && i < derivedLimit; i++ {
		it := queue[i]
		if _, known := seen[it.place]; known {
			continue
		}
		seen[it.place] = it.how
		add := func(v ssa.Value, path string, how derivation) {
			if _, isConst := v.(*ssa.Const); v != nil && !isConst {
				queue = append(queue, item{place{v, path}, it.how | how})
			}
		}
		switch v := it.v.(type) {
		case *ssa.UnOp:
			if v.Op == token.MUL {
				add(v.X, it.path, same)
			}
		case *ssa.FieldAddr:
			queue = append(queue, item{it.place.on(v.X, v.Field), it.how | urlField(v.X, v.Field)})
		case *ssa.Field:
			queue = append(queue, item{it.place.on(v.X, v.Field), it.how | urlField(v.X, v.Field)})
		case *ssa.Phi:
			for _, e := range v.Edges {
				add(e, it.path, same)
			}
		case *ssa.Extract:
			add(v.Tuple, it.path, same)
		case *ssa.MakeInterface:
			add(v.X, it.path, same)
		case *ssa.ChangeType:
			add(v.X, it.path, same)
		case *ssa.Convert:
			add(v.X, it.path, same)
		case *ssa.Slice:
			add(v.X, it.path, same)
		case *ssa.IndexAddr:
			add(v.X, it.path, isPart)
		case *ssa.Next:
			add(v.Iter, it.path, isPart)
		case *ssa.Range:
			add(v.X, it.path, same)
		case *ssa.BinOp:
			if v.Op == token.ADD {
				add(v.X, "", same)
				add(v.Y, "", same)
			}
		case *ssa.Alloc:
			for _, ref := range *v.Referrers() {
				if store, ok := ref.(*ssa.Store); ok && store.Addr == v {
					add(store.Val, it.path, same)
				}
			}
		case *ssa.FreeVar:
			if _, bound := ssavalue.Binding(v); bound != nil {
				add(bound, it.path, same)
			}
		case *ssa.Call:
			name := web.Name(ssavalue.Callee(v.Common()))
			how, known := steps[name]
			if !known {
				how = isOther
			}
			for _, a := range ssavalue.Operands(v.Common()) {
				for _, e := range ssavalue.Variadic(a) {
					add(e, "", how)
				}
			}
		}
	}
	return seen
}

// lookedAt are the places that the conditions of a function have to do with.
func (t *tracker) lookedAt(fn *ssa.Function) map[place]bool {
	if known, ok := t.looked[fn]; ok {
		return known
	}
	places := map[place]bool{}
	for _, b := range fn.Blocks {
		if last, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
			t.mentions(last.Cond, places)
		}
	}
	t.looked[fn] = places
	return places
}

// conditionDepth bounds how far into a condition its parts are looked at.
const conditionDepth = 6

// mentions adds what a condition is made of, level by level and each value
// once: values that flow together again and again would otherwise be looked at
// as often as there are ways to them.
func (t *tracker) mentions(cond ssa.Value, into map[place]bool) {
	seen := map[ssa.Value]bool{cond: true}
	level := []ssa.Value{cond}
	for depth := 0; depth <= conditionDepth && len(level) > 0; depth++ {
		var next []ssa.Value
		for _, v := range level {
			t.derived(v, place{}) // fills the memory
			for p := range t.origins[v] {
				into[p] = true
			}
			for _, part := range conditionParts(v) {
				if !seen[part] {
					seen[part] = true
					next = append(next, part)
				}
			}
		}
		level = next
	}
}

func conditionParts(v ssa.Value) []ssa.Value {
	switch v := v.(type) {
	case *ssa.UnOp:
		if v.Op == token.NOT {
			return []ssa.Value{v.X}
		}
	case *ssa.BinOp:
		return []ssa.Value{v.X, v.Y}
	case *ssa.Lookup:
		return []ssa.Value{v.Index}
	case *ssa.Extract:
		return []ssa.Value{v.Tuple}
	case *ssa.Phi:
		return v.Edges
	case *ssa.Call:
		var parts []ssa.Value
		for _, a := range ssavalue.Operands(v.Common()) {
			parts = append(parts, ssavalue.Variadic(a)...)
		}
		return parts
	}
	return nil
}

// on is the place of a field of x.
func (p place) on(x ssa.Value, field int) place {
	return place{x, p.path}.field(fieldName(x.Type(), field))
}

// urlField tells the host of a parsed address from its other parts.
func urlField(x ssa.Value, field int) derivation {
	if web.TypeName(x.Type()) != "net/url.URL" {
		return same
	}
	switch fieldName(x.Type(), field) {
	case "Host":
		return isHost
	case "Scheme", "Fragment", "User", "RawQuery", "Opaque":
		return isPart
	}
	return same
}

// cleaned says that the place itself is a cleaned path, or a variable that holds
// nothing else.
func (t *tracker) cleaned(v ssa.Value) bool { return t.cleanedWithin(v, map[ssa.Value]bool{}) }

// cleanedWithin is cleaned; seen ends at variables that are set to each other.
func (t *tracker) cleanedWithin(v ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[v] {
		return false
	}
	seen[v] = true
	switch v := v.(type) {
	case *ssa.Extract:
		return t.cleanedWithin(v.Tuple, seen)
	case *ssa.Call:
		return steps[web.Name(ssavalue.Callee(v.Common()))]&isClean != 0
	case *ssa.FreeVar:
		_, bound := ssavalue.Binding(v)
		return bound != nil && t.cleanedWithin(bound, seen)
	case *ssa.UnOp:
		return v.Op == token.MUL && t.cleanedWithin(v.X, seen)
	case *ssa.Alloc:
		stores := 0
		for _, ref := range *v.Referrers() {
			if store, ok := ref.(*ssa.Store); ok && store.Addr == v {
				if !t.cleanedWithin(store.Val, seen) {
					return false
				}
				stores++
			}
		}
		return stores > 0
	}
	return false
}
