package taint

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

// remedies say per kind what a message calls the sink and the way out.
var remedies = map[Kind]struct {
	rule   rule.Rule
	remedy string
}{
	SQL:      {SQLRule, "use a placeholder, or choose from a fixed list"},
	Command:  {CommandRule, "run a fixed program and hand the input over as an argument"},
	Path:     {PathRule, "use filepath.Base or filepath.IsLocal, or open it through os.Root"},
	URL:      {URLRule, "compare the host with a list, and refuse private addresses in the dialer"},
	Redirect: {RedirectRule, "compare the target with a list, or keep its path only"},
	HTML:     {HTMLRule, "render with html/template, escape it, and fix the content type"},
	Log:      {LogRule, "print it with %q or with a structured logger"},
	Template: {HTMLRule, "keep the template's text in the program and hand input over as its data"},
	Upload:   {UploadRule, "store under a name of your own"},
}

func (t *tracker) report() (any, error) {
	r := diag.New(t.pass, Rules()...)
	calls := t.callExprs()
	slices.SortStableFunc(t.sites, func(a, b *site) int { return int(a.pos - b.pos) })
	seen := map[string]bool{}
	guarded := t.guardedDialer()
	for _, at := range t.sites {
		if at.kind == Upload {
			continue
		}
		if guarded && at.kind == URL && !ownClient[at.where] {
			at.verdict = clean
		}
		t.reportSite(r, at, calls, seen)
	}
	t.uploads(r, calls)
	return r.Result()
}

// ownClient are functions that use http.DefaultClient, which no dialer of the
// package guards.
var ownClient = map[string]bool{"http.Get": true, "http.Head": true, "http.Post": true, "http.PostForm": true}

func (t *tracker) reportSite(r *diag.Reporter, at *site, calls map[token.Pos]*ast.CallExpr, seen map[string]bool) {
	about := remedies[at.kind]
	span := t.span(at.pos, calls)
	key := fmt.Sprint(at.kind, at.pos)
	switch {
	case at.verdict == tainted && at.kind == Template && !joinedOn(at.trace):
		r.Undecided(about.rule, span, at.where+" gets a whole template from a client, which is right only where users are meant to write templates")
	case at.verdict == tainted:
		if seen[key] {
			return
		}
		seen[key] = true
		from, related := t.path(at.trace, calls)
		through := ""
		if at.through != "" {
			through = " through " + at.through
		}
		r.Report(about.rule, span, related, "%s reaches %s%s: %s", from, at.where, through, about.remedy)
	case at.through != "": // judged where it is; counted there
	case at.verdict == doubted:
		r.Undecided(about.rule, span, "input reaches "+at.where+" behind a check whose worth is not known")
	case at.verdict == open && at.made && (at.kind == SQL || at.kind == Command):
		r.Undecided(about.rule, span, at.where+" gets text that is put together from values of an origin out of sight")
	default:
		r.Examine(about.rule, 1)
	}
}

// joinedOn: on the way input becomes a part of a larger text.
func joinedOn(n *node) bool {
	for ; n != nil; n = n.next {
		switch v := n.v.(type) {
		case *ssa.BinOp:
			return true
		case *ssa.Call:
			switch web.Name(ssavalue.Callee(v.Common())) {
			case "fmt.Sprintf", "fmt.Sprint", "fmt.Sprintln", "strings.Join":
				return true
			}
		}
	}
	return false
}

// callExprs finds calls by the position that SSA gives them.
func (t *tracker) callExprs() map[token.Pos]*ast.CallExpr {
	calls := map[token.Pos]*ast.CallExpr{}
	for _, f := range t.pass.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				calls[call.Lparen] = call
			}
			return true
		})
	}
	return calls
}

// span is the expression at a position.
func (t *tracker) span(pos token.Pos, calls map[token.Pos]*ast.CallExpr) analysis.Range {
	if call := calls[pos]; call != nil {
		return call
	}
	return point(pos)
}

// point is a range without extent.
type point token.Pos

// Pos is the start.
func (p point) Pos() token.Pos { return token.Pos(p) }

// End is the start again.
func (p point) End() token.Pos { return token.Pos(p) }

// stepLimit bounds how many steps a finding shows.
const stepLimit = 8

