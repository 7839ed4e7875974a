// Package servertimeout reports servers that wait for a slow client for ever.
package servertimeout

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

// Rule: servers limit how long reading a request may take.
var Rule = rule.Rule{
	ID: "server-without-timeout", Title: "a server has no read timeout", Section: rule.Production, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 31, True: 29, Disputed: 2},
	Supports: []rule.Section{rule.Security, rule.Secure},
	Why:      "A client that sends one byte a minute holds its connection for ever; a few thousand of them take the service down.",
	Fix:      "Build an http.Server with ReadHeaderTimeout (and ReadTimeout, IdleTimeout) instead of calling ListenAndServe or Run.",
	Limits: "A server whose fields are set in another package is undecided at best, and so are a port for profiles or probes and, outside of main, a server that a deferred call closes. Timeouts of a proxy in front are not known. Whether a " +
		"configured value is zero is not known either.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "servertimeout", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	j := &judge{pass: pass, report: diag.New(pass, Rule), set: map[types.Object]bool{}}
	for _, f := range diag.Files(pass) {
		ast.Inspect(f, j.collect)
	}
	for _, f := range diag.Files(pass) {
		j.names, j.passing = map[*ast.CompositeLit]types.Object{}, map[*ast.CompositeLit]bool{}
		j.profiles = importsProfiler(f)
		ast.Inspect(f, j.visit)
	}
	return j.report.Result()
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	// set are the variables (and fields) of which a read timeout is assigned
	// somewhere in the package; anySet that it is so of some server.
	set    map[types.Object]bool
	anySet bool
	names  map[*ast.CompositeLit]types.Object
	// passing are servers that stand while a function of a library runs.
	passing map[*ast.CompositeLit]bool
	// profiles says that the file imports net/http/pprof.
	profiles bool
}

// passes finds v := &http.Server{...} with a deferred v.Close or v.Shutdown, as a
// login that waits for the browser has it.
func (j *judge) passes(body *ast.BlockStmt) {
	closed := map[types.Object]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		if d, ok := n.(*ast.DeferStmt); ok {
			ast.Inspect(d, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Close" || sel.Sel.Name == "Shutdown") && isServer(j.pass.TypesInfo.TypeOf(sel.X)) {
					closed[source.Object(j.pass.TypesInfo, sel.X)] = true
				}
				return true
			})
		}
		return true
	})
	ast.Inspect(body, func(n ast.Node) bool {
		as, ok := n.(*ast.AssignStmt)
		if !ok || len(as.Lhs) != 1 || len(as.Rhs) != 1 || !closed[source.Object(j.pass.TypesInfo, as.Lhs[0])] {
			return true
		}
		value := as.Rhs[0]
		if u, ok := value.(*ast.UnaryExpr); ok {
			value = u.X
		}
		if lit, ok := value.(*ast.CompositeLit); ok {
			j.passing[lit] = true
		}
		return true
	})
}

