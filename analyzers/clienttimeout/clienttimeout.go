// Package clienttimeout reports outbound HTTP requests that may wait for ever.
package clienttimeout

import (
	_ "embed"
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/requests"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: HTTP clients give up at some point.
var Rule = rule.Rule{
	ID: "client-without-timeout", Title: "an HTTP client waits for ever", Section: rule.Integration, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 26, True: 24, Disputed: 2},
	Supports: []rule.Section{rule.Production},
	Why:      "One upstream that hangs takes every request that waits for it along, until the service has no connection or goroutine left.",
	Fix:      "Set http.Client.Timeout, or send requests with a context that has a deadline.",
	Limits: "A client that an exported function makes and returns is undecided, and so are commands that handle no request. Where requests carry a context whose deadline is set elsewhere, the client is undecided. A client made by a library is that " +
		"library's business.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "clienttimeout", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{requests.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	j := &judge{pass: pass, report: diag.New(pass, Rule), set: map[types.Object]bool{}, names: map[*ast.CompositeLit]types.Object{}, given: map[ast.Expr]bool{}}
	j.tool = source.IsCommand(pass.Pkg) && len(pass.ResultOf[requests.Analyzer].(*requests.Result).Handlers) == 0
	for _, f := range diag.Files(pass) {
		ast.Inspect(f, j.collect)
	}
	for f := range source.Functions(pass) {
		j.gives(f)
	}
	for _, f := range diag.Files(pass) {
		for _, d := range f.Decls {
			j.scope = web.NewScope(pass.TypesInfo, d)
			ast.Inspect(d, j.visit)
		}
	}
	return j.report.Result()
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	scope  *web.Scope
	// set are the clients whose Timeout is assigned in the package.
	set   map[types.Object]bool
	names map[*ast.CompositeLit]types.Object
	// given are the clients that an exported function returns.
	given map[ast.Expr]bool
	// tool says that the package belongs to a command and handles no request.
	tool bool
	// contexts says that the package sends requests with a context of its own.
	contexts bool
}

func (j *judge) collect(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, lhs := range n.Lhs {
			if sel, ok := lhs.(*ast.SelectorExpr); ok && sel.Sel.Name == "Timeout" && isClient(j.pass.TypesInfo.TypeOf(sel.X)) {
				j.set[source.Object(j.pass.TypesInfo, sel.X)] = true
			}
			if len(n.Lhs) == len(n.Rhs) {
				j.name(n.Rhs[i], lhs)
			}
		}
	case *ast.ValueSpec:
		for i, v := range n.Values {
			j.name(v, n.Names[min(i, len(n.Names)-1)])
		}
	case *ast.KeyValueExpr:
		j.name(n.Value, n.Key)
	case *ast.CallExpr:
		switch web.Name(web.Callee(j.pass.TypesInfo, n)) {
		case "net/http.NewRequestWithContext", "net/http.Request.WithContext", "net/http.Request.Clone":
			j.contexts = true
		}
	}
	return true
}

// gives notes the clients that a function hands to whoever calls it, who may set
// a timeout.
func (j *judge) gives(f source.Func) {
	if f.Decl == nil || !f.Decl.Name.IsExported() {
		return
	}
	source.Inspect(f.Body, func(n ast.Node) bool {
		if ret, ok := n.(*ast.ReturnStmt); ok {
			for _, e := range ret.Results {
				if u, ok := e.(*ast.UnaryExpr); ok {
					e = u.X
				}
				j.given[e] = true
			}
		}
		return true
	})
}

func (j *judge) name(value, into ast.Expr) {
	if u, ok := value.(*ast.UnaryExpr); ok {
		value = u.X
	}
	if lit, ok := value.(*ast.CompositeLit); ok {
		j.names[lit] = source.Object(j.pass.TypesInfo, into)
	}
}

func isClient(t types.Type) bool { return web.TypeName(t) == "net/http.Client" }

func (j *judge) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		j.call(n)
	case *ast.CompositeLit:
		j.literal(n)
	}
	return true
}

