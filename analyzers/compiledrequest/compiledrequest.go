// Package compiledrequest reports expressions and templates that are compiled
// again at every call.
package compiledrequest

import (
	_ "embed"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/requests"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: what can be compiled once is.
var Rule = rule.Rule{
	ID: "compiled-per-request", Title: "a constant expression or template is compiled at every call", Section: rule.Performance, Severity: rule.Minor, Since: "1.0.0",
	Judged:   rule.Judged{Read: 26, True: 26},
	Supports: []rule.Section{rule.Performant},
	Why:      "Compiling costs a hundred times what matching does, and every request pays it again.",
	Fix:      "Compile into a package variable, or behind sync.OnceValue.",
	Limits: "Functions called main, init, New... or Must... are taken to run once, and so are the packages of commands (cmd, cli) where no handler leads there; what only they call is undecided. Template files are judged in functions that handle " +
		"requests only, since development servers reload them on purpose.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "compiledrequest", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{requests.Analyzer},
}

var expressions = []string{"regexp.MustCompile", "regexp.Compile", "regexp.MatchString", "regexp.MustCompilePOSIX", "regexp.CompilePOSIX"}

var templates = []string{
	"html/template.ParseFiles", "html/template.ParseFS", "html/template.ParseGlob", "text/template.ParseFiles", "text/template.ParseFS", "text/template.ParseGlob",
	"html/template.Template.ParseFiles", "html/template.Template.ParseFS", "html/template.Template.ParseGlob",
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	reached := pass.ResultOf[requests.Analyzer].(*requests.Result)
	tool := source.IsCommand(pass.Pkg) && (pass.Pkg.Name() != "main" || len(reached.Handlers) == 0)
	start := atStart(pass)
	for _, f := range diag.Files(pass) {
		packageLevel(pass, r, f)
	}
	for f := range source.Functions(pass) {
		handler, inRequest := reached.Reached(f)
		for call := range source.Calls(f.Body) {
			name := web.Name(web.Callee(pass.TypesInfo, call))
			switch {
			case slices.Contains(expressions, name) && len(call.Args) > 0 && source.IsConstant(pass.TypesInfo, call.Args[0]):
				switch {
				case runsOnce(f), tool && !inRequest:
					r.Examine(Rule, 1)
				case !inRequest && start[f.Body]:
					r.Undecided(Rule, call, f.Name()+" is called in this package by what runs at the start only")
				default:
					r.Report(Rule, call, nil, "%s compiles the constant %s at every call of %s: make it a package variable", source.Callee(call), source.Text(call.Args[0]), f.Name())
				}
			case slices.Contains(templates, name):
				if inRequest {
					r.Report(Rule, call, nil, "%s reads and compiles templates while %s handles a request: do it once at start", source.Callee(call), handler)
				} else {
					r.Examine(Rule, 1)
				}
			}
		}
	}
	return r.Result()
}

// packageLevel counts the sites that satisfy the rule: package variables.
func packageLevel(pass *analysis.Pass, r *diag.Reporter, f *ast.File) {
	for _, d := range f.Decls {
		if gen, ok := d.(*ast.GenDecl); ok {
			for call := range source.Calls(gen) {
				if name := web.Name(web.Callee(pass.TypesInfo, call)); slices.Contains(expressions, name) || slices.Contains(templates, name) {
					r.Examine(Rule, 1)
				}
			}
		}
	}
}

// atStart finds the functions that are called in their own package, and there
// only by functions that run once.
func atStart(pass *analysis.Pass) map[*ast.BlockStmt]bool {
	bodies := map[*types.Func]*ast.BlockStmt{}
	callers := map[*ast.BlockStmt][]source.Func{}
	for f := range source.Functions(pass) {
		if f.Decl != nil {
			if fn, ok := pass.TypesInfo.Defs[f.Decl.Name].(*types.Func); ok {
				bodies[fn] = f.Body
			}
		}
	}
	for f := range source.Functions(pass) {
		for call := range source.Calls(f.Body) {
			if callee := bodies[web.Callee(pass.TypesInfo, call)]; callee != nil && callee != f.Body {
				callers[callee] = append(callers[callee], f)
			}
		}
	}
	start := map[*ast.BlockStmt]bool{}
	for changed := true; changed; {
		changed = false
		for callee, from := range callers {
			if !start[callee] && !slices.ContainsFunc(from, func(f source.Func) bool { return f.Decl == nil || !runsOnce(f) && !start[f.Body] }) {
				start[callee], changed = true, true
			}
		}
	}
	return start
}

// runsOnce knows functions that set things up. A literal is often handed to
// sync.Once; what is compiled there is kept.
func runsOnce(f source.Func) bool {
	if f.Decl == nil {
		return true
	}
	for v := range f.Sig.Results().Variables() {
		if _, ok := v.Type().Underlying().(*types.Signature); ok {
			return true // middleware is made once
		}
	}
	name := strings.ToLower(f.Decl.Name.Name)
	for _, prefix := range []string{"main", "init", "new", "must", "setup", "register", "load", "build", "make", "compile", "parse", "up", "down", "migrate", "open", "connect", "start"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
