package behaviour

import (
	"cmp"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/report"
)

// Check is a condition on one part of an input that a branch depends on.
type Check struct {
	// Path leads from the input to the part: ".Field", `["key"]`, "[]".
	Path string
	// Test is what the branch is about. With Refuses set, it is when the request
	// is turned away; otherwise neither side leads straight to an error.
	Test    Test
	Refuses bool
	// Conditional checks stand behind a condition on something else.
	Conditional bool
	// SkipsZero checks let through what was not sent.
	SkipsZero bool
	// How says what checks, for people; Pos is where.
	How string
	Pos report.Position
}

// noted is a check with the input that it is about.
type noted struct {
	in  *input
	pos token.Pos
	Check
}

// present is the condition that a value is there.
var present = Test{View: Judged, Op: token.EQL, Call: "present"}

// check has the activation that runs keep a check on every source of a trace.
func (m *machine) check(t *trace, c Check, pos token.Pos) {
	if f := m.x.log.frame; f != nil {
		f.check(t.from, c, pos)
	}
}

func (f *frame) check(from []source, c Check, pos token.Pos) {
	for _, s := range from {
		one := c
		one.Path = s.path
		f.checks = append(f.checks, noted{s.in, pos, one})
	}
}

// outOfSight notes that input is handed to code which may do anything with it.
func (m *machine) outOfSight(args []value, pos token.Pos, how string) {
	for _, a := range args {
		if t := taint(a).trace; t != nil {
			m.check(t, Check{Refuses: true, How: how}, pos)
		}
	}
}

// root keeps a call that no other call made.
func (m *machine) root(r *remembered) {
	if m.depth == 0 {
		m.roots = append(m.roots, r)
	}
}

// checksOf are the checks on each input that the last pass came by, by place.
func (m *machine) checksOf() map[*input][]Check {
	all, seen, known := map[*input][]Check{}, map[*remembered]bool{}, map[string]bool{}
	var visit func(r *remembered)
	visit = func(r *remembered) {
		if seen[r] {
			return
		}
		seen[r] = true
		for _, n := range r.checks {
			n.Pos = m.x.program.Position(n.pos)
			if k := fmt.Sprintf("%p %d %+v", n.in, n.pos, n.Check); !known[k] {
				known[k] = true
				all[n.in] = append(all[n.in], n.Check)
			}
		}
		for _, c := range r.calls {
			visit(c)
		}
	}
	for _, r := range m.roots {
		visit(r)
	}
	for in := range all {
		slices.SortFunc(all[in], func(a, b Check) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line),
				cmp.Compare(a.Pos.Column, b.Pos.Column), strings.Compare(a.Test.Call+a.Test.Arg, b.Test.Call+b.Test.Arg), cmp.Compare(a.Test.Op, b.Test.Op), strings.Compare(a.How, b.How))
		})
	}
	return all
}

// settled is what is known of an operand. The zero of a variable may have been
// overwritten where nobody saw it.
func (f *frame) settled(v ssa.Value) value {
	x := f.get(v)
	if _, literal := v.(*ssa.Const); !literal && x.kind == known && x.trace == nil && sameConstant(x, zeroOf(v.Type())) {
		x.kind, x.c = unknown, nil
	}
	return x
}

func sameConstant(a, b value) bool {
	return a.kind == known && b.kind == known && a.c.Kind() == b.c.Kind() && constant.Compare(a.c, token.EQL, b.c)
}

// comparison is what a comparison says of a part of the input.
func (f *frame) comparison(v *ssa.BinOp) *trace {
	x, y := f.settled(v.X), f.settled(v.Y)
	op := v.Op
	if _, compares := opposite[op]; !compares {
		return union(x.trace, y.trace)
	}
	if !x.trace.plain() && y.trace.plain() {
		x, y, op = y, x, mirrored[op]
	}
	t := x.trace
	switch {
	case !t.plain():
		return union(t, y.trace)
	case y.trace != nil && y.trace.key != t.key && !related(y.trace, t):
		return union(t, y.trace)
	case y.kind == null || t.view == Judged:
		if op != token.EQL && op != token.NEQ {
			return t.weak()
		}
		if t.view == Judged { // an error: nil is agreement
			return t.testing(Test{View: Judged, Op: op, Call: t.call, Arg: t.arg})
		}
		return t.testing(Test{View: Judged, Op: opposite[op], Call: "present"})
	case y.kind == known:
		return t.testing(Test{View: t.view, Op: op, Value: y.c})
	}
	return t.testing(Test{View: t.view, Op: op})
}

