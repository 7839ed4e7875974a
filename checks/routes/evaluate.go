package routes

import (
	"cmp"
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
)

// Options bound the evaluation. Zero values mean the defaults.
type Options struct {
	// Steps is how many statements and expressions one root may take (4 million).
	Steps int
	// Timeout is how long all of it may take (a minute).
	Timeout time.Duration
	// Libraries replaces the known routers; for tests of a table.
	Libraries []Library
}

func (o Options) withDefaults() Options {
	if o.Steps <= 0 {
		o.Steps = 2_000_000
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	if o.Libraries == nil {
		o.Libraries = Routers()
	}
	return o
}

// found collects what the roots bring.
type found struct {
	routes     []*Route
	unresolved []Unresolved
}

// Extract evaluates the wiring of the module: every main function, then every
// function that makes or receives a router and was not reached from one. It
// fails only when ctx is done; whatever else stands in the way is in the
// table's Notes and Unresolved.
func Extract(ctx context.Context, p *load.Program, opts Options) (*Table, error) {
	opts = opts.withDefaults()
	s := newSurface(opts.Libraries)
	x := &extraction{
		ctx: ctx, p: p, opts: opts, surface: s, code: indexCode(p, s), visited: map[string]bool{},
		notes: &notes{}, found: &found{}, deadline: time.Now().Add(opts.Timeout),
	}
	mains := slices.DeleteFunc(slices.Clone(p.Packages), func(pkg *packages.Package) bool { return pkg.Name != "main" })
	for i, pkg := range mains {
		x.fromMain(pkg, time.Until(x.deadline)/time.Duration(len(mains)-i+1))
	}
	x.fromUnreached()
	x.weighStops()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("evaluate the routes: %w", err)
	}
	return x.table(), nil
}

// extraction is one run over all roots.
type extraction struct {
	ctx      context.Context
	p        *load.Program
	opts     Options
	surface  *surface
	code     *code
	visited  map[string]bool
	notes    *notes
	found    *found
	deadline time.Time
}

// machine makes a fresh state: each main program has its own variables.
func (x *extraction) machine(reached bool) *machine {
	return &machine{
		ctx: x.ctx, p: x.p, opts: x.opts, surface: x.surface, code: x.code,
		globals: map[types.Object]*cell{}, memo: map[string]value{}, defaults: map[string]*router{},
		escaped: map[any]bool{}, providers: map[string]value{}, swagger: map[*cell]*router{},
		visited: x.visited, reached: reached, notes: x.notes, found: x.found, deadline: x.deadline,
	}
}

// fromMain evaluates one program within its share of the time, so that a large
// one does not use up what the others need.
func (x *extraction) fromMain(pkg *packages.Package, share time.Duration) {
	d := x.code.funcs[pkg.PkgPath+".main"]
	if d == nil {
		return
	}
	m := x.machine(true)
	m.deadline = time.Now().Add(share)
	m.linked = x.code.linked(pkg, x.p.Packages)
	m.initPackages(m.linked)
	m.guarded(d.key, func() { m.callDeclared(d, nil, nil, token.NoPos) })
	m.guarded(d.key, m.runEscapes)
	m.conclude()
}

// fromUnreached goes on with functions that deal with routers but were not
// reached, callers before what they call.
func (x *extraction) fromUnreached() {
	var m *machine
	try := func(d *declared) {
		if x.visited[d.key] || !d.wires || strings.Contains(d.key, ".init#") {
			return
		}
		if m == nil {
			m = x.machine(false)
		}
		m.steps = 0
		m.guarded(d.key, func() { m.callDeclared(d, nil, nil, token.NoPos) })
		m.guarded(d.key, m.runEscapes)
	}
	all := x.code.sorted()
	for _, d := range all {
		if !slices.ContainsFunc(d.callers, func(key string) bool { return key != d.key && x.code.funcs[key].wires }) {
			try(d)
		}
	}
	for _, d := range all {
		if d.direct {
			try(d)
		}
	}
	if m != nil {
		m.conclude()
	}
}

