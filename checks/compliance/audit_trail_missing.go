package compliance

import (
	"fmt"
	"go/ast"
	"go/types"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleAuditTrailMissing asks that changes can be traced to whoever made them.
var RuleAuditTrailMissing = rule.Rule{
	ID:       "audit-trail-missing",
	Title:    "an operation changes state and leaves no record of who and what",
	Section:  rule.Compliant,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Why:      "After an incident nobody can say who changed or deleted what, and most regimes of compliance ask for exactly that.",
	Fix:      "Write an audit record with the actor, the action and what it was done to in the same transaction, or log these at info level.",
	Limits: "Sites are POST, PUT, PATCH and DELETE routes whose handler reaches a write of database/sql, sqlx, pgx, gorm, bun, ent, xorm, gorp, MongoDB, " +
		"pop, RethinkDB or bbolt, or hands over a query that writes. A record is a call or an INSERT that has audit, activity log or the like in its name, or a log entry after the change and not in a branch " +
		"for errors, with something named like an actor (user, account, actor, claims ...) in it. An access log, a record in which no actor is seen, one that other " +
		"code of the module writes, triggers, and calls that cannot be followed make the site inconclusive. Names decide: a field user may hold something else.",
	Example: auditExample,
}

// trail is what the rule needs to know of the module.
type trail struct {
	repo    *check.Repo
	program *load.Program
	graph   *reach.Graph
	// elsewhere says where records are written by code that may or may not stand
	// behind an operation; empty where there is none.
	elsewhere string
	// changes remembers which log entries follow a change.
	changes map[*ast.CallExpr]bool
	// entries remembers the records that were judged, calls whether they may be
	// records or changes at all, and ways what stands behind each middleware.
	entries map[*ast.CallExpr]*entry
	calls   map[called]kind
	ways    map[string]*way
}

// called is a call with the function that it arrives at.
type called struct {
	call *ast.CallExpr
	fn   *types.Func
}

// kind is what a call may be.
type kind struct{ change, record bool }

// way is what a middleware comes to; nil where its source is not in the module.
type way struct {
	best     *entry
	followed bool
}

func auditTrailMissing(r *check.Repo) report.Criterion {
	if r.Matrix == nil {
		return report.CannotTell(RuleAuditTrailMissing, "the endpoints are not known")
	}
	a := &trail{
		repo: r, program: r.Program, graph: reach.Of(r.Program), changes: map[*ast.CallExpr]bool{}, entries: map[*ast.CallExpr]*entry{},
		calls: map[called]kind{}, ways: map[string]*way{},
	}
	a.elsewhere = a.recordsElsewhere()
	t := report.Examine(RuleAuditTrailMissing)
	for _, e := range r.Matrix.Endpoints {
		if e.Route != nil && !e.Route.Static && !e.Route.Derived && changesState(e) {
			a.judge(t, e)
		}
	}
	return t.Criterion("no operation was seen to change state in a database")
}

func changesState(e *matrix.Endpoint) bool {
	method, _, _ := strings.Cut(e.Name(), " ")
	return slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, method)
}

// judge looks for a record in what the handler, and the middleware before it, reach.
func (a *trail) judge(t *report.Tally, e *matrix.Endpoint) {
	reached := a.graph.FromHandler(e.Route.Handler)
	if reached == nil {
		t.Undecided(e.Name() + ": the source of its handler is not in the module")
		return
	}
	write := slices.IndexFunc(reached.Uses, func(u reach.Use) bool { return a.kindOf(u).change })
	if write < 0 {
		return
	}
	best, followed := a.record(reached.Uses), len(reached.Dynamic) == 0
	for _, m := range e.Route.Middleware {
		if w := a.wayOf(m); w != nil {
			best, followed = better(best, w.best), followed && w.followed
		}
	}
	switch {
	case best != nil && best.actor:
		t.Pass(a.program.Place(best.use.Ident.Pos(), "%s is on record here", e.Name()))
	case best != nil:
		t.Undecided(fmt.Sprintf("%s: something is recorded at %s, but not seen to be who did what", e.Name(), a.program.Position(best.use.Ident.Pos())))
	case a.elsewhere != "":
		t.Undecided(fmt.Sprintf("%s: its handler writes no record, but %s", e.Name(), a.elsewhere))
	case e.Route.Unseen != "":
		t.Undecided(fmt.Sprintf("%s: it writes no record, but %s and may do so", e.Name(), e.Route.Unseen))
	case !followed:
		t.Undecided(e.Name() + ": it calls functions that could not be followed; whether they write a record is not known")
	default:
		at := reached.Uses[write]
		t.Fail(report.Finding{
			Message:  fmt.Sprintf("%s changes the database and leaves no record of who did what; write an audit record with actor, action and object", e.Name()),
			Position: e.Route.Pos, Endpoint: e.Name(), Anchor: e.Name(),
			Related: []report.Related{a.program.Place(at.Ident.Pos(), "changes state")},
		})
	}
}

// entry is a record that some code writes.
type entry struct {
	use   reach.Use
	actor bool
}

