package taint

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// callees are the functions of this package that a call may run: the one it
// names, or for a method of an interface those of the types that implement it.
func (t *tracker) callees(c *ssa.CallCommon) []*ssa.Function {
	if f := c.StaticCallee(); f != nil {
		if o := f.Origin(); o != nil {
			f = o
		}
		if f.Blocks != nil {
			return []*ssa.Function{f}
		}
		return nil
	}
	iface, ok := c.Value.Type().Underlying().(*types.Interface)
	if !c.IsInvoke() || !ok {
		return nil
	}
	var found []*ssa.Function
	for _, m := range t.methods[c.Method.Name()] {
		if types.Implements(m.Signature.Recv().Type(), iface) && m.Blocks != nil {
			found = append(found, m)
		}
	}
	if len(found) > 8 {
		return nil // an interface that everybody implements says nothing
	}
	return found
}

// resultKey is what a search asks of a function: what is its result made of?
type resultKey struct {
	fn    *ssa.Function
	index int
	path  string
	kind  Kind
}

// made searches a function's result, or for index -1-n what parameter n points
// to afterwards. Of a recursion the inner call adds nothing.
func (t *tracker) made(key resultKey) *outcome {
	if out, ok := t.results[key]; ok {
		return out
	}
	t.results[key] = &outcome{}
	s := &search{t: t, kind: key.kind, out: &outcome{}, visited: map[visit]bool{}}
	if key.index < 0 {
		if p := -1 - key.index; p < len(key.fn.Params) {
			v := key.fn.Params[p]
			s.writes(&node{place: place{v, key.path}}, place{v, key.path}, 0)
		}
	} else {
		for _, b := range key.fn.Blocks {
			if r, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && key.index < len(r.Results) {
				s.add(place{r.Results[key.index], key.path}, b, nil, nil)
			}
		}
	}
	for i := 0; i < len(s.queue) && s.out.trace == nil && i < searchLimit; i++ {
		s.expand(s.queue[i])
	}
	t.results[key] = s.out
	return s.out
}

// result adds what a call's result is made of.
func (s *search) result(n *node, call *ssa.Call, index int) {
	c := call.Common()
	fn := ssavalue.Callee(c)
	name := web.Name(fn)
	switch {
	case sanitizes(name, s.kind) || replaces(c, name, s.kind):
		return
	case s.reads(n, c, fn):
		s.input(n)
		return
	}
	if s.inside(n, call, index) || s.imported(n, call, fn, index) || s.builtin(n, call) {
		return
	}
	if name == "fmt.Sprintf" || name == "fmt.Appendf" {
		s.format(n, call, c.Args)
		return
	}
	if part, ok := urlParts[name]; ok && (s.kind == URL || s.kind == Redirect || part == "RawQuery") {
		s.add(place{c.Args[0], part}, call.Block(), nil, n)
		return
	}
	if s.kind == HTML && s.t.readsStored(call, name) {
		s.input(n)
		return
	}
	if (name == "net/url.Parse" || name == "net/url.ParseRequestURI") && (s.kind == URL || s.kind == Redirect) && hostless[n.path] {
		return
	}
	if name == "regexp.Regexp.ReplaceAllString" {
		if survives(c.Args[0], s.kind) {
			s.add(place{c.Args[1], ""}, call.Block(), nil, n)
			return
		}
	}
	if !passes(fn, name) {
		s.out.unknown = s.out.unknown || !benign[name]
		return
	}
	s.out.made = s.out.made || assembles[name]
	for i, arg := range ssavalue.Operands(c) {
		if s.carries(name, i) {
			for _, v := range ssavalue.Variadic(arg) {
				s.add(place{v, ""}, call.Block(), nil, n)
			}
		}
	}
}

// inside goes on in the functions of this package that the call may run.
func (s *search) inside(n *node, call ssa.CallInstruction, index int) bool {
	callees := s.t.callees(call.Common())
	for _, fn := range callees {
		out := s.t.made(resultKey{fn, index, n.path, s.kind})
		s.take(n, call, out)
	}
	return len(callees) > 0
}

// take carries the outcome of a search in a callee over to the call.
func (s *search) take(n *node, call ssa.CallInstruction, out *outcome) {
	if out.trace != nil {
		s.input(joined(out.trace, n))
		return
	}
	if out.doubt != nil && s.out.doubt == nil {
		s.out.doubt = joined(out.doubt, n)
	}
	s.out.unknown = s.out.unknown || out.unknown
	s.out.made = s.out.made || out.made
	args := ssavalue.Operands(call.Common())
	for _, p := range out.params {
		if p.index < len(args) {
			s.add(place{args[p.index], p.path}, call.Block(), nil, n)
		}
	}
}