var mirrored = map[token.Token]token.Token{
	token.EQL: token.EQL, token.NEQ: token.NEQ, token.LSS: token.GTR, token.GTR: token.LSS, token.LEQ: token.GEQ, token.GEQ: token.LEQ,
}

// lookedUp gives what is looked up in a map its trace: an entry of a decoded map,
// or whether a part of the input is a key.
func (f *frame) lookedUp(v *ssa.Lookup, x value) value {
	if x.trace != nil && x.trace.plain() || x.tuple != nil && x.tuple.vs[0].trace.plain() {
		return x // a named value of the request
	}
	from, key := f.get(v.X), f.get(v.Index)
	var entry, found *trace
	if name, ok := key.text(); ok && from.trace != nil {
		entry = from.trace.step(`["` + name + `"]`)
		found = entry.testing(present)
	} else if key.trace.plain() && key.trace.view == Itself {
		set, known := f.m.x.constants(v.X)
		found = key.trace.testing(Test{View: Judged, Op: token.EQL, Call: "member", Set: set, SetKnown: known})
		if m, ok := v.X.Type().Underlying().(*types.Map); ok && types.Identical(m.Elem().Underlying(), types.Typ[types.Bool]) {
			entry = found
		}
	} else if found = key.trace.eachMember(); found == nil {
		entry, found = from.trace.weak(), key.trace.weak()
	}
	entry.touch()
	x.trace = entry
	if x.tuple != nil || v.CommaOk {
		x.trace = nil
		vs := []value{x.result(0), x.result(1)}
		vs[0].trace, vs[1].trace = entry, found
		x.tuple = &tuple{vs}
	}
	return x
}

// eachMember is the trace of whether a struct that was put together from parts
// of the input is a key of a map: each part then is one of a set that is not
// known. nil where no member is such a part.
func (t *trace) eachMember() *trace {
	if t == nil {
		return nil
	}
	n := trace{mode: all}
	for _, m := range t.members {
		if m.trace.plain() && m.view == Itself {
			n.add([]clause{{source: m.from[0], Test: Test{View: Judged, Op: token.EQL, Call: "member"}}})
		}
	}
	if len(n.clauses) == 0 {
		return nil
	}
	return newTrace(n)
}

// constants are the elements of a slice, or the keys of a map, that is made of
// constants where it stands or as a package variable.
func (x *Index) constants(v ssa.Value) (set []constant.Value, known bool) {
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		g, isGlobal := load.X.(*ssa.Global)
		if !isGlobal || x.initial[globalName(g)] == nil {
			return nil, false
		}
		v = x.initial[globalName(g)]
	}
	switch v := v.(type) {
	case *ssa.MakeMap:
		for _, r := range *v.Referrers() {
			if u, ok := r.(*ssa.MapUpdate); ok && u.Map == ssa.Value(v) {
				c, ok := u.Key.(*ssa.Const)
				if !ok || c.Value == nil {
					return nil, false
				}
				set = append(set, c.Value)
			}
		}
		return set, len(set) > 0
	case *ssa.Slice:
		return elements(v)
	}
	return nil, false
}

// elements are the constants of a slice literal.
func elements(s *ssa.Slice) (set []constant.Value, known bool) {
	array, ok := s.X.(*ssa.Alloc)
	if !ok {
		return nil, false
	}
	for _, v := range stores(array) {
		c, ok := v.(*ssa.Const)
		if !ok || c.Value == nil {
			return nil, false
		}
		set = append(set, c.Value)
	}
	return set, len(set) > 0
}

// stores are the values put into the elements of an array literal, in order.
func stores(array *ssa.Alloc) []ssa.Value {
	var all []ssa.Value
	for _, r := range *array.Referrers() {
		at, ok := r.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		for _, w := range *at.Referrers() {
			if st, ok := w.(*ssa.Store); ok && st.Addr == ssa.Value(at) {
				all = append(all, st.Val)
			}
		}
	}
	return all
}