// better is the first of two records that has an actor, or else the first.
func better(first, second *entry) *entry {
	if first == nil || second != nil && second.actor && !first.actor {
		return second
	}
	return first
}

// wayOf looks into a middleware, once for all routes that pass it.
func (a *trail) wayOf(m routes.Handler) *way {
	key := reach.HandlerKey(m)
	w, known := a.ways[key]
	if !known {
		if reached := a.graph.FromHandler(m); reached != nil {
			w = &way{a.record(reached.Uses), len(reached.Dynamic) == 0}
		}
		a.ways[key] = w
	}
	return w
}

// kindOf says what a call may be: handlers come by the same calls again and again.
func (a *trail) kindOf(u reach.Use) kind {
	if u.Call == nil {
		return kind{}
	}
	at := called{u.Call, u.Func}
	k, known := a.calls[at]
	if !known {
		k = kind{isWrite(u), isAudit(u) || isLog(u) && !tellsOfFailure(u)}
		a.calls[at] = k
	}
	return k
}

// record finds the first record with an actor, or else the first one.
func (a *trail) record(uses []reach.Use) *entry {
	var first *entry
	for _, u := range uses {
		if !a.kindOf(u).record {
			continue
		}
		found := a.entryOf(u)
		if found.actor {
			return found
		}
		if first == nil {
			first = found
		}
	}
	return first
}

// entryOf judges one record, once for all handlers that reach it.
func (a *trail) entryOf(u reach.Use) *entry {
	if known := a.entries[u.Call]; known != nil {
		return known
	}
	found := &entry{u, a.namesActor(u) && (isAudit(u) || a.afterChange(u))}
	a.entries[u.Call] = found
	return found
}

// afterChange reports whether a statement before a log entry, in the same block,
// changes state: other entries tell of something else, such as a refusal.
func (a *trail) afterChange(u reach.Use) bool {
	if known, ok := a.changes[u.Call]; ok {
		return known
	}
	a.changes[u.Call] = false
	for _, n := range around(u) {
		block, ok := n.(*ast.BlockStmt)
		if !ok {
			continue
		}
		for _, stmt := range block.List {
			if stmt.End() <= u.Call.Pos() && slices.ContainsFunc(a.graph.From(reach.Root{Package: u.Package, Node: stmt}).Uses, func(u reach.Use) bool { return a.kindOf(u).change }) {
				a.changes[u.Call] = true
			}
		}
		break
	}
	return a.changes[u.Call]
}

// namesActor reports whether a call hands over somebody, or the function of the
// module that it calls asks who it is.
func (a *trail) namesActor(u reach.Use) bool {
	for _, arg := range u.Call.Args {
		if mentionsActor(arg) {
			return true
		}
	}
	f := a.program.FuncAt(u.Func.Pos())
	return isAudit(u) && f != nil && f.Decl != nil && f.Decl.Body != nil && mentionsActor(f.Decl.Body)
}

// recordsElsewhere looks for records that need not show in what a handler
// reaches: an access log, audit code that other functions use, triggers.
func (a *trail) recordsElsewhere() string {
	for _, u := range a.graph.Everything().Uses {
		at := a.program.Position(u.Ident.Pos())
		switch {
		case isAccessLog(u):
			return fmt.Sprintf("%s is used at %s, which may know who calls", u.Name, at)
		case u.Call != nil && isAudit(u):
			return fmt.Sprintf("one is written at %s", at)
		case u.Call != nil && a.logsRequests(u):
			return fmt.Sprintf("requests are logged at %s", at)
		}
	}
	if file := auditScript(a.repo.Files, check.Scope(a.repo.Files, a.repo.ModuleDir)); file != "" {
		return fmt.Sprintf("%s speaks of an audit or has a trigger", file)
	}
	return ""
}

// logsRequests recognises an access log of the module's own: a log entry with
// the method or the path of a request in it.
func (a *trail) logsRequests(u reach.Use) bool {
	return isLog(u) && slices.ContainsFunc(u.Call.Args, func(e ast.Expr) bool {
		return mentions(e, requestPart)
	})
}

var (
	requestPart  = regexp.MustCompile(`^(?:Method|RequestURI|FullPath|Path|URL)$`)
	auditInQuery = regexp.MustCompile(`(?i)audit|create\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger`)
)

// scriptLimit is the largest SQL file that is read, in bytes: what is larger is data.
const scriptLimit = 1 << 20

// auditScript is the first SQL file that speaks of an audit or makes a trigger.
func auditScript(files fs.FS, start string) string {
	found := ""
	_ = fs.WalkDir(files, start, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // what cannot be read says nothing
		case d.IsDir() && name != start && load.SkipDir(d.Name()):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".sql"):
			return nil
		}
		if info, err := d.Info(); err != nil || !d.Type().IsRegular() || info.Size() > scriptLimit {
			return nil
		}
		if text, err := fs.ReadFile(files, name); err == nil && auditInQuery.Match(text) {
			found = name
			return fs.SkipAll
		}
		return nil
	})
	return found
}