// imported reads the fact about a function of another package of the module.
func (s *search) imported(n *node, call ssa.CallInstruction, fn *types.Func, index int) bool {
	fact := s.t.fact(fn)
	if fact == nil {
		return false
	}
	args := ssavalue.Operands(call.Common())
	for _, r := range fact.Results {
		switch {
		case r.Index != index || r.Kind != s.kind || !about(r.Field, n.path):
		case r.Param < 0:
			s.input(n)
		case r.Param < len(args):
			s.add(place{args[r.Param], r.Path}, call.Block(), nil, n)
		}
	}
	return true
}

// about says that what is known of a field concerns a path.
func about(field, path string) bool {
	first, _, _ := strings.Cut(path, ".")
	return field == "" || path == "" || first == field
}

func (t *tracker) fact(fn *types.Func) *Flow {
	if fn == nil || fn.Pkg() == nil || fn.Pkg() == t.pass.Pkg || !source.SameModule(t.pass, fn.Pkg()) {
		return nil
	}
	var f Flow
	if t.pass.ImportObjectFact(fn, &f) {
		return &f
	}
	return nil
}

// builtin: append is made of its arguments.
func (s *search) builtin(n *node, call *ssa.Call) bool {
	b, ok := call.Call.Value.(*ssa.Builtin)
	if !ok {
		return false
	}
	if b.Name() == "append" {
		for _, arg := range call.Call.Args {
			for _, v := range ssavalue.Variadic(arg) {
				s.add(place{v, n.path}, call.Block(), nil, n)
			}
		}
	}
	return true
}

// filled adds what a call writes into its operand i.
func (s *search) filled(n *node, p place, call ssa.CallInstruction, i int) {
	c := call.Common()
	fn := ssavalue.Callee(c)
	name := web.Name(fn)
	args := ssavalue.Operands(c)
	// The step is the call itself, so that the trace and the checks see it.
	step := n
	if v, ok := call.(*ssa.Call); ok {
		step = &node{place{v, ""}, call.Block(), nil, n}
	}
	follow := func(vs ...ssa.Value) {
		for _, v := range vs {
			for _, e := range ssavalue.Variadic(v) {
				s.add(place{e, ""}, call.Block(), nil, step)
			}
		}
	}
	if r, ok := web.Reader(fn); ok && r.Target >= 0 {
		if !fillable(p) {
			return
		}
		if ssavalue.Argument(c, r.Target) != nil && args[i] == ssavalue.Argument(c, r.Target) || i == len(args)-1 {
			s.decoded(step, c, r, follow)
		}
		return
	}
	switch {
	case i == 0 && appends[name]:
		s.out.made = true
		follow(args[1:]...)
	case i == 0 && (name == "fmt.Fprintf"):
		s.format(step, call, args[1:])
	case i == 0 && (name == "fmt.Fprint" || name == "fmt.Fprintln" || name == "io.Copy" || name == "io.WriteString" || name == "io.CopyN"):
		follow(args[1])
	case scans[name]:
		if s.kind == HTML && i > 0 {
			s.input(step) // what is stored came from somebody
		}
	case fn != nil && fn.Name() == "Read" && i == 1:
		follow(args[0])
	case len(s.t.callees(c)) > 0:
		inner := *n
		inner.path = p.path
		s.inside(&inner, call, -1-i)
	case s.t.fact(fn) != nil:
		inner := *n
		inner.path = p.path
		s.imported(&inner, call, fn, -1-i)
	default:
		if b, ok := c.Value.(*ssa.Builtin); ok && b.Name() == "copy" && i == 0 {
			follow(args[1])
		}
	}
}

// decoded: a binder fills from the request; a decoder from what it reads.
func (s *search) decoded(step *node, c *ssa.CallCommon, r web.Read, follow func(...ssa.Value)) {
	switch {
	case r.Framework != web.NetHTTP || r.Place != web.Body:
		if !(s.kind == Log && (r.Place == web.Header || r.Place == web.Cookie)) {
			s.input(step)
		}
	case r.Request >= 0:
		if v := ssavalue.Argument(c, r.Request); v != nil {
			follow(v)
		}
	default:
		follow(ssavalue.Operands(c)[0])
	}
}

// passes says that a function's result is text of its arguments.
func passes(fn *types.Func, name string) bool {
	return fn != nil && fn.Pkg() != nil && !stops[name] && slices.Contains(passing, web.PackagePath(fn.Pkg()))
}