// traced gives what was read from the request its trace: the value, and whether
// it was there or could be parsed.
func (in *input) traced(v value, results *types.Tuple, call string) value {
	if v.tuple == nil {
		v.trace = in.whole()
		return v
	}
	vs := slices.Clone(v.tuple.vs)
	for i := range vs {
		vs[i].trace = in.whole()
		switch {
		case i == 0:
		case isError(results.At(min(i, results.Len()-1)).Type()):
			vs[i].trace = in.whole().through(Judged, call, "")
		default:
			vs[i].trace = in.whole().testing(present)
		}
	}
	v.trace = nil
	v.tuple = &tuple{vs}
	return v
}

// taintless is the trace of a value, or of what it points to.
func taintless(v value) *trace {
	if v.trace == nil && v.cell != nil {
		return v.cell.traceOf()
	}
	return v.trace
}

// keepers are functions of the standard library whose result stands for their
// argument as far as constraints go.
var keepers = map[string]bool{
	"strings.TrimSpace": true, "strings.ToLower": true, "strings.ToUpper": true, "strings.Trim": true, "strings.TrimRight": true, "strings.TrimLeft": true,
	"strings.Clone": true, "strings.ToTitle": true, "strings.TrimPrefix": true, "strings.TrimSuffix": true, "bytes.TrimSpace": true,
	"github.com/gofiber/utils.CopyString": true, "github.com/gofiber/utils.ToLower": true, "github.com/gofiber/utils.Trim": true, "html.EscapeString": true,
}

// indifferent are packages that take what they are given: what comes back says
// nothing about it, and errors come too late to be about constraints.
var indifferent = regexp.MustCompile(`^(fmt|log|log/slog|errors|database/sql|encoding/.*|crypto/.*|hash.*|io|io/.*|os|os/.*|bufio|net/http|net/http/.*|html/template|text/template|sync.*|sort|context|math/rand.*|image.*|archive/.*|compress/.*|runtime.*|unicode.*|math|` +
	`golang\.org/x/(crypto|oauth2|text|sync|net).*|` +
	`gorm\.io/.*|github\.com/(jinzhu/gorm|jmoiron/sqlx|jackc/pgx|lib/pq|go-sql-driver|mattn/go-sqlite3|uptrace/bun|Masterminds/squirrel|gobuffalo/pop|doug-martin/goqu|go-pg|volatiletech|aarondl|knadh|redis|go-redis|gomodule/redigo|bradfitz/gomemcache|` +
	`golang-jwt|dgrijalva/jwt-go|lestrrat-go/jwx|sirupsen/logrus|rs/zerolog|rs/xid|go-kit|gin-gonic/gin|labstack/echo|gofiber|go-chi|gorilla|valyala|julienschmidt|emicklei|segmentio/kafka-go|IBM/sarama|streadway/amqp|rabbitmq|nats-io|aws|stripe|sendgrid|mailgun|twilio|` +
	`prometheus|getsentry|newrelic|DataDog|patrickmn/go-cache|dgraph-io|bluele|hashicorp/golang-lru|minio|elastic|olivere|opensearch-project|wneessen|jordan-wright|xhit|rethinkdb).*|` +
	`gopkg\.in/(rethinkdb|gomail|mgo|redis|natefinch).*|go\.uber\.org/.*|go\.mongodb\.org/.*|go\.opentelemetry\.io/.*|cloud\.google\.com/.*|google\.golang\.org/.*|firebase\.google\.com/.*|go\.etcd\.io/.*)$`)