// fail reports, unless it is a tool that waits, which somebody can interrupt.
func (j *judge) fail(at analysis.Range, format string, args ...any) {
	if j.tool {
		j.report.Undecided(Rule, at, "a command waits for ever here, and whoever called it may interrupt it")
		return
	}
	j.report.Report(Rule, at, nil, format, args...)
}

func (j *judge) call(call *ast.CallExpr) {
	switch web.Name(web.Callee(j.pass.TypesInfo, call)) {
	case "net/http.Get", "net/http.Head", "net/http.Post", "net/http.PostForm":
		if j.defaultIsLimited() {
			j.report.Examine(Rule, 1)
			return
		}
		j.fail(call, "%s uses the default client, which waits for ever: use an http.Client with Timeout", source.Callee(call))
	case "net/http.Client.Do":
		if j.isDefault(web.Receiver(call)) && len(call.Args) == 1 {
			j.defaultDo(call)
		}
	case "net/http.Client.Get", "net/http.Client.Head", "net/http.Client.Post", "net/http.Client.PostForm":
		if j.isDefault(web.Receiver(call)) && !j.defaultIsLimited() {
			j.fail(call, "%s uses the default client, which waits for ever: use an http.Client with Timeout", source.Callee(call))
		}
	}
}

func (j *judge) isDefault(e ast.Expr) bool {
	obj := source.Object(j.pass.TypesInfo, e)
	return obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == "net/http" && obj.Name() == "DefaultClient"
}

// defaultIsLimited knows http.DefaultClient.Timeout = ...
func (j *judge) defaultIsLimited() bool {
	for obj := range j.set {
		if obj != nil && obj.Name() == "DefaultClient" {
			return true
		}
	}
	return false
}

// defaultDo judges http.DefaultClient.Do(req) by the request's context.
func (j *judge) defaultDo(call *ast.CallExpr) {
	switch {
	case j.defaultIsLimited(), j.deadline(call.Args[0]):
		j.report.Examine(Rule, 1)
	case j.requestName(call.Args[0]) == "net/http.NewRequest":
		j.fail(call, "the default client sends %s without a deadline: use an http.Client with Timeout", source.Text(call.Args[0]))
	default:
		j.report.Undecided(Rule, call, "the default client waits for ever unless the context of "+source.Text(call.Args[0])+" has a deadline")
	}
}

func (j *judge) requestName(req ast.Expr) string {
	made, ok := j.scope.Resolve(req).(*ast.CallExpr)
	if !ok {
		return ""
	}
	return web.Name(web.Callee(j.pass.TypesInfo, made))
}

// deadline follows a request to the context that it was made with.
func (j *judge) deadline(req ast.Expr) bool {
	made, ok := j.scope.Resolve(req).(*ast.CallExpr)
	if !ok || len(made.Args) == 0 {
		return false
	}
	switch web.Name(web.Callee(j.pass.TypesInfo, made)) {
	case "net/http.NewRequestWithContext", "net/http.Request.WithContext":
		ctx, ok := j.scope.Resolve(made.Args[0]).(*ast.CallExpr)
		if !ok {
			return false
		}
		switch web.Name(web.Callee(j.pass.TypesInfo, ctx)) {
		case "context.WithTimeout", "context.WithDeadline", "context.WithTimeoutCause", "context.WithDeadlineCause":
			return true
		}
	}
	return false
}

func (j *judge) literal(lit *ast.CompositeLit) {
	if !isClient(j.pass.TypesInfo.TypeOf(lit)) {
		return
	}
	switch {
	case setsTimeout(lit), j.set[j.names[lit]] && j.names[lit] != nil:
		j.report.Examine(Rule, 1)
	case j.given[lit]:
		j.report.Undecided(Rule, lit, "the http.Client has no Timeout; whether those whom it is returned to set one is not known")
	case j.contexts:
		j.report.Undecided(Rule, lit, "the http.Client has no Timeout; whether the contexts of its requests have a deadline is set elsewhere")
	default:
		j.fail(lit, "http.Client has no Timeout: set one, or a hanging upstream holds the caller for ever")
	}
}

func setsTimeout(lit *ast.CompositeLit) bool {
	for _, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Timeout" {
			return true
		}
	}
	return false
}
