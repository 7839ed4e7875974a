// Package exitoutside reports code that ends the process from deep inside.
package exitoutside

import (
	_ "embed"
	"go/ast"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/requests"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: only main ends the process.
var Rule = rule.Rule{
	ID: "exit-outside-main", Title: "the process is ended outside of main", Section: rule.Errors, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 22, True: 21, Disputed: 1},
	Supports: []rule.Section{rule.Production},
	Why:      "One bad request or one lost connection takes the whole service down, without deferred clean-up and without a chance for the caller.",
	Fix:      "Return an error; let main log it and exit.",
	Limits: "Package main, init functions, functions named Must..., and packages of commands (cmd, cli) may exit, unless they handle requests. " +
		"Exits through function values are not seen.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "exitoutside", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{requests.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	reached := pass.ResultOf[requests.Analyzer].(*requests.Result)
	command := source.IsCommand(pass.Pkg)
	for f := range source.Functions(pass) {
		handler, inRequest := reached.Reached(f)
		for call := range source.Calls(f.Body) {
			switch {
			case !exits(pass, call):
			case inRequest:
				r.Report(Rule, call, nil, "%s ends the service while %s handles a request: return an error", source.Callee(call), handler)
			case command || mayExit(f):
				r.Examine(Rule, 1)
			case f.Decl != nil && names.Has(f.Decl.Name.Name, "exit", "fatal", "fatalf", "fatalln", "die", "abort"):
				r.Undecided(Rule, call, f.Name()+" is there to end the process; its callers are not followed")
			default:
				r.Report(Rule, call, nil, "%s ends the process inside %s: return an error and let main exit", source.Callee(call), f.Name())
			}
		}
	}
	return r.Result()
}

func mayExit(f source.Func) bool {
	decl := f.Decl
	if decl == nil {
		decl = f.Outer
	}
	return decl != nil && (decl.Name.Name == "init" || decl.Name.Name == "TestMain" || strings.HasPrefix(strings.ToLower(decl.Name.Name), "must"))
}

// fatal are methods and functions named so in these packages.
var fatal = map[string]bool{
	"log": true, "github.com/sirupsen/logrus": true, "go.uber.org/zap": true, "github.com/rs/zerolog": true, "github.com/rs/zerolog/log": true,
	"github.com/charmbracelet/log": true, "github.com/golang/glog": true, "k8s.io/klog": true, "github.com/apex/log": true,
}

func exits(pass *analysis.Pass, call *ast.CallExpr) bool {
	fn := web.Callee(pass.TypesInfo, call)
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	if web.Name(fn) == "os.Exit" {
		return true
	}
	if fn.Pkg().Path() == "go.uber.org/zap" && fn.Signature().Recv() == nil {
		return false // zap.Fatal... builds a field
	}
	return fatal[web.PackagePath(fn.Pkg())] && strings.HasPrefix(fn.Name(), "Fatal") && fn.Name() != "FatalLevel"
}