// path renders a trace: what the input is, and the steps from there.
func (t *tracker) path(n *node, calls map[token.Pos]*ast.CallExpr) (string, []analysis.RelatedInformation) {
	from := t.origin(n, calls)
	related := []analysis.RelatedInformation{{Pos: t.position(n), Message: said(from)}}
	line := t.line(related[0].Pos)
	for n = n.next; n != nil && len(related) < stepLimit; n = n.next {
		pos, text := t.step(n, calls)
		if text == "" || t.line(pos) == line {
			continue
		}
		line = t.line(pos)
		related = append(related, analysis.RelatedInformation{Pos: pos, Message: text})
	}
	return from, related
}

// said introduces the start of a trace.
func said(from string) string {
	if strings.HasPrefix(from, "what ") {
		return from + " is read here"
	}
	return from + " is what the client sends"
}

func (t *tracker) line(pos token.Pos) string {
	at := t.pass.Fset.Position(pos)
	return fmt.Sprint(filepath.Base(at.Filename), at.Line)
}

// origin is the input as messages name it: the call that reads it, with the
// field where it fills a structure, or the field of the request.
func (t *tracker) origin(n *node, calls map[token.Pos]*ast.CallExpr) string {
	v := n.v
	if e, ok := v.(*ssa.Extract); ok {
		v = e.Tuple
	}
	switch v := v.(type) {
	case *ssa.Call:
		call := calls[v.Pos()]
		if scans[web.Name(ssavalue.Callee(v.Common()))] {
			return "what the database holds"
		}
		if fileReaders[web.Name(ssavalue.Callee(v.Common()))] {
			return "what an uploaded file holds"
		}
		if call == nil {
			break
		}
		if kept := keptIn(n.next); kept != "" {
			return kept + " from " + source.Text(call)
		}
		if n.path != "" {
			return n.path + " of " + source.Text(call)
		}
		return source.Text(call)
	case *ssa.Parameter:
		return t.chain(v.Name()+"."+n.path, n, calls)
	}
	return "request input"
}

// chain adds the calls that read a field of the request, as written:
// r.URL.Query().Get("name").
func (t *tracker) chain(field string, n *node, calls map[token.Pos]*ast.CallExpr) string {
	start := strings.TrimSuffix(field, ".RawQuery") // which r.URL.Query() does not name
	text := start
	for m := n.next; m != nil; m = m.next {
		if v, ok := m.v.(*ssa.Call); ok && calls[v.Pos()] != nil {
			longer := source.Text(calls[v.Pos()])
			if !strings.HasPrefix(longer, text) {
				break
			}
			text = longer
		}
	}
	if text == start {
		return field
	}
	return text
}

// keptIn is the field of a variable that was filled.
func keptIn(n *node) string {
	if n == nil || n.path == "" {
		return ""
	}
	if a, ok := n.v.(*ssa.Alloc); ok && a.Comment != "" && a.Comment != "new" && !strings.Contains(a.Comment, "lit") {
		return a.Comment + "." + n.path
	}
	return n.path
}

// position is where a step stands: values that have no place of their own stand
// where they are used.
func (t *tracker) position(n *node) token.Pos {
	if pos := n.v.Pos(); pos.IsValid() {
		if _, isParam := n.v.(*ssa.Parameter); !isParam || n.next == nil {
			return pos
		}
	}
	for m := n.next; m != nil; m = m.next {
		if m.v.Pos().IsValid() {
			return m.v.Pos()
		}
	}
	return n.v.Parent().Pos()
}

// step says what happens to the input at a node; empty for what readers do not
// care about.
func (t *tracker) step(n *node, calls map[token.Pos]*ast.CallExpr) (token.Pos, string) {
	switch v := n.v.(type) {
	case *ssa.Call:
		if call := calls[v.Pos()]; call != nil {
			return v.Pos(), "goes through " + source.Callee(call)
		}
	case *ssa.Parameter:
		return v.Pos(), "enters " + v.Parent().Name() + " as " + v.Name()
	case *ssa.BinOp:
		return v.Pos(), "is joined to other text"
	case *ssa.Alloc:
		if v.Comment != "" && v.Comment != "varargs" && !strings.Contains(v.Comment, "complit") {
			return v.Pos(), "is kept in " + v.Comment
		}
	case *ssa.Global:
		return v.Pos(), "is kept in " + v.Name()
	}
	return token.NoPos, ""
}