// judged gives the result of a call outside the module its trace: what was
// parsed, and whether the function agrees with a part of the input.
func (f *frame) judged(instr ssa.CallInstruction, args []value, v value) value {
	c := instr.Common()
	fn := behaviour.Callee(c)
	about := subject(args)
	if fn == nil || about == nil {
		return v
	}
	about.touch()
	name := f.m.x.calleeOf(fn).name
	at, parser := parses[name]
	if parser && at < len(args) {
		about = taintless(args[at])
	}
	if about == nil {
		return v
	}
	if carried(name) {
		return v
	}
	f.rules(instr, name, args)
	pkg := ""
	if fn.Pkg() != nil {
		pkg = fn.Pkg().Path()
	}
	if driver := driverBehind(fn); c.IsInvoke() && driver != "" {
		pkg = driver
	}
	pure := pure.MatchString(pkg)
	switch {
	case keepers[name]:
		return retrace(v, func(int, types.Type) *trace { return about })
	case name == "strings.EqualFold":
		v.trace = about.weak()
		for _, a := range args {
			if a.trace.plain() && a.trace.key == about.key { // the other is no input
				v.trace = about.testing(Test{View: Itself, Op: token.EQL})
			}
		}
		return v
	case name == "unicode/utf8.RuneCountInString" || name == "unicode/utf8.RuneCount":
		return retrace(v, func(int, types.Type) *trace { return about.through(Length, "", "") })
	case !pure && indifferent.MatchString(pkg) && !parser:
		return retrace(v, func(int, types.Type) *trace { return nil })
	case f.m.x.inModule(fn.Pkg()):
		if f.recording {
			f.m.outOfSight(args, instr.Pos(), fn.Name()+", which has no body in the module")
		}
	case !pure && f.recording && writesElsewhere(args):
		f.m.outOfSight(args, instr.Pos(), fn.Name()+", which may copy it")
	}
	verdict := Test{View: Judged, Op: token.EQL, Call: name, Arg: f.argOf(c, args)}
	if strings.HasPrefix(name, "slices.Contains") && len(c.Args) == 2 {
		verdict.Call = "member"
		verdict.Set, verdict.SetKnown = f.m.x.constants(c.Args[0])
	}
	results := c.Signature().Results()
	fails := results.Len() > 1 && isErrorLike(lastType(c.Signature()))
	if v.tuple == nil && results.Len() > 1 {
		return v
	}
	return retraceWith(v, results, func(i int, t types.Type) *trace {
		switch {
		case isErrorLike(t):
			return about.through(Judged, verdict.Call, verdict.Arg)
		case isBool(t) && !(fails && i == 0):
			return about.testing(verdict).standing(instr.Pos())
		case fails && i == 0 && pure, name == "net.ParseIP":
			return about
		}
		return about.weak()
	})
}

var drivers = regexp.MustCompile(`^(database/sql|github\.com/jackc/(pgx|pgconn)(/.*)?)$`)

// driverBehind is the package of a database driver whose rows a method yields:
// an interface that has it stands for a connection.
func driverBehind(fn *types.Func) string {
	if fn.Signature().Results().Len() == 0 {
		return ""
	}
	t := fn.Signature().Results().At(0).Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || !drivers.MatchString(n.Obj().Pkg().Path()) {
		return ""
	}
	return n.Obj().Pkg().Path()
}

// parses are functions of indifferent packages that judge what they are given,
// with the operand that they judge.
var parses = map[string]int{
	"encoding/base64.Encoding.DecodeString": 1, "encoding/hex.DecodeString": 0, "net/http.ParseTime": 0, "golang.org/x/crypto/bcrypt.GenerateFromPassword": 0,
	"net/http.NewRequest": 1, "net/http.NewRequestWithContext": 2, // the address
}

// carried: the call was modelled as carrying a part of the request on.
func carried(name string) bool {
	_, ok := carriers[name]
	return ok
}

// subject is the trace that a call is about: the plain one where there is one
// only, all of them together otherwise.
func subject(args []value) *trace {
	var about *trace
	for _, a := range args {
		t := taintless(a)
		if t == nil {
			t = taint(a).trace
		}
		if t == nil {
			continue
		}
		if about == nil {
			about = t
		} else if about.key != t.key {
			about = union(about, t)
		}
	}
	return about
}

// writesElsewhere: another operand is something that the call may write to.
func writesElsewhere(args []value) bool {
	for _, a := range args {
		if a.cell != nil && taint(a).trace == nil {
			return true
		}
	}
	return false
}

// retrace gives each result a trace of its own.
func retrace(v value, of func(i int, t types.Type) *trace) value {
	if v.tuple == nil {
		v.trace = of(0, nil)
		return v
	}
	vs := slices.Clone(v.tuple.vs)
	for i := range vs {
		vs[i].trace = of(i, nil)
	}
	v.trace, v.tuple = nil, &tuple{vs}
	return v
}

func retraceWith(v value, results *types.Tuple, of func(i int, t types.Type) *trace) value {
	if results.Len() == 0 {
		return v
	}
	return retrace(v, func(i int, _ types.Type) *trace { return of(i, results.At(min(i, results.Len()-1)).Type()) })
}

