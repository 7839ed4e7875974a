// Package middleware reports middleware whose refusal does not stop the request.
package middleware

import (
	_ "embed"
	"go/ast"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/answers"
	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: a refusal stops the handler.
var Rule = rule.Rule{
	ID: "middleware-misused", Title: "a middleware's refusal does not stop the handler", Section: rule.Auth, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 1, True: 1},
	Supports: []rule.Section{rule.Security, rule.Errors},
	Why:      "The client is told that it may not, and the handler does it all the same.",
	Fix:      "With gin abort (AbortWithStatusJSON); with echo and fiber return an error, or chain the middleware instead of calling it.",
	Limits: "Known shapes: a gin middleware (it calls Next) that answers an error without Abort; an echo or fiber handler that calls another one " +
		"as a check and goes on when its error is nil, which it is after an answer. Middleware without a call of Next is not told from a handler.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "middleware", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{answers.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	known := pass.ResultOf[answers.Analyzer].(*answers.Result)
	for f := range source.Functions(pass) {
		kind, ok := web.IsHandler(f.Sig)
		if !ok {
			continue
		}
		j := &judge{pass: pass, report: r, known: known, f: f, scope: web.NewScope(pass.TypesInfo, f.Body)}
		switch kind.Framework {
		case web.Gin, web.Hertz:
			if j.callsNext(kind.Framework) {
				j.refusals()
			}
		case web.Echo, web.Fiber:
			j.checks(kind.Framework)
		}
	}
	return r.Result()
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	known  *answers.Result
	f      source.Func
	scope  *web.Scope
}

// callsNext knows c.Next(); a handler that hands its own request to an
// http.Handler is the last of the chain.
func (j *judge) callsNext(framework web.Framework) bool {
	for call := range source.Calls(j.f.Body) {
		if a, ok := j.known.Of(j.scope, call); ok && a.Part == web.Next && a.Framework == framework {
			return true
		}
	}
	return false
}

// refusals judges the branches of a gin middleware that answer an error and return.
func (j *judge) refusals() {
	source.Inspect(j.f.Body, func(n ast.Node) bool {
		block, ok := n.(*ast.BlockStmt)
		if !ok || len(block.List) == 0 {
			return true
		}
		if _, leaves := block.List[len(block.List)-1].(*ast.ReturnStmt); !leaves {
			return true
		}
		var refusal *answers.Answer
		stopped := false
		for _, stmt := range block.List {
			for call := range source.Calls(stmt) {
				if web.Name(web.Callee(j.pass.TypesInfo, call)) == "github.com/gin-gonic/gin.Context.Abort" {
					stopped = true
				}
				if a, ok := j.known.Of(j.scope, call); ok {
					stopped = stopped || a.Stops || a.Helper != nil || a.Part == web.Next
					if a.Part == web.Whole && a.IsError() && refusal == nil {
						refusal = &a
					}
				}
			}
		}
		switch {
		case refusal == nil:
		case stopped:
			j.report.Examine(Rule, 1)
		default:
			j.report.Report(Rule, refusal.Call, nil, "%s refuses, but the next handler runs all the same: use c.AbortWithStatusJSON, or c.Abort", source.Callee(refusal.Call))
		}
		return true
	})
}

// checks judges calls of other handlers: after an answer their error is nil, so
// "if err := auth(c); err != nil" goes on.
func (j *judge) checks(framework web.Framework) {
	source.Inspect(j.f.Body, func(n ast.Node) bool {
		test, ok := n.(*ast.IfStmt)
		if !ok {
			return true
		}
		as, ok := test.Init.(*ast.AssignStmt)
		if !ok || len(as.Rhs) != 1 {
			return true
		}
		call, ok := as.Rhs[0].(*ast.CallExpr)
		if !ok {
			return true
		}
		fn := web.Callee(j.pass.TypesInfo, call)
		a, answersToo := j.known.Of(j.scope, call)
		if fn == nil || !answersToo || a.Helper == nil || a.Certain() || !a.Helper.Errors && a.Helper.Fixed < 400 {
			return true
		}
		if kind, ok := web.IsHandler(fn.Signature()); ok && kind.Exact && kind.Framework == framework {
			j.report.Report(Rule, call, nil, "%s answers a refusal and returns nil for it, so the handler goes on: chain it as middleware, or make it return an error", source.Callee(call))
		}
		return true
	})
}
