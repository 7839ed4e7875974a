package taint

import (
	"go/token"
	"go/types"
	"regexp"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// worth is what the checks on the way to a use prove.
type worth int

const (
	nothing  worth = iota
	unproven       // a test that this analysis cannot judge
	proven         // no harmful text gets by
)

// checked says whether every way to the use of a value passes a check of it.
func (t *tracker) checked(n *node, kind Kind) worth {
	if n.use == nil || kind == anyKind {
		return nothing
	}
	if looked := t.lookedAt(n.use.Parent()); !looked[n.place] && !looked[place{n.v, ""}] {
		return nothing // no condition of the function has to do with it
	}
	w := walk{t: t, p: n.place, kind: kind, seen: map[*ssa.BasicBlock]worth{}, start: definedIn(n.v)}
	if n.to != nil {
		return w.edge(n.use, n.to)
	}
	return w.block(n.use)
}

// definedIn is the block from which on the value exists.
func definedIn(v ssa.Value) *ssa.BasicBlock {
	if instr, ok := v.(ssa.Instruction); ok {
		if _, isAlloc := v.(*ssa.Alloc); !isAlloc {
			return instr.Block()
		}
	}
	return nil
}

// walk goes from a use back to where the value is made, on all ways at once:
// what is proven on each of them is proven.
type walk struct {
	t     *tracker
	p     place
	kind  Kind
	start *ssa.BasicBlock
	seen  map[*ssa.BasicBlock]worth
}

func (w *walk) block(b *ssa.BasicBlock) worth {
	if known, ok := w.seen[b]; ok {
		return known
	}
	if b == w.start || len(b.Preds) == 0 {
		return nothing
	}
	w.seen[b] = proven // of a loop the way round adds nothing
	least := proven
	for _, p := range b.Preds {
		least = min(least, w.edge(p, b))
		if least == nothing {
			break
		}
	}
	w.seen[b] = least
	return least
}

// edge is what holds when control went from one block to the next.
func (w *walk) edge(from, to *ssa.BasicBlock) worth {
	best := nothing
	if cond, ok := from.Instrs[len(from.Instrs)-1].(*ssa.If); ok && from.Succs[0] != from.Succs[1] {
		best = w.t.judge(cond.Cond, from.Succs[0] == to, w.p, w.kind, 0)
	}
	if best == proven {
		return best
	}
	return max(best, w.block(from))
}

type checkKey struct {
	cond  ssa.Value
	holds bool
	place
	kind Kind
}

// judged is a remembered judgement.
type judged struct{ worth worth }

// judge says what a condition that holds (or not) proves of a place.
func (t *tracker) judge(cond ssa.Value, holds bool, p place, kind Kind, depth int) worth {
	key := checkKey{cond, holds, p, kind}
	if known, ok := t.checks[key]; ok {
		return known.worth
	}
	t.checks[key] = &judged{}
	w := t.condition(cond, holds, p, kind, depth)
	t.checks[key].worth = w
	return w
}

func (t *tracker) condition(cond ssa.Value, holds bool, p place, kind Kind, depth int) worth {
	switch c := cond.(type) {
	case *ssa.UnOp:
		if c.Op == token.NOT {
			return t.judge(c.X, !holds, p, kind, depth)
		}
		if c.Op == token.MUL { // allowed := map[string]bool{...}[x] kept in a variable
			return nothing
		}
	case *ssa.BinOp:
		return t.comparison(c, holds, p, kind, depth)
	case *ssa.Lookup: // allowed[x]
		if how, ok := t.derived(c.Index, p); ok && holds {
			return t.listed(how, kind)
		}
	case *ssa.Extract: // v, ok := allowed[x]; ok := f(x)
		if l, ok := c.Tuple.(*ssa.Lookup); ok && c.Index == 1 && holds {
			if how, ok := t.derived(l.Index, p); ok {
				return t.listed(how, kind)
			}
		}
		if call, ok := c.Tuple.(*ssa.Call); ok {
			return t.test(call, holds, p, kind, depth)
		}
	case *ssa.Call:
		return t.test(c, holds, p, kind, depth)
	case *ssa.Phi: // a && b, a || b: what the known part proves
		return t.either(c, holds, p, kind, depth)
	}
	return nothing
}

// either judges a condition that was kept in a variable: each way on which it
// has the given value must prove something.
func (t *tracker) either(phi *ssa.Phi, holds bool, p place, kind Kind, depth int) worth {
	least := proven
	for i, e := range phi.Edges {
		if c, ok := e.(*ssa.Const); ok && c.Value != nil {
			if (c.Value.String() == "true") != holds {
				continue
			}
			w := walk{t: t, p: p, kind: kind, seen: map[*ssa.BasicBlock]worth{}}
			least = min(least, w.edge(phi.Block().Preds[i], phi.Block()))
			continue
		}
		least = min(least, t.judge(e, holds, p, kind, depth))
	}
	return least
}

// comparison: equal to something that is not input, or an error that a check
// of the value returned.
func (t *tracker) comparison(c *ssa.BinOp, holds bool, p place, kind Kind, depth int) worth {
	if c.Op != token.EQL && c.Op != token.NEQ {
		return t.found(c, holds, p, kind)
	}
	equal := holds == (c.Op == token.EQL)
	x, y := c.X, c.Y
	if isNil(x) || isNil(y) {
		if isNil(x) {
			x = y
		}
		if !web.IsError(x.Type()) || !equal {
			return nothing
		}
		return t.noError(x, p, kind, depth)
	}
	if text, ok := ssavalue.Text(x); ok && text == "" {
		return nothing
	}
	if text, ok := ssavalue.Text(y); ok && text == "" {
		return nothing
	}
	if w := t.found(c, holds, p, kind); w != nothing {
		return w
	}
	how, one := t.derived(x, p)
	other, both := t.derived(y, p)
	switch {
	case !equal:
		return nothing
	case one && both:
		if (how|other)&isBase != 0 && kind == Path {
			return proven // name == filepath.Base(name)
		}
		if (how|other)&isClean != 0 && kind == Path {
			return unproven
		}
		return nothing
	case one:
		return t.listed(how, kind)
	case both:
		return t.listed(other, kind)
	}
	return nothing
}

// found knows strings.Index(x, "..") == -1 and the like.
func (t *tracker) found(c *ssa.BinOp, holds bool, p place, kind Kind) worth {
	call, ok := c.X.(*ssa.Call)
	if !ok || !strings.HasPrefix(web.Name(ssavalue.Callee(call.Common())), "strings.Index") {
		return nothing
	}
	if how, ok := t.derived(call.Call.Args[0], p); !ok || how != same {
		return nothing
	}
	n, ok := c.Y.(*ssa.Const)
	if !ok {
		return nothing
	}
	v := n.Int64()
	absent := c.Op == token.EQL && v == -1 && holds || c.Op == token.NEQ && v == -1 && !holds || c.Op == token.GEQ && v == 0 && !holds || c.Op == token.LSS && v == 0 && holds
	if !absent {
		return nothing
	}
	return forbids(call.Call.Args[1], kind)
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// listed is what it proves that something derived from the place is one of
// known values.
func (t *tracker) listed(how derivation, kind Kind) worth {
	switch {
	case how&(isOther) != 0:
		return nothing
	case how&isHost != 0:
		if kind == URL || kind == Redirect {
			return proven
		}
		return nothing
	case how&isPart != 0: // its scheme, its extension
		return nothing
	case how&isBase != 0 && kind != Path:
		return nothing
	}
	return proven
}

// noError: the call that returned no error tells something of its arguments.
func (t *tracker) noError(err ssa.Value, p place, kind Kind, depth int) worth {
	if e, ok := err.(*ssa.Extract); ok {
		err = e.Tuple
	}
	if phi, ok := err.(*ssa.Phi); ok && depth < 3 {
		least := proven
		for _, e := range phi.Edges {
			if isNil(e) {
				return nothing
			}
			least = min(least, t.noError(e, p, kind, depth+1))
		}
		return least
	}
	call, ok := err.(*ssa.Call)
	if !ok {
		return nothing
	}
	return t.test(call, true, p, kind, depth)
}

// parses are functions that fail for all but text of a harmless form.
var parses = map[string]bool{
	"github.com/google/uuid.Parse": true, "github.com/google/uuid.Validate": true, "github.com/gofrs/uuid.FromString": true, "github.com/satori/go.uuid.FromString": true,
	"strconv.Atoi": true, "strconv.ParseInt": true, "strconv.ParseUint": true, "strconv.ParseFloat": true, "strconv.ParseBool": true,
	"time.Parse": true, "encoding/hex.DecodeString": true, "go.mongodb.org/mongo-driver/bson/primitive.ObjectIDFromHex": true, "go.mongodb.org/mongo-driver/v2/bson.ObjectIDFromHex": true,
	"github.com/oklog/ulid.Parse": true, "github.com/rs/xid.FromString": true, "net/netip.ParseAddr": true,
}

// validates are names that say that a function checks; what it checks is not known.
var validates = regexp.MustCompile(`(?i)valid|sanit|check|safe|allow|verif|ensure|permit|block|private|internal|forbid|trusted|local`)

// test judges a call that answers with a truth value or an error.
func (t *tracker) test(call *ssa.Call, holds bool, p place, kind Kind, depth int) worth {
	c := call.Common()
	name := web.Name(ssavalue.Callee(c))
	args := ssavalue.Operands(c)
	if parses[name] {
		if how, ok := t.derived(args[0], p); ok && how == same && holds {
			return proven
		}
		return nothing
	}
	if known, ok := t.textTest(name, args, holds, p, kind); ok {
		return known
	}
	passed := -1
	var how derivation
	for i, a := range args {
		for _, e := range ssavalue.Variadic(a) {
			if h, ok := t.derived(e, p); ok && passed < 0 {
				passed, how = i, h
			}
		}
	}
	if passed < 0 || how&isOther != 0 {
		return nothing
	}
	if callees := t.callees(c); len(callees) > 0 && depth < 3 {
		best := nothing
		for _, fn := range callees {
			best = max(best, t.checksParam(fn, passed, p.path, kind, depth+1))
		}
		if best != nothing {
			return best
		}
	}
	fn := ssavalue.Callee(c)
	if fn != nil && validates.MatchString(fn.Name()) && !strings.HasPrefix(name, "path/filepath.") {
		return unproven
	}
	return nothing
}

// textTest knows the tests of the standard library on text and addresses; ok is
// false where the function is not one of them.
func (t *tracker) textTest(name string, args []ssa.Value, holds bool, p place, kind Kind) (w worth, ok bool) {
	is := func(v ssa.Value) (derivation, bool) { return t.derived(v, p) }
	switch name {
	case "strings.HasPrefix":
		return t.prefixed(args, holds, p, kind), true
	case "strings.Contains", "strings.ContainsAny", "strings.ContainsRune":
		if how, ok := is(args[0]); ok && !holds && how&(isOther|isPart) == 0 {
			return forbids(args[1], kind), true
		}
		return nothing, true
	case "strings.HasSuffix":
		if how, ok := is(args[0]); ok && holds && how&isHost != 0 && (kind == URL || kind == Redirect) {
			return proven, true
		}
		return nothing, true
	case "strings.EqualFold":
		if how, ok := is(args[0]); ok && holds {
			return t.listed(how, kind), true
		}
		return nothing, true
	case "path/filepath.IsLocal", "io/fs.ValidPath":
		if how, ok := is(args[0]); ok && holds && how&isOther == 0 && (kind == Path || kind == Upload) {
			return proven, true
		}
		return nothing, true
	case "slices.Contains", "slices.Index", "slices.BinarySearch":
		if len(args) == 2 {
			if how, ok := is(args[1]); ok && holds {
				return t.listed(how, kind), true
			}
		}
		return nothing, true
	case "regexp.Regexp.MatchString", "regexp.Regexp.Match", "regexp.MatchString":
		if how, ok := is(args[1]); ok && holds && how&(isOther|isPart) == 0 {
			return proven, true
		}
		return nothing, true
	case "os.Stat", "os.Lstat", "os.IsNotExist", "path/filepath.Rel", "path/filepath.Abs", "net/url.Parse", "net/url.ParseRequestURI", "strings.Compare":
		return nothing, true
	}
	return nothing, false
}

// prefixed: a prefix fixes where a cleaned path or an address leads.
func (t *tracker) prefixed(args []ssa.Value, holds bool, p place, kind Kind) worth {
	how, ok := t.derived(args[0], p)
	if !ok || how&isOther != 0 {
		return nothing
	}
	prefix, constant := ssavalue.Text(args[1])
	switch kind {
	case Path, Upload:
		switch {
		case how&isRel != 0 && !holds && strings.HasPrefix(prefix, ".."):
			return proven
		case holds && (how&isClean != 0 || t.cleaned(p.v) || t.cleaned(args[0])):
			return proven
		}
	case URL, Redirect:
		if !holds || !constant {
			if holds {
				return unproven
			}
			return nothing
		}
		if kind == Redirect && strings.HasPrefix(prefix, "/") {
			return proven
		}
		_, host, ok := strings.Cut(prefix, "://")
		if ok && host != "" {
			return proven
		}
	}
	return nothing
}

// forbids says what the absence of a text proves.
func forbids(v ssa.Value, kind Kind) worth {
	text, ok := ssavalue.Text(v)
	if c, isConst := ssavalue.Plain(v).(*ssa.Const); !ok && isConst && c.Value != nil {
		text, ok = string(rune(c.Int64())), true // ContainsRune
	}
	if !ok || text == "" {
		return nothing
	}
	switch kind {
	case Path, Upload:
		if text == ".." || strings.ContainsAny(text, "/") {
			return proven
		}
	case Log:
		if strings.ContainsAny(text, "\r\n") {
			return proven
		}
	case HTML:
		if strings.Contains(text, "<") {
			return proven
		}
	case Command, SQL:
		return unproven
	}
	return nothing
}

// checksParam looks whether a function tests a parameter at all, in a way that
// proves something: a validator. Addresses count as checked where the function
// tells private networks from public ones.
func (t *tracker) checksParam(fn *ssa.Function, param int, path string, kind Kind, depth int) worth {
	if param >= len(fn.Params) {
		return nothing
	}
	if kind == URL && t.guardsAddresses(fn, 0) {
		return proven
	}
	p := place{fn.Params[param], path}
	best := nothing
	for _, b := range fn.Blocks {
		last := b.Instrs[len(b.Instrs)-1]
		switch last := last.(type) {
		case *ssa.If:
			best = max(best, t.judge(last.Cond, true, p, kind, depth), t.judge(last.Cond, false, p, kind, depth))
		case *ssa.Return:
			for _, r := range last.Results {
				if b, ok := r.Type().Underlying().(*types.Basic); ok && b.Kind() == types.Bool {
					best = max(best, t.judge(r, true, p, kind, depth))
				} else if call, ok := r.(*ssa.Call); ok && web.IsError(r.Type()) {
					best = max(best, t.test(call, true, p, kind, depth))
				}
			}
		}
	}
	return best
}