func isBool(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

// argOf is what a judging function is given beside the input: a pattern, a
// layout.
func (f *frame) argOf(c *ssa.CallCommon, args []value) string {
	if recv := receiver(c); recv != nil && behaviour.TypeName(recv.Type()) == "regexp.Regexp" {
		return f.m.x.pattern(recv)
	}
	for _, a := range args {
		if s, ok := a.text(); ok && a.trace == nil {
			return s
		}
	}
	return ""
}

// pattern is the text that a regular expression was compiled from; empty where
// that is not known.
func (x *Index) pattern(v ssa.Value) string {
	for range 6 {
		switch w := v.(type) {
		case *ssa.UnOp:
			g, ok := w.X.(*ssa.Global)
			if !ok || x.initial[globalName(g)] == nil {
				return ""
			}
			v = x.initial[globalName(g)]
		case *ssa.Extract:
			v = w.Tuple
		case *ssa.Call:
			if len(w.Call.Args) == 0 {
				return ""
			}
			if c, ok := w.Call.Args[0].(*ssa.Const); ok && c.Value != nil && c.Value.Kind() == constant.String {
				return constant.StringVal(c.Value)
			}
			return ""
		default:
			return ""
		}
	}
	return ""
}

// lookup are functions that, by their name, find what there is already: a value
// that has to be known cannot be empty or made up. changes begins a statement
// that finds nothing.
var (
	lookup    = regexp.MustCompile(`(?i)^(find|get|load|lookup|fetch|select|query|exist|read|open|where|first|take|by|search|check|verify|compare|has|is[A-Z]|count|resolve|parse)`)
	validates = regexp.MustCompile(`(?i)valid|allowed|check|verify`)
	changes   = regexp.MustCompile(`(?i)^\s*(insert|update|delete|create|alter|replace)\b`)
)

// looksUp notes the parts of the input by which a call looks something up: its
// operands. What an operand is made from (a filter) counts where the call is not
// followed and finds one thing; a list may be empty, whatever was asked for.
func (f *frame) looksUp(instr ssa.CallInstruction, args []value) {
	if !f.recording {
		return
	}
	fn := behaviour.Callee(instr.Common())
	if fn == nil || !f.m.x.calleeOf(fn).looks {
		return
	}
	var from []source
	made := !f.m.x.inModule(fn.Pkg()) && !givesList(fn.Signature())
	for _, a := range args {
		if s, ok := a.text(); ok && changes.MatchString(s) {
			return
		}
		if a.trace.plain() {
			from = mergeSources(from, a.trace.from)
		} else if t := taint(a).trace; made && t != nil && !validates.MatchString(fn.Name()) {
			from = mergeSources(from, t.from)
		}
	}
	f.check(from, Check{Test: Test{View: Judged, Op: token.NEQ, Call: "lookup", Arg: fn.Name()}, Refuses: true, How: fn.Name()}, instr.Pos())
}

// givesList: a slice, or the rows that a database answers.
func givesList(sig *types.Signature) bool {
	if sig.Results().Len() == 0 {
		return false
	}
	t := sig.Results().At(0).Type()
	s, ok := t.Underlying().(*types.Slice)
	return ok && !isByteSlice(s) || strings.HasSuffix(behaviour.TypeName(t), ".Rows")
}

// touch notes that the parts of the input which a value is are looked at.
func (t *trace) touch() {
	if t == nil {
		return
	}
	for _, s := range t.from {
		if s.in.touched == nil {
			s.in.touched = map[string]bool{}
		}
		s.in.touched[s.path] = true
	}
}

func (t *trace) touchIf(is bool) {
	if is {
		t.touch()
	}
}

// isPlainType: a value of the type has no parts to be looked at one by one.
func isPlainType(t types.Type) bool {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t.Underlying().(type) {
	case *types.Basic, *types.Interface:
		return true
	}
	return behaviour.TypeName(t) == "time.Time" || strings.HasSuffix(behaviour.TypeName(t), "UUID")
}

// Uses reports whether anything was seen to look at a part of the input, or at
// what holds it as a whole.
func (in Input) Uses(path string) bool {
	for p := range in.touched {
		if within(p, path) || within(path, p) {
			return true
		}
	}
	return false
}

func within(inner, outer string) bool {
	rest, ok := strings.CutPrefix(inner, outer)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
