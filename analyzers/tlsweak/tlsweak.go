// Package tlsweak reports TLS without verification or below version 1.2.
package tlsweak

import (
	_ "embed"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: TLS is verified and at least 1.2.
var Rule = rule.Rule{
	ID: "tls-weak", Title: "TLS is not verified, or older than 1.2", Section: rule.Security, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 8, True: 7, Disputed: 1},
	Supports: []rule.Section{rule.Secure},
	Why:      "Whoever sits on the way can read and change what is sent: the certificate is not looked at, or the protocol is broken.",
	Fix:      "Remove InsecureSkipVerify and give the right RootCAs; leave MinVersion at its default or set tls.VersionTLS12 or later.",
	Limits:   "InsecureSkipVerify that is configured is undecided, and so it is where a setting or a name asks for it or the function only probes; with VerifyConnection or VerifyPeerCertificate set it is taken to be replaced by that check.",
	Example:  example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "tlsweak", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	j := &judge{pass: pass, report: diag.New(pass, Rule)}
	for _, f := range diag.Files(pass) {
		ast.Inspect(f, j.visit)
	}
	return j.report.Result()
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	// chosen is code that runs only where a setting, or the name of the function
	// that is called, asks for no verification.
	chosen []span
}

type span struct{ from, to token.Pos }

var noVerification = []string{"insecure", "skip", "verify", "unverified"}

// probes reports whether a function asks only whether something is there.
func probes(name string) bool {
	return names.Has(name, "probe", "detect", "discover", "scan", "available", "reachable", "alive")
}

// asks reports whether an expression or a name asks for no verification.
func asks(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			found = found || names.Has(n.Name, noVerification...)
		case *ast.BasicLit: // os.Getenv("SKIP_TLS_VERIFY")
			found = found || names.Has(strings.Trim(n.Value, "\"`"), noVerification...)
		}
		return !found
	})
	return found
}

func leaves(body *ast.BlockStmt) bool {
	if len(body.List) == 0 {
		return false
	}
	_, ok := body.List[len(body.List)-1].(*ast.ReturnStmt)
	return ok
}

func (j *judge) isChosen(at analysis.Range) bool {
	return slices.ContainsFunc(j.chosen, func(s span) bool { return s.from <= at.Pos() && at.End() <= s.to })
}

func (j *judge) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BlockStmt:
		for _, stmt := range n.List {
			if test, ok := stmt.(*ast.IfStmt); ok && asks(test.Cond) && leaves(test.Body) {
				j.chosen = append(j.chosen, span{test.End(), n.End()})
			}
		}
	case *ast.IfStmt:
		if asks(n.Cond) {
			j.chosen = append(j.chosen, span{n.Body.Pos(), n.Body.End()})
		}
	case *ast.FuncDecl:
		if n.Body != nil && (asks(n.Name) || probes(n.Name.Name)) {
			j.chosen = append(j.chosen, span{n.Body.Pos(), n.Body.End()})
		}
	case *ast.CompositeLit:
		if isConfig(j.pass.TypesInfo.TypeOf(n)) {
			j.literal(n)
		}
	case *ast.AssignStmt:
		for i, lhs := range n.Lhs {
			sel, ok := lhs.(*ast.SelectorExpr)
			if ok && asks(sel.X) { // insecure.TLSClientConfig = ...
				j.chosen = append(j.chosen, span{n.Pos(), n.End()})
			}
			if ok && len(n.Lhs) == len(n.Rhs) && isConfig(j.pass.TypesInfo.TypeOf(sel.X)) {
				j.field(n, sel.Sel.Name, n.Rhs[i])
			}
		}
	}
	return true
}

func isConfig(t types.Type) bool { return web.TypeName(t) == "crypto/tls.Config" }

func (j *judge) literal(lit *ast.CompositeLit) {
	fields := map[string]ast.Expr{}
	for _, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok {
				fields[key.Name] = kv.Value
			}
		}
	}
	if fields["VerifyConnection"] != nil || fields["VerifyPeerCertificate"] != nil {
		delete(fields, "InsecureSkipVerify")
	}
	skip, min := fields["InsecureSkipVerify"], fields["MinVersion"]
	if skip == nil && min == nil {
		j.report.Examine(Rule, 1)
		return
	}
	if skip != nil {
		j.field(skip, "InsecureSkipVerify", skip)
	}
	if min != nil {
		j.field(min, "MinVersion", min)
	}
}

const tls12 = 0x0303

// field judges one field of a tls.Config.
func (j *judge) field(at analysis.Range, name string, value ast.Expr) {
	v := j.pass.TypesInfo.Types[value].Value
	switch name {
	case "InsecureSkipVerify":
		switch {
		case v == nil:
			j.report.Undecided(Rule, at, "InsecureSkipVerify is configured")
		case v.Kind() == constant.Bool && constant.BoolVal(v) && j.isChosen(at):
			j.report.Undecided(Rule, at, "InsecureSkipVerify is set where a setting or a name asks for it")
		case v.Kind() == constant.Bool && constant.BoolVal(v):
			j.report.Report(Rule, at, nil, "InsecureSkipVerify accepts every certificate: verify it, with RootCAs where it is your own")
		default:
			j.report.Examine(Rule, 1)
		}
	case "MinVersion":
		if v != nil {
			if n, ok := constant.Int64Val(constant.ToInt(v)); ok && n > 0 && n < tls12 {
				j.report.Report(Rule, at, nil, "MinVersion allows TLS before 1.2: set tls.VersionTLS12 or later")
				return
			}
		}
		j.report.Examine(Rule, 1)
	}
}
