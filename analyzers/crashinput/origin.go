package crashinput

import (
	"go/ast"
	gconstant "go/constant"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// origin is what of the request a value is made from.
type origin struct{ what string }

// derivation is a value followed back to the request.
type derivation struct {
	// from is nil where no input was found.
	from *origin
	// steps are the values on the way, by key.
	steps map[string]bool
	// proven says that a check on the way makes it safe; doubt why one may.
	proven bool
	doubt  string
}

// follower follows one operand back.
type follower struct {
	j *judge
	d *derivation
	// need and of are the operand and the elements that it must have.
	need int
	of   ssa.Value
	seen map[ssa.Value]bool
}

// depthLimit bounds how many callers lie between a value and the request.
const depthLimit = 3

// trace follows a value back from a block, and says what the checks before the
// block are worth.
func (j *judge) trace(v ssa.Value, b *ssa.BasicBlock, need, depth int) *derivation {
	d := &derivation{steps: map[string]bool{}}
	f := &follower{j: j, d: d, need: need, of: v, seen: map[ssa.Value]bool{}}
	if isSplit(v) && need == 1 {
		d.proven = true // what is split has at least one part
	}
	f.follow(v, b, depth)
	if d.from == nil || d.proven {
		return d
	}
	switch worth, why := f.guards(b, nil); worth {
	case proves:
		d.proven = true
	case doubtful:
		d.doubt = why
	}
	return d
}

func (f *follower) input(what string) {
	if f.d.from == nil {
		f.d.from = &origin{what}
	}
}

func (f *follower) doubt(why string) {
	if f.d.doubt == "" {
		f.d.doubt = why
	}
}

func (f *follower) follow(v ssa.Value, b *ssa.BasicBlock, depth int) {
	if v == nil || f.seen[v] || f.d.from != nil || len(f.seen) > 200 {
		return
	}
	f.seen[v] = true
	f.d.steps[key(v, 0)] = true
	on := func(x ssa.Value) { f.follow(x, b, depth) }
	switch v := v.(type) {
	case *ssa.Phi:
		f.phi(v, depth)
	case *ssa.UnOp:
		if v.Op == token.MUL {
			on(v.X)
		}
	case *ssa.Convert:
		on(v.X)
	case *ssa.ChangeType:
		on(v.X)
	case *ssa.MakeInterface:
		on(v.X)
	case *ssa.ChangeInterface:
		on(v.X)
	case *ssa.TypeAssert:
		on(v.X)
	case *ssa.Extract:
		if _, ok := v.Tuple.(*ssa.Next); !ok && v.Index == 0 {
			on(v.Tuple)
		}
	case *ssa.Slice:
		on(v.X)
	case *ssa.Lookup:
		on(v.X)
	case *ssa.Index:
		on(v.X)
	case *ssa.IndexAddr:
		on(v.X)
	case *ssa.FieldAddr:
		f.field(v, v.X, v.Field, on)
	case *ssa.Field:
		f.field(v, v.X, v.Field, on)
	case *ssa.Alloc:
		f.alloc(v, b, depth)
	case *ssa.FreeVar:
		if _, bound := ssavalue.Binding(v); bound != nil {
			on(bound)
		}
	case *ssa.Call:
		f.call(v, on)
	case *ssa.Parameter:
		f.parameter(v, depth)
	}
}

// phi takes an edge whose value is input and not compared with anything before
// it is taken.
func (f *follower) phi(v *ssa.Phi, depth int) {
	for i, e := range v.Edges {
		from := v.Block().Preds[i]
		f.follow(e, from, depth)
		if f.d.from != nil {
			if worth, why := f.guards(from, v.Block()); worth != nothing {
				f.d.from = nil
				f.doubt(why)
			}
		}
	}
}

// requestFields are the fields of http.Request that the client fills freely.
var requestFields = map[string]string{"Header": "a header", "Form": "the form", "PostForm": "the form", "MultipartForm": "the form", "Body": "the body", "URL": "the query"}

func (f *follower) field(v, x ssa.Value, i int, on func(ssa.Value)) {
	st := structOf(x.Type())
	if st == nil {
		return
	}
	name := st.Field(i).Name()
	switch {
	case web.TypeName(x.Type()) == "net/http.Request":
		if what, ok := requestFields[name]; ok && f.received(x) {
			f.input(what)
		}
		return
	case web.TypeName(x.Type()) == "net/url.URL" && name != "RawQuery":
		f.doubt("the pattern of its route may say what a path looks like")
	case strings.Contains(st.Tag(i), "validate:") || strings.Contains(st.Tag(i), "binding:") || strings.Contains(st.Tag(i), "default:"):
		f.doubt("the tag of field " + name + " may forbid it")
	}
	if assigned(x, i) {
		f.doubt("field " + name + " is set in the code as well")
	}
	on(x)
}

func structOf(t types.Type) *types.Struct {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, _ := t.Underlying().(*types.Struct)
	return st
}

// assigned says that the code sets a field of a structure itself.
func assigned(x ssa.Value, field int) bool {
	refs := x.Referrers()
	if refs == nil {
		return false
	}
	for _, ref := range *refs {
		addr, ok := ref.(*ssa.FieldAddr)
		if !ok || addr.Field != field {
			continue
		}
		for _, use := range *addr.Referrers() {
			if store, ok := use.(*ssa.Store); ok && store.Addr == addr {
				return true
			}
		}
	}
	return false
}

// received tells a request that the server got from one that it sends: it runs
// while a request is handled, and nothing here makes the request.
func (f *follower) received(x ssa.Value) bool { return f.isReceived(x, map[ssa.Value]bool{}) }

// isReceived is received; seen ends at a variable that is made from itself:
// r = r.WithContext(ctx).
func (f *follower) isReceived(x ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[x] {
		return false
	}
	seen[x] = true
	switch x := x.(type) {
	case *ssa.Parameter:
		return f.j.handles(x.Parent())
	case *ssa.FreeVar:
		_, bound := ssavalue.Binding(x)
		return bound != nil && f.isReceived(bound, seen)
	case *ssa.UnOp:
		return f.isReceived(x.X, seen)
	case *ssa.Alloc: // a parameter that a literal uses
		for _, ref := range *x.Referrers() {
			if store, ok := ref.(*ssa.Store); ok && store.Addr == x && f.isReceived(store.Val, seen) {
				return true
			}
		}
	case *ssa.FieldAddr:
		return web.IsRequest(x.X.Type())
	case *ssa.Call:
		args := ssavalue.Operands(&x.Call)
		return len(args) > 0 && web.IsRequest(args[0].Type())
	}
	return false
}

func (j *judge) handles(fn *ssa.Function) bool {
	body := bodyOf(fn)
	if body == nil {
		return false
	}
	_, ok := j.reached.Reached(*body)
	return ok
}

// validates are names of functions that may refuse what they are given.
var validates = regexp.MustCompile(`(?i)valid|check|sanit|normal|default|ensure|verif|require|clamp|bind`)

// alloc follows what is stored in a variable, and what decoders fill it with.
func (f *follower) alloc(v *ssa.Alloc, b *ssa.BasicBlock, depth int) {
	uses := append([]ssa.Instruction{}, *v.Referrers()...)
	for i := 0; i < len(uses) && i < 100; i++ {
		switch ref := uses[i].(type) {
		case *ssa.Store:
			if ref.Addr == v {
				f.follow(ref.Val, b, depth)
			}
		case *ssa.MakeInterface:
			uses = append(uses, *ref.Referrers()...)
		case *ssa.UnOp:
			uses = append(uses, callsOf(ref)...)
		case *ssa.Call:
			f.filled(ref, v, b, depth)
		}
	}
}

// callsOf are the calls that get a loaded value.
func callsOf(v ssa.Value) []ssa.Instruction {
	var calls []ssa.Instruction
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Call:
			calls = append(calls, ref)
		case *ssa.MakeInterface:
			calls = append(calls, callsOf(ref)...)
		}
	}
	return calls
}