// passing are packages whose functions return text of their arguments.
var passing = []string{
	"strings", "bytes", "fmt", "path", "path/filepath", "net/url", "bufio", "io", "io/ioutil", "encoding/base64", "encoding/hex", "encoding/json",
	"html", "net/textproto", "mime", "mime/multipart", "net/http", "slices", "maps", "strconv", "unicode", "unicode/utf8", "compress/gzip",
	"text/template", "github.com/gofiber/fiber/utils",
}

// stops are functions of those packages that do not.
var stops = map[string]bool{
	"strings.Map": true, "bytes.Map": true, "path/filepath.Glob": true, "path/filepath.EvalSymlinks": false,
	"net/http.Get": true, "net/http.Post": true, "net/http.PostForm": true, "net/http.Head": true,
	"net/http.Client.Do": true, "net/http.Client.Get": true, "net/http.Client.Post": true, "net/http.Client.PostForm": true, "net/http.Client.Head": true,
	"net/http.Request.Context": true, "net/http.StatusText": true, "net/http.FileServer": true, "net/http.Dir": true,
	"net/http.NewRequest": true, "net/http.NewRequestWithContext": true,
}

// urlParts are methods of url.URL by the part of it that they give, or that
// decides where a request or a redirect goes.
var urlParts = map[string]string{"net/url.URL.Query": "RawQuery", "net/url.URL.String": "Host", "net/url.URL.JoinPath": "Host"}

// hostless are the parts of a parsed address that do not say whose it is.
var hostless = map[string]bool{"Path": true, "RawPath": true, "Scheme": true, "Fragment": true}

// assembles are functions that put text together.
var assembles = map[string]bool{"strings.Join": true, "fmt.Sprint": true, "fmt.Sprintln": true, "strings.Builder.String": true, "bytes.Buffer.String": true}

// appends are methods that add their arguments to the receiver.
var appends = map[string]bool{
	"strings.Builder.WriteString": true, "strings.Builder.Write": true, "strings.Builder.WriteByte": true, "strings.Builder.WriteRune": true,
	"bytes.Buffer.WriteString": true, "bytes.Buffer.Write": true, "net/url.Values.Set": true, "net/url.Values.Add": true, "bytes.Buffer.ReadFrom": true,
}

// scans are methods that fill their arguments from the database.
var scans = map[string]bool{
	"database/sql.Row.Scan": true, "database/sql.Rows.Scan": true, "github.com/jmoiron/sqlx.Row.Scan": true, "github.com/jmoiron/sqlx.Row.StructScan": true,
	"github.com/jmoiron/sqlx.Rows.StructScan": true, "github.com/jmoiron/sqlx.DB.Get": true, "github.com/jmoiron/sqlx.DB.Select": true,
	"github.com/jmoiron/sqlx.DB.GetContext": true, "github.com/jmoiron/sqlx.DB.SelectContext": true,
	"github.com/jackc/pgx.Row.Scan": true, "github.com/jackc/pgx.Rows.Scan": true,
	"gorm.io/gorm.DB.Find": true, "gorm.io/gorm.DB.First": true, "gorm.io/gorm.DB.Take": true, "gorm.io/gorm.DB.Scan": true,
}

// benign results are no text of an unknown origin: random, counted, formatted.
var benign = map[string]bool{
	"strconv.Itoa": true, "strconv.FormatInt": true, "time.Time.Format": true, "time.Time.String": true, "github.com/google/uuid.NewString": true,
	"github.com/google/uuid.UUID.String": true, "crypto/rand.Text": true, "os.Getenv": true, "os.MkdirTemp": true, "os.TempDir": true, "os.Getwd": true,
}

// carries says that operand i becomes part of the result.
func (s *search) carries(name string, i int) bool {
	switch name {
	case "strings.Replace", "strings.ReplaceAll":
		return i != 1
	case "net/url.JoinPath", "net/url.URL.JoinPath":
		return i == 0 || s.kind != URL && s.kind != Redirect
	case "strings.TrimPrefix", "strings.TrimSuffix", "strings.Trim", "strings.TrimLeft", "strings.TrimRight", "strings.Split", "strings.SplitN", "strings.Cut", "net/url.Values.Get", "net/http.Header.Get",
		"net/http.Header.Values", "strings.TrimFunc", "strings.FieldsFunc":
		return i == 0
	case "net/http.MaxBytesReader":
		return i == 1
	}
	return true
}