// initPackages runs the package variables that register something, and the
// init functions.
func (m *machine) initPackages(pkgs []*packages.Package) {
	for _, pkg := range pkgs {
		for _, init := range pkg.TypesInfo.InitOrder {
			if m.initWires(pkg, init.Rhs) && len(init.Lhs) > 0 {
				m.guarded(pkg.PkgPath, func() { m.global(init.Lhs[0]) })
			}
		}
		for _, d := range m.code.sorted() {
			if d.pkg == pkg && strings.HasPrefix(d.key, pkg.PkgPath+".init#") {
				m.guarded(d.key, func() { m.callDeclared(d, nil, nil, token.NoPos) })
			}
		}
	}
}

func (m *machine) initWires(pkg *packages.Package, e ast.Expr) bool {
	wires := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if fn, ok := pkg.TypesInfo.Uses[id].(*types.Func); ok {
				wires = wires || m.code.isWiring(fn) || m.code.wires(&function{fn: fn})
			}
		}
		return !wires
	})
	return wires
}

// guarded runs one root: a budget that runs out, or a mistake of the
// evaluator, costs that root only and is noted.
func (m *machine) guarded(root string, f func()) {
	defer func() {
		r := recover()
		m.fr, m.logs, m.quiet = nil, nil, 0
		switch {
		case r == nil:
		case r == errBudget: //nolint:errorlint // a sentinel of our own
			m.giveUp("evaluating %s stopped after %d steps; routes that it registers later are not known", shortKey(root), m.opts.Steps)
		case r == errClock: //nolint:errorlint // as above
			m.giveUp("evaluating %s took too long and was stopped; routes that it registers later are not known", shortKey(root))
		case r == errQuiet: //nolint:errorlint // as above
		default:
			m.giveUp("evaluating %s failed (%v); routes that it registers later are not known", shortKey(root), r)
			m.notes.trace = append(m.notes.trace, string(debug.Stack()))
		}
	}()
	f()
}

// giveUp notes that a root was left early; see weighStops.
func (m *machine) giveUp(format string, args ...any) {
	m.notes.add(report.Position{}, format, args...)
	m.notes.stops = append(m.notes.stops, stop{fmt.Sprintf(format, args...), m.reached, m.linked, m.cut})
	m.cut = nil
}

// stop is a root that was left early.
type stop struct {
	reason  string
	reached bool // it is a main
	linked  []*packages.Package
	cut     map[string]bool
}

// weighStops asks of every program that was left early whether it has anything
// to register that was not seen, from there, from another program or on its own.
// A client that shares a module with the server may be as long as it likes.
func (x *extraction) weighStops() {
	cut := map[string]bool{}
	for _, s := range x.notes.stops {
		maps.Copy(cut, s.cut)
	}
	for _, s := range x.notes.stops {
		if s.reached && x.misses(s, cut) {
			x.notes.incomplete = s.reason
			return
		}
	}
}

// misses reports whether a function that registers routes lies in a package of
// the program and was not gone through to its end.
func (x *extraction) misses(s stop, cut map[string]bool) bool {
	if s.cut == nil || s.linked == nil {
		return true // it failed, and nobody knows where
	}
	in := map[*packages.Package]bool{}
	for _, pkg := range s.linked {
		in[pkg] = true
	}
	return slices.ContainsFunc(x.code.sorted(), func(d *declared) bool {
		return d.direct && in[d.pkg] && (cut[d.key] || !x.visited[d.key])
	})
}

func shortKey(key string) string {
	if i := strings.LastIndex(key, "/"); i >= 0 {
		return key[i+1:]
	}
	return key
}

// conclude turns what was registered into rows, with a budget of its own.
func (m *machine) conclude() {
	m.steps, m.deadline, m.linked = 0, time.Now().Add(m.opts.Timeout/2), nil
	m.guarded("the handlers", m.assemble)
}