// filled knows decoders of the request that fill a variable.
func (f *follower) filled(call *ssa.Call, v *ssa.Alloc, b *ssa.BasicBlock, depth int) {
	fn := ssavalue.Callee(&call.Call)
	r, ok := web.Reader(fn)
	if !ok || r.Target < 0 {
		if fn != nil && validates.MatchString(fn.Name()) {
			f.doubt(fn.Name() + " may refuse it")
		}
		return
	}
	if target := ssavalue.Argument(&call.Call, r.Target); target == nil || ssavalue.Plain(target) != v {
		return
	}
	switch {
	case r.Framework != web.NetHTTP:
		f.input("the request's " + places[r.Place])
		if r.Validates {
			f.seen[v] = true
		}
	case r.Request >= 0:
		f.follow(ssavalue.Argument(&call.Call, r.Request), b, depth)
	default: // a decoder that was made of the body
		if made, ok := ssavalue.Operands(&call.Call)[0].(*ssa.Call); ok && len(made.Call.Args) > 0 {
			f.follow(made.Call.Args[0], b, depth)
		}
	}
}

var places = map[web.Place]string{
	web.Path: "path", web.Query: "query", web.Header: "header", web.Cookie: "cookie", web.Form: "form", web.Body: "body", web.Many: "input",
}

