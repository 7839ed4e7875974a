// Package retry reports packages that give up on other services at the first failure.
package retry

import (
	_ "embed"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: what can be sent twice is sent again.
var Rule = rule.Rule{
	ID: "retry-missing", Title: "a package sends idempotent requests and retries none", Section: rule.Integration, Severity: rule.Info, Since: "1.0.0",
	Supports: []rule.Section{rule.Production},
	Why:      "One dropped connection or one restart of the other side becomes an error of this one.",
	Fix:      "Send GET, HEAD, PUT and DELETE again a few times, with growing and random pauses, as long as the context lasts.",
	Limits: "One finding for a package. Its requests of these methods through the default client, or through an http.Client without a transport that the package itself makes, are judged; " +
		"a package that mentions retries anywhere, or sends in a loop, is taken to retry. Clients that come from elsewhere are undecided. A caller in another package that tries again is not seen. Commands, tools and functions that probe (ping, check, health, version) are not judged.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "retry", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	j := &judge{pass: pass}
	if aside(pass.Pkg) {
		return r.Result()
	}
	for f := range source.Functions(pass) {
		if !probes(f) {
			j.function(f)
		}
	}
	switch {
	case len(j.plain)+len(j.foreign) == 0:
	case j.looped || mentionsRetry(pass):
		r.Examine(Rule, 1)
	case len(j.plain) > 0:
		r.Report(Rule, j.plain[0], nil, "package %s sends %s and has no retry of its own: try again with backoff, there or in its callers", pass.Pkg.Name(), counted(len(j.plain)))
	default:
		r.Undecided(Rule, j.foreign[0], "whether the client that "+source.Callee(j.foreign[0])+" uses retries is set elsewhere")
	}
	return r.Result()
}

// aside are packages of commands and tools, whose user tries again.
func aside(pkg *types.Package) bool {
	return source.IsCommand(pkg) || names.Has(pkg.Path(), "tool", "tools", "debug", "doctor", "detect", "update", "updater", "support", "health")
}

// probes knows functions that ask whether something is there: the first answer is
// the one that they want.
func probes(f source.Func) bool {
	decl := f.Decl
	if decl == nil {
		decl = f.Outer
	}
	return decl != nil && names.Has(decl.Name.Name, "ping", "check", "health", "probe", "detect", "ready", "alive", "version", "wait", "test", "poll", "update", "updates")
}

func counted(n int) string {
	if n == 1 {
		return "an idempotent request"
	}
	return "idempotent requests in several places"
}

// mentionsRetry looks for retries by name: a library, a function, a variable.
func mentionsRetry(pass *analysis.Pass) bool {
	for _, imp := range pass.Pkg.Imports() {
		if named(imp.Path()) {
			return true
		}
	}
	for _, f := range diag.Files(pass) {
		for n := range ast.Preorder(f) {
			if id, ok := n.(*ast.Ident); ok && named(id.Name) {
				return true
			}
		}
	}
	return false
}

func named(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"retry", "retries", "backoff", "attempt", "failsafe", "resilien"}, func(word string) bool { return strings.Contains(name, word) })
}

// judge collects the idempotent requests of a package.
type judge struct {
	pass *analysis.Pass
	// plain go through a client that retries nothing, foreign through one that may.
	plain, foreign []*ast.CallExpr
	looped         bool
}

func (j *judge) function(f source.Func) {
	scope := web.NewScope(j.pass.TypesInfo, f.Body)
	var loops []ast.Node
	source.Inspect(f.Body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ForStmt:
			loops = append(loops, n)
		}
		return true
	})
	for call := range source.Calls(f.Body) {
		switch j.sends(scope, call) {
		case nothing:
			continue
		case viaPlain:
			j.plain = append(j.plain, call)
		case viaForeign:
			j.foreign = append(j.foreign, call)
		}
		j.looped = j.looped || slices.ContainsFunc(loops, func(l ast.Node) bool { return l.Pos() <= call.Pos() && call.End() <= l.End() })
	}
}

type sending int

const (
	nothing sending = iota
	viaPlain
	viaForeign
)

// sends tells idempotent requests by the client that they go through.
func (j *judge) sends(scope *web.Scope, call *ast.CallExpr) sending {
	switch web.Name(web.Callee(j.pass.TypesInfo, call)) {
	case "net/http.Get", "net/http.Head":
		return viaPlain
	case "net/http.Client.Get", "net/http.Client.Head":
		return j.client(scope, web.Receiver(call))
	case "net/http.Client.Do":
		if len(call.Args) == 1 && j.idempotent(scope, call.Args[0]) {
			return j.client(scope, web.Receiver(call))
		}
	}
	return nothing
}

// idempotent knows requests that were made here, with a method that may be sent twice.
func (j *judge) idempotent(scope *web.Scope, req ast.Expr) bool {
	made, ok := scope.Resolve(req).(*ast.CallExpr)
	if !ok {
		return false
	}
	method := 0
	switch web.Name(web.Callee(j.pass.TypesInfo, made)) {
	case "net/http.NewRequest":
	case "net/http.NewRequestWithContext":
		method = 1
	default:
		return false
	}
	return slices.Contains([]string{"GET", "HEAD", "PUT", "DELETE"}, scope.String(made.Args[method]))
}

// client says whose client is used: the default one and those that the package
// makes without a transport retry nothing.
func (j *judge) client(scope *web.Scope, e ast.Expr) sending {
	e = scope.Resolve(e)
	obj := source.Object(j.pass.TypesInfo, e)
	if obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == "net/http" && obj.Name() == "DefaultClient" {
		return viaPlain
	}
	lits := j.literals(e, obj)
	if len(lits) == 0 {
		return viaForeign
	}
	for _, lit := range lits {
		for _, elt := range lit.Elts {
			kv, ok := elt.(*ast.KeyValueExpr)
			if !ok || source.Text(kv.Key) == "Transport" {
				return viaForeign
			}
		}
	}
	return viaPlain
}

// literals are the clients that a package sets a variable or field to; none
// where something else is assigned as well.
func (j *judge) literals(e ast.Expr, obj types.Object) []*ast.CompositeLit {
	if lit := literal(e); lit != nil {
		return []*ast.CompositeLit{lit}
	}
	if obj == nil {
		return nil
	}
	var found []*ast.CompositeLit
	others := false
	set := func(target, value ast.Expr) {
		if source.Object(j.pass.TypesInfo, target) != obj {
			return
		}
		if lit := literal(value); lit != nil {
			found = append(found, lit)
		} else {
			others = true
		}
	}
	for _, f := range diag.Files(j.pass) {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, lhs := range n.Lhs {
					set(lhs, n.Rhs[min(i, len(n.Rhs)-1)])
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if len(n.Values) > 0 {
						set(name, n.Values[min(i, len(n.Values)-1)])
					}
				}
			case *ast.KeyValueExpr:
				set(n.Key, n.Value)
			case *ast.SelectorExpr: // client.Transport = ...
				others = others || n.Sel.Name == "Transport" && source.Object(j.pass.TypesInfo, n.X) == obj
			}
			return true
		})
	}
	if others {
		return nil
	}
	return found
}

func literal(e ast.Expr) *ast.CompositeLit {
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok {
		e = u.X
	}
	lit, _ := ast.Unparen(e).(*ast.CompositeLit)
	return lit
}
