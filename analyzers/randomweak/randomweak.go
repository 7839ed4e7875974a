// Package randomweak reports secrets drawn from a predictable generator.
package randomweak

import (
	_ "embed"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: secrets come from crypto/rand.
var Rule = rule.Rule{
	ID: "random-weak", Title: "a secret is drawn from math/rand", Section: rule.Security, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 5, True: 5},
	Supports: []rule.Section{rule.Auth, rule.Secure},
	Why:      "Who sees a few values can compute the next ones: reset codes, session ids and tokens are guessed.",
	Fix:      "Use crypto/rand (rand.Text, rand.Read).",
	Limits:   "What a number is for is read from the names of the function and of the variable that it goes into; jitter, sampling and shuffling are not reported.",
	Example:  example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "randomweak", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

var secret = []string{"token", "tokens", "secret", "password", "passwd", "session", "nonce", "salt", "otp", "apikey", "csrf", "credential", "credentials", "pin", "passcode"}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for f := range source.Functions(pass) {
		for call := range source.Calls(f.Body) {
			fn := web.Callee(pass.TypesInfo, call)
			if fn == nil || fn.Pkg() == nil {
				continue
			}
			switch fn.Pkg().Path() {
			case "crypto/rand":
				r.Examine(Rule, 1)
			case "math/rand", "math/rand/v2":
				if fn.Name() == "New" || fn.Name() == "NewSource" || fn.Name() == "Seed" || fn.Name() == "NewPCG" {
					continue
				}
				if what := purpose(f, call); what != "" {
					r.Report(Rule, call, nil, "%s is predictable, and %s must not be: use crypto/rand", source.Callee(call), what)
				} else {
					r.Examine(Rule, 1)
				}
			}
		}
	}
	return r.Result()
}

// purpose names what the number is for if that must stay secret.
func purpose(f source.Func, call *ast.CallExpr) string {
	if f.Decl != nil && makes(f) && returnsText(f.Sig) && names.Has(f.Name(), secret...) {
		return "what " + f.Name() + " makes"
	}
	found := ""
	source.Inspect(f.Body, func(n ast.Node) bool {
		as, ok := n.(*ast.AssignStmt)
		if !ok || call.Pos() < as.Pos() || as.End() < call.End() {
			return true
		}
		for _, lhs := range as.Lhs {
			if name := names.Of(lhs); names.Has(name, secret...) {
				found = name
			}
		}
		return true
	})
	return found
}

// returnsText knows functions whose result can be the secret itself; what makes
// a session with a timer in it may draw numbers for the timer.
func returnsText(sig *types.Signature) bool {
	for v := range sig.Results().Variables() {
		switch t := v.Type().Underlying().(type) {
		case *types.Basic:
			return true
		case *types.Slice, *types.Array:
			return true
		case *types.Pointer:
			_, basic := t.Elem().Underlying().(*types.Basic)
			return basic
		}
	}
	return false
}

// makes knows functions whose name says that they make something: newToken, not
// RefreshTokenGrant, which may draw numbers for other ends.
func makes(f source.Func) bool {
	words := names.Words(f.Decl.Name.Name)
	return len(words) > 0 && slices.Contains([]string{"new", "make", "create", "gen", "generate", "random", "rand", "get", "issue", "build"}, words[0])
}