// passes are functions whose result is made of one operand, receivers counted.
var passes = map[string]int{
	"strings.Split": 0, "strings.SplitN": 0, "strings.SplitAfter": 0, "strings.Fields": 0, "strings.TrimSpace": 0, "strings.Trim": 0, "strings.TrimPrefix": 0, "strings.TrimSuffix": 0,
	"strings.TrimLeft": 0, "strings.TrimRight": 0, "strings.ToLower": 0, "strings.ToUpper": 0, "strings.Replace": 0, "strings.ReplaceAll": 0, "strings.Cut": 0,
	"strings.Index": 0, "strings.LastIndex": 0, "strings.IndexByte": 0, "strings.IndexRune": 0, "strings.IndexAny": 0,
	"strconv.Atoi": 0, "strconv.ParseInt": 0, "strconv.ParseUint": 0, "strconv.ParseFloat": 0,
	"net/url.QueryUnescape": 0, "net/url.PathUnescape": 0, "net/url.URL.Query": 0, "net/url.Values.Get": 0, "net/http.Header.Get": 0, "net/http.Header.Values": 0,
	"bytes.Split": 0, "bytes.Fields": 0, "bytes.TrimSpace": 0, "bytes.Index": 0, "bytes.IndexByte": 0,
	"encoding/base64.Encoding.DecodeString": 1, "encoding/hex.DecodeString": 0,
	"regexp.Regexp.FindStringSubmatch": 1, "regexp.Regexp.FindStringIndex": 1, "regexp.Regexp.FindStringSubmatchIndex": 1,
	"io.ReadAll": 0, "io/ioutil.ReadAll": 0, "net/http.MaxBytesReader": 1, "io.LimitReader": 0,
}

func (f *follower) call(v *ssa.Call, on func(ssa.Value)) {
	fn := ssavalue.Callee(&v.Call)
	args := ssavalue.Operands(&v.Call)
	if r, ok := web.Reader(fn); ok && r.Target < 0 && !(r.Framework == web.NetHTTP && r.Place == web.Body) {
		f.read(v, r)
		return
	}
	if i, ok := passes[web.Name(fn)]; ok && i < len(args) {
		on(args[i])
		if f.d.from != nil && strings.HasSuffix(web.Name(fn), ".Get") && len(args) > 1 {
			f.named(args[0], args[1])
		}
	}
}

// named says which header or query parameter a value is.
func (f *follower) named(from, name ssa.Value) {
	text, ok := ssavalue.Text(name)
	if !ok {
		return
	}
	kind := "query parameter"
	if web.TypeName(from.Type()) == "net/http.Header" {
		kind = "header"
	}
	f.d.from.what = kind + " " + strconv.Quote(text)
	f.credentials(text, from.Parent())
}

// read ends at a function that reads the request.
func (f *follower) read(v *ssa.Call, r web.Read) {
	what := "the " + places[r.Place]
	if name, ok := ssavalue.Text(ssavalue.Argument(&v.Call, r.Name)); ok && r.Name >= 0 {
		what = places[r.Place] + " parameter " + strconv.Quote(name)
		if r.Place == web.Header || r.Place == web.Cookie {
			what = places[r.Place] + " " + strconv.Quote(name)
		}
		f.credentials(name, v.Parent())
	}
	if r.Place == web.Path {
		f.doubt("the pattern of its route may say what a path parameter looks like")
	}
	f.input(what)
}

