package routes

import (
	"context"
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"time"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
)

// machine evaluates the module's code. Registrations it comes across are kept
// for good; everything else it stores can be undone (see fork), so that both
// branches of an unknown condition start from the same state.
type machine struct {
	ctx     context.Context
	p       *load.Program
	opts    Options
	code    *code
	surface *surface

	fr      *frame
	logs    []*writeLog
	globals map[types.Object]*cell
	// memo keeps results of functions that have nothing to do with wiring.
	memo map[string]value

	entries  []*entry
	routers  []*router
	defaults map[string]*router
	lost     []lost
	served   []value // what is handed to http.Server and its kin
	escapes  []escape
	swagger  map[*cell]*router // go-swagger's APIs, by the struct
	found    *found
	escaped  map[any]bool
	// providers are functions handed to code outside the module, by the type of
	// their first result: what a dependency injector would call.
	providers map[string]value

	visited map[string]bool
	reached bool

	// calling is the call expression being carried out.
	calling *ast.CallExpr
	// ended: the call just made does not come back.
	ended bool

	steps, limit int
	// linked are the packages of the program that is evaluated; cut are the
	// functions that were under way when a budget ran out, nil for other reasons.
	linked   []*packages.Package
	cut      map[string]bool
	quiet    int // depth of calls that have nothing to do with wiring
	deadline time.Time
	notes    *notes
}

// frame is one call in progress.
type frame struct {
	pkg   *packages.Package
	name  string
	key   string
	sig   *types.Signature
	env   *env
	call  token.Pos // where it was called
	expr  *ast.CallExpr
	outer *frame
	depth int

	results  []value // joined over the return statements met so far
	returned bool
	late     []write // stores of paths that returned early
	defers   []func()
	loop     *loop
}

// loop collects the stores of paths that left an iteration early.
type loop struct {
	late  []write
	outer *loop
}

type write struct {
	c *cell
	v value
}

type writeLog struct {
	order []*cell
	old   map[*cell]value
}

// errBudget unwinds the evaluation of a root when its budget is used up.
var errBudget = errors.New("budget")

// errClock does so when its time is up.
var errClock = errors.New("deadline")

// errQuiet unwinds a call that has nothing to do with wiring and takes too long.
var errQuiet = errors.New("long call without wiring")

func (m *machine) step() {
	m.steps++
	if m.quiet > 0 && m.steps > m.limit {
		panic(errQuiet)
	}
	if m.steps > m.opts.Steps {
		m.cutOff(errBudget)
	}
	if m.steps%1024 == 0 && (m.ctx.Err() != nil || time.Now().After(m.deadline)) {
		m.cutOff(errClock)
	}
}

// cutOff leaves the root early; the functions under way are not done.
func (m *machine) cutOff(why error) {
	m.cut = map[string]bool{}
	for f := m.fr; f != nil; f = f.outer {
		m.cut[f.key] = true
	}
	panic(why)
}

// set stores a value so that it can be undone.
func (m *machine) set(c *cell, v value) {
	if n := len(m.logs); n > 0 {
		log := m.logs[n-1]
		if _, seen := log.old[c]; !seen {
			log.old[c] = c.v
			log.order = append(log.order, c)
		}
	}
	c.v = v
}

// weakSet makes v one more thing that the cell may hold.
func (m *machine) weakSet(c *cell, v value) { m.set(c, join(c.v, v)) }

// outcome is what one of several possible paths did.
type outcome struct {
	flow   flow
	writes []write
}

// fork runs one of several possible paths and undoes its stores.
func (m *machine) fork(path func() flow) outcome {
	m.logs = append(m.logs, &writeLog{old: map[*cell]value{}})
	depth := len(m.logs)
	f := path()
	return outcome{flow: f, writes: m.undo(depth)}
}

// undo takes back everything since the log at that depth was opened.
func (m *machine) undo(depth int) []write {
	var writes []write
	for len(m.logs) >= depth {
		log := m.logs[len(m.logs)-1]
		m.logs = m.logs[:len(m.logs)-1]
		for _, c := range log.order {
			writes = append(writes, write{c, c.v})
			c.v = log.old[c]
		}
	}
	return writes
}

// merge goes on after a choice between paths: what they stored is joined, and
// paths that left early are kept for the place they went to.
func (m *machine) merge(paths ...outcome) flow {
	var live []outcome
	ended := flowPanic
	for _, p := range paths {
		switch p.flow {
		case flowNext:
			live = append(live, p)
		case flowReturn:
			m.fr.late = append(m.fr.late, p.writes...)
			ended = flowReturn
		case flowBreak, flowContinue:
			if m.fr.loop != nil {
				m.fr.loop.late = append(m.fr.loop.late, p.writes...)
			}
			if ended == flowPanic {
				ended = flowContinue
			}
		}
	}
	if len(live) == 0 {
		return ended
	}
	m.apply(live)
	return flowNext
}

func (m *machine) apply(live []outcome) {
	var order []*cell
	latest := make([]map[*cell]value, len(live))
	seen := map[*cell]bool{}
	for i, p := range live {
		latest[i] = make(map[*cell]value, len(p.writes))
		for _, w := range p.writes {
			if _, twice := latest[i][w.c]; !twice {
				latest[i][w.c] = w.v
			}
			if !seen[w.c] {
				seen[w.c] = true
				order = append(order, w.c)
			}
		}
	}
	for _, c := range order {
		var v value
		for i := range live {
			w, ok := latest[i][c]
			if !ok {
				w = c.v
			}
			v = join(v, w)
		}
		m.set(c, v)
	}
}

// settle lets stores of paths that left early be seen as possible.
func (m *machine) settle(late []write) {
	for _, w := range late {
		m.weakSet(w.c, w.v)
	}
}

// chain is the calls from the root to here, outermost first.
func (m *machine) chain() []link {
	var out []link
	for f := m.fr; f != nil; f = f.outer {
		out = append(out, link{name: f.name, call: f.call})
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// link is one call of a chain.
type link struct {
	name string
	call token.Pos
}

func (m *machine) info() *types.Info { return m.fr.pkg.TypesInfo }

func (m *machine) typeOf(e ast.Expr) types.Type {
	if t := m.info().TypeOf(e); t != nil {
		return t
	}
	return types.Typ[types.Invalid]
}

func (m *machine) unknown(e ast.Expr, why string) *unknown {
	return &unknown{typ: m.typeOf(e), why: why, pos: e.Pos()}
}
