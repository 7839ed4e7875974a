// Package querycontext reports queries that do not stop when their request does.
package querycontext

import (
	_ "embed"
	"go/ast"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/sqlapi"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: the request's context reaches the query.
var Rule = rule.Rule{
	ID: "query-without-context", Title: "a query ignores the request's context", Section: rule.DataAccess, Severity: rule.Minor, Ratio: true, Since: "1.0.0",
	Judged:   rule.Judged{Read: 31, True: 30, Disputed: 1},
	Supports: []rule.Section{rule.Performant},
	Why:      "When the client is gone or the deadline is over, the query runs on and holds its connection.",
	Fix:      "Use the ...Context methods, and pass the request's context down to them.",
	Limits: "Queries in functions that set up or migrate are not judged, nor are CREATE, VACUUM and the like. Whether a context that is passed in comes from the request is taken on trust. ORMs other " +
		"than sqlx are not judged.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "querycontext", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	if strings.Contains(pass.Pkg.Path(), "migrat") {
		return r.Result()
	}
	for f := range source.Functions(pass) {
		if setsUp(f) {
			continue
		}
		at := hand(f)
		scope := web.NewScope(pass.TypesInfo, f.Body)
		for call := range source.Calls(f.Body) {
			q, ok := sqlapi.Of(web.Callee(pass.TypesInfo, call))
			switch {
			case !ok, maintains(scope, q, call):
			case q.Context < 0:
				r.Report(Rule, call, nil, "%s takes no context, so neither a deadline nor a client that is gone stops it: use the variant with a context", source.Callee(call))
			case at != "" && q.Context < len(call.Args) && isFresh(pass, call.Args[q.Context]):
				r.Report(Rule, call, nil, "%s gets %s although %s is at hand: pass that", source.Callee(call), source.Text(call.Args[q.Context]), at)
			default:
				r.Examine(Rule, 1)
			}
		}
	}
	return r.Result()
}

// maintains knows statements that no client waits for: they make or tidy the
// database.
func maintains(scope *web.Scope, q sqlapi.Query, call *ast.CallExpr) bool {
	if q.Text < 0 || q.Text >= len(call.Args) {
		return false
	}
	words := strings.Fields(strings.ToUpper(text(scope, call.Args[q.Text])))
	return len(words) > 0 && slices.Contains([]string{"CREATE", "ALTER", "DROP", "VACUUM", "ANALYZE", "REINDEX", "PRAGMA", "OPTIMIZE", "CHECKPOINT"}, strings.Trim(words[0], ";"))
}

// text is what is known of a query, at least how it begins.
func text(scope *web.Scope, e ast.Expr) string {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && len(call.Args) > 0 { // fmt.Sprintf("CREATE DATABASE %s", name)
		return scope.String(call.Args[0])
	}
	return scope.String(e)
}

// hand names the context or request among the parameters; empty where there is none.
func hand(f source.Func) string {
	for i, id := range f.Params() {
		if id == nil || id.Name == "_" || i >= f.Sig.Params().Len() {
			continue
		}
		t := f.Sig.Params().At(i).Type()
		if web.TypeName(t) == "context.Context" || web.IsRequest(t) {
			return id.Name
		}
	}
	return ""
}

func isFresh(pass *analysis.Pass, e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	name := web.Name(web.Callee(pass.TypesInfo, call))
	return name == "context.Background" || name == "context.TODO"
}

// setsUp knows functions that run before there are requests.
func setsUp(f source.Func) bool {
	decl := f.Decl
	if decl == nil {
		decl = f.Outer
	}
	if decl == nil { // a step of a migration in a package variable: func(tx *sql.Tx) error
		return f.Sig.Params().Len() == 1 && strings.Contains(web.TypeName(f.Sig.Params().At(0).Type()), "sql")
	}
	return names.Has(decl.Name.Name, "main", "init", "install", "upgrade", "migrate", "migration", "migrations", "seed", "setup", "connect", "schema")
}