// credentials: where a handler reads again what a middleware has let through,
// the middleware may have looked at its form.
func (f *follower) credentials(name string, fn *ssa.Function) {
	if strings.EqualFold(name, "Authorization") && fn.Parent() == nil && !passesOn(fn) {
		if _, handler := web.IsHandler(fn.Signature); handler {
			f.doubt("a middleware may have refused such a header before")
		}
	}
}

// passesOn knows middleware: it calls the next handler.
func passesOn(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if w, ok := web.Writer(ssavalue.Callee(&call.Call)); ok && w.Part == web.Next {
					return true
				}
			}
		}
	}
	return false
}

// parameter asks the callers in the package.
func (f *follower) parameter(v *ssa.Parameter, depth int) {
	fn := v.Parent()
	if depth >= depthLimit || f.need > 0 && f.of == v && depth > 1 {
		return
	}
	index := -1
	for i, p := range fn.Params {
		if p == v {
			index = i
		}
	}
	for _, call := range f.j.callers[fn] {
		if index >= len(call.Call.Args) {
			continue
		}
		arg := call.Call.Args[index]
		need := f.need
		if f.of != v {
			need = -1 // what the callee needs of it is not known here
		}
		inner := f.j.trace(arg, call.Block(), need, depth+1)
		switch {
		case inner.from == nil || inner.proven:
		case inner.doubt != "":
			f.doubt(inner.doubt)
			fallthrough
		default:
			f.input(inner.from.what)
			return
		}
	}
}

// constant is the value of a constant number; nil for others.
func constant(v ssa.Value) *int64 {
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != gconstant.Int {
		return nil
	}
	n := c.Int64()
	return &n
}

// isParsed says that a number is a text of some sort made a number, or a field.
func isParsed(v ssa.Value) bool { return parsedWithin(v, map[ssa.Value]bool{}) }

// parsedWithin is isParsed; seen ends at a number that loops make from itself.
func parsedWithin(v ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[v] {
		return false
	}
	seen[v] = true
	switch x := ssavalue.Plain(v).(type) {
	case *ssa.Extract:
		call, ok := x.Tuple.(*ssa.Call)
		return ok && x.Index == 0 && isParser(call)
	case *ssa.Call:
		return isParser(x)
	case *ssa.UnOp:
		_, field := x.X.(*ssa.FieldAddr)
		return x.Op == token.MUL && field
	case *ssa.Field, *ssa.Parameter:
		return true
	case *ssa.Phi:
		for _, e := range x.Edges {
			if _, nested := e.(*ssa.Phi); !nested && parsedWithin(e, seen) {
				return true
			}
		}
	}
	return false
}

func isParser(call *ssa.Call) bool {
	fn := ssavalue.Callee(&call.Call)
	if name := web.Name(fn); strings.HasPrefix(name, "strconv.") {
		return true
	}
	r, ok := web.Reader(fn)
	return ok && r.Parses && r.Target < 0
}

// isSearch knows the functions that answer -1 where nothing is found.
func isSearch(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	name := web.Name(ssavalue.Callee(&call.Call))
	return strings.HasPrefix(name, "strings.Index") || strings.HasPrefix(name, "strings.LastIndex") || strings.HasPrefix(name, "bytes.Index")
}

// isSplit knows the functions that never answer with nothing.
func isSplit(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	switch web.Name(ssavalue.Callee(&call.Call)) {
	case "strings.Split", "strings.SplitN", "strings.SplitAfter", "bytes.Split":
		return true
	}
	return false
}

// bodyOf is the function as requests knows it; nil for what the compiler makes.
func bodyOf(fn *ssa.Function) *source.Func {
	switch n := fn.Syntax().(type) {
	case *ast.FuncDecl:
		return &source.Func{Decl: n, Body: n.Body}
	case *ast.FuncLit:
		return &source.Func{Lit: n, Body: n.Body}
	}
	return nil
}