func importsProfiler(f *ast.File) bool {
	return slices.ContainsFunc(f.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"net/http/pprof"` })
}

// servesProfiles knows http.ListenAndServe(addr, nil) beside an import of pprof:
// a port for operators.
func (j *judge) servesProfiles(call *ast.CallExpr) bool {
	return j.profiles && len(call.Args) > 0 && source.IsNil(j.pass.TypesInfo, call.Args[len(call.Args)-1])
}

var readTimeouts = []string{"ReadHeaderTimeout", "ReadTimeout"}

// collect finds srv.ReadTimeout = ...
func (j *judge) collect(n ast.Node) bool {
	as, ok := n.(*ast.AssignStmt)
	if !ok {
		return true
	}
	for _, lhs := range as.Lhs {
		sel, ok := lhs.(*ast.SelectorExpr)
		if !ok || !slices.Contains(readTimeouts, sel.Sel.Name) || !isServer(j.pass.TypesInfo.TypeOf(sel.X)) {
			continue
		}
		j.anySet = true
		if obj := source.Object(j.pass.TypesInfo, sel.X); obj != nil {
			j.set[obj] = true
		}
	}
	return true
}

func isServer(t types.Type) bool { return web.TypeName(t) == "net/http.Server" }

func (j *judge) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, rhs := range n.Rhs {
			if len(n.Lhs) == len(n.Rhs) {
				j.name(rhs, n.Lhs[i])
			}
		}
	case *ast.ValueSpec:
		for i, v := range n.Values {
			j.name(v, n.Names[i])
		}
	case *ast.KeyValueExpr:
		j.name(n.Value, n.Key)
	case *ast.FuncDecl:
		if n.Body != nil && j.pass.Pkg.Name() != "main" {
			j.passes(n.Body)
		}
	case *ast.CompositeLit:
		j.literal(n)
	case *ast.CallExpr:
		j.call(n)
	}
	return true
}

// name remembers which variable or field a literal is put into.
func (j *judge) name(value, into ast.Expr) {
	if u, ok := value.(*ast.UnaryExpr); ok {
		value = u.X
	}
	if lit, ok := value.(*ast.CompositeLit); ok {
		j.names[lit] = source.Object(j.pass.TypesInfo, into)
	}
}

func (j *judge) literal(lit *ast.CompositeLit) {
	if !isServer(j.pass.TypesInfo.TypeOf(lit)) {
		return
	}
	switch {
	case j.sets(lit), j.set[j.names[lit]]:
		j.report.Examine(Rule, 1)
	case j.passing[lit]:
		j.report.Undecided(Rule, lit, "the http.Server is closed again before the function that makes it ends")
	case j.local(lit):
		j.report.Undecided(Rule, lit, "the http.Server listens on this machine only, or for probes and profiles")
	case j.anySet:
		j.report.Undecided(Rule, lit, "the package sets read timeouts, perhaps of this http.Server")
	default:
		j.report.Report(Rule, lit, nil, "http.Server has neither ReadHeaderTimeout nor ReadTimeout: set one, or slow clients hold it for ever")
	}
}

// local knows addresses that nobody else reaches: Addr: "127.0.0.1:8080".
func (j *judge) local(lit *ast.CompositeLit) bool {
	for _, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok || source.Text(kv.Key) != "Addr" {
			continue
		}
		found := false
		ast.Inspect(kv.Value, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok && j.pass.TypesInfo.Types[e].Value != nil {
				text := strings.Trim(j.pass.TypesInfo.Types[e].Value.ExactString(), `"`)
				found = found || strings.HasPrefix(text, "127.0.0.1") || strings.HasPrefix(text, "localhost") || strings.HasPrefix(text, "[::1]") || names.Has(text, "health", "healthcheck", "healthz", "pprof")
			}
			return !found
		})
		return found
	}
	return false
}

// sets reports whether a literal gives a read timeout that is not the constant 0.
func (j *judge) sets(lit *ast.CompositeLit) bool {
	for _, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			return true // all fields are given
		}
		key, ok := kv.Key.(*ast.Ident)
		if !ok || !slices.Contains(readTimeouts, key.Name) {
			continue
		}
		if v := j.pass.TypesInfo.Types[kv.Value].Value; v == nil || v.String() != "0" {
			return true
		}
	}
	return false
}

// shortcuts start a server that has no timeouts and no way to set them.
var shortcuts = map[string]bool{
	"net/http.ListenAndServe": true, "net/http.ListenAndServeTLS": true, "net/http.Serve": true, "net/http.ServeTLS": true,
	"github.com/gin-gonic/gin.Engine.Run": true, "github.com/gin-gonic/gin.Engine.RunTLS": true, "github.com/gin-gonic/gin.Engine.RunListener": true,
	"github.com/gin-gonic/gin.Engine.RunUnix": true, "github.com/gin-gonic/gin.Engine.RunFd": true,
}

// echoStarts serve with e.Server, whose fields can be set before.
var echoStarts = map[string]bool{
	"github.com/labstack/echo.Echo.Start": true, "github.com/labstack/echo.Echo.StartTLS": true, "github.com/labstack/echo.Echo.StartAutoTLS": true,
}

func (j *judge) call(call *ast.CallExpr) {
	name := web.Name(web.Callee(j.pass.TypesInfo, call))
	switch {
	case shortcuts[name] && j.servesProfiles(call):
		j.report.Undecided(Rule, call, source.Callee(call)+" serves profiles, perhaps to operators only")
	case shortcuts[name], echoStarts[name] && !j.anySet:
		j.report.Report(Rule, call, nil, "%s serves without a read timeout: use an http.Server with ReadHeaderTimeout", source.Callee(call))
	case echoStarts[name]:
		j.report.Examine(Rule, 1)
	case name == "github.com/gofiber/fiber.New":
		j.fiber(call)
	}
}

// fiber judges fiber.New(fiber.Config{...}).
func (j *judge) fiber(call *ast.CallExpr) {
	if len(call.Args) == 0 {
		j.report.Report(Rule, call, nil, "fiber.New has no ReadTimeout: give it a fiber.Config with one")
		return
	}
	lit, ok := ast.Unparen(call.Args[0]).(*ast.CompositeLit)
	switch {
	case !ok:
		j.report.Undecided(Rule, call, "the configuration given to fiber.New is made elsewhere")
	case j.sets(lit):
		j.report.Examine(Rule, 1)
	default:
		j.report.Report(Rule, call, nil, "fiber.Config has no ReadTimeout: set one, or slow clients hold the server for ever")
	}
}