// table sorts the rows and drops those found twice.
func (x *extraction) table() *Table {
	t := &Table{Routes: x.found.routes, Unresolved: x.found.unresolved, Notes: x.notes.list(), Incomplete: x.notes.incomplete}
	slices.SortStableFunc(t.Routes, compareRoutes)
	t.Routes = distinct(t.Routes)
	t.Routes, t.Unresolved = settled(t.Routes, t.Unresolved)
	slices.SortStableFunc(t.Unresolved, func(a, b Unresolved) int {
		return cmp.Or(comparePositions(a.Position, b.Position), cmp.Compare(a.Reason, b.Reason))
	})
	t.Unresolved = slices.CompactFunc(t.Unresolved, func(a, b Unresolved) bool { return a.Position == b.Position })
	for _, lib := range x.opts.Libraries {
		if slices.ContainsFunc(lib.Packages, func(path string) bool { return path != "net/http" && x.p.Imports(path) }) {
			t.Routers = append(t.Routers, lib.Name)
		}
	}
	for _, r := range t.Routes {
		if !slices.Contains(t.Routers, r.Router) {
			t.Routers = append(t.Routers, r.Router)
		}
	}
	slices.Sort(t.Routers)
	return t
}

// settled drops what a registration that was followed better makes moot: rows
// of a detour that main does not take, rows whose prefix is unknown beside ones
// where it is known, and unresolved twins.
func settled(rows []*Route, unresolved []Unresolved) ([]*Route, []Unresolved) {
	type site struct {
		pos    report.Position
		method string
	}
	reached, exact, seen := map[report.Position]bool{}, map[site]bool{}, map[report.Position]bool{}
	for _, r := range rows {
		seen[r.Pos] = true
		reached[r.Pos] = reached[r.Pos] || r.Reached
		exact[site{r.Pos, r.Method}] = exact[site{r.Pos, r.Method}] || !r.PrefixUnknown && (r.Reached || !reached[r.Pos])
	}
	dropped := map[site]bool{}
	rows = slices.DeleteFunc(rows, func(r *Route) bool {
		s := site{r.Pos, r.Method}
		twin := r.PrefixUnknown && exact[s]
		dropped[s] = dropped[s] || twin
		return twin || !r.Reached && reached[r.Pos]
	})
	for _, r := range rows {
		r.Guess = r.Guess || dropped[site{r.Pos, r.Method}]
	}
	unresolved = slices.DeleteFunc(unresolved, func(u Unresolved) bool { return seen[u.Position] })
	return rows, unresolved
}

func compareRoutes(a, b *Route) int {
	reachedFirst := 0
	if a.Reached != b.Reached {
		reachedFirst = 1
		if a.Reached {
			reachedFirst = -1
		}
	}
	return cmp.Or(comparePositions(a.Pos, b.Pos), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Host, b.Host), cmp.Compare(a.Handler.Name, b.Handler.Name), reachedFirst, last(a.loose, b.loose), last(a.PrefixUnknown, b.PrefixUnknown), last(a.Unseen != "", b.Unseen != ""), cmp.Compare(len(b.Middleware), len(a.Middleware)))
}

// last sorts what has a flaw behind what has not.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// distinct keeps one of equal rows; middleware that only some of them pass is
// marked as conditional.
func distinct(rows []*Route) []*Route {
	var out []*Route
	for _, r := range rows {
		if n := len(out); n > 0 && sameRow(out[n-1], r) {
			if r.Reached == out[n-1].Reached && r.PrefixUnknown == out[n-1].PrefixUnknown && r.loose == out[n-1].loose && r.Unseen == out[n-1].Unseen {
				out[n-1].Middleware = conditional(out[n-1].Middleware, r.Middleware)
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

func comparePositions(a, b report.Position) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func sameRow(a, b *Route) bool {
	return a.Pos == b.Pos && a.Method == b.Method && a.Path == b.Path && a.Host == b.Host && a.Handler.Name == b.Handler.Name
}

// notes collects what could not be followed, each once.
type notes struct {
	lines []string
	trace []string
	// stops are the ways from main that were left early; incomplete is the reason
	// of the first that may have missed something.
	stops      []stop
	incomplete string
}

const maxNotes = 40

func (n *notes) add(at report.Position, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if at.IsValid() {
		line = at.String() + ": " + line
	}
	if !slices.Contains(n.lines, line) && len(n.lines) < maxNotes {
		n.lines = append(n.lines, line)
	}
}

func (n *notes) list() []string { return slices.Sorted(slices.Values(n.lines)) }
