// Package sensitivelog reports secrets that are written into logs.
package sensitivelog

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/logging"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: secrets stay out of logs.
var Rule = rule.Rule{
	ID: "sensitive-data-logged", Title: "a password, token or credential header is logged", Section: rule.Compliant, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 2, True: 2},
	Supports: []rule.Section{rule.Security, rule.Secure},
	Why:      "Logs are copied, kept and read by many: what is in them is as good as published.",
	Fix:      "Leave it out, or log an id or a length instead.",
	Limits: "What is a secret is read from names of strings, and from the Authorization and Cookie headers. Personal data other than " +
		"credentials is not known by name. A value that goes through any function first counts as masked. What a command prints for its " +
		"user (fmt.Print in main, cmd and cli packages) is no log.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "sensitivelog", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	command := source.IsCommand(pass.Pkg)
	for f := range source.Functions(pass) {
		for call := range source.Calls(f.Body) {
			fn := web.Callee(pass.TypesInfo, call)
			if logging.Of(fn) == logging.None || command && fn.Pkg().Path() == "fmt" {
				continue
			}
			clean := true
			for _, arg := range call.Args {
				if what := secret(pass, arg); what != "" {
					clean = false
					if madeHere(pass, call) {
						r.Undecided(Rule, arg, source.Callee(call)+" shows "+what+", which was made for whoever reads it first")
						continue
					}
					r.Report(Rule, arg, nil, "%s logs %s: leave it out", source.Callee(call), what)
				}
			}
			if clean {
				r.Examine(Rule, 1)
			}
		}
	}
	return r.Result()
}

// madeHere knows a line that hands out a secret which the program has just made:
// "password of admin, generated: ...".
func madeHere(pass *analysis.Pass, call *ast.CallExpr) bool {
	for _, arg := range call.Args {
		if v := pass.TypesInfo.Types[arg].Value; v != nil && names.Has(v.ExactString(), "generated", "initial", "temporary") {
			return true
		}
	}
	return false
}

// secret names what an argument gives away; empty where it gives nothing.
func secret(pass *analysis.Pass, e ast.Expr) string {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr:
		if source.IsConstant(pass.TypesInfo, e) || !isText(pass.TypesInfo.TypeOf(e)) {
			return ""
		}
		if name := names.Of(e); names.IsSecret(name) && !harmless(name) {
			return source.Text(e)
		}
	case *ast.BinaryExpr:
		if x.Op != token.ADD {
			return "" // whether it is set
		}
		if what := secret(pass, x.X); what != "" {
			return what
		}
		return secret(pass, x.Y)
	case *ast.CallExpr:
		if header(pass, x) {
			return source.Text(x)
		}
		if pass.TypesInfo.Types[x.Fun].IsType() && len(x.Args) == 1 {
			return secret(pass, x.Args[0])
		}
		if web.Name(web.Callee(pass.TypesInfo, x)) == "fmt.Sprintf" {
			for _, a := range x.Args[1:] {
				if what := secret(pass, a); what != "" {
					return what
				}
			}
		}
	}
	return ""
}

func isText(t types.Type) bool {
	if source.IsString(t) {
		return true
	}
	if t == nil {
		return false
	}
	if s, ok := t.Underlying().(*types.Slice); ok {
		b, ok := s.Elem().Underlying().(*types.Basic)
		return ok && b.Kind() == types.Byte
	}
	return false
}

// harmless knows tokens of other kinds: of a parser, of a page, made to be shown.
func harmless(name string) bool {
	words := names.Words(name)
	return len(words) == 1 && (words[0] == "token" || words[0] == "tok") ||
		slices.Equal(words, []string{"session", "key"}) || // the key of a session in a table
		names.Has(name, "page", "next", "continuation", "public", "csrf", "masked", "redacted", "hidden", "encrypted", "hashed", "hash", "resume", "sync")
}

// header knows r.Header.Get("Authorization") and its kin.
func header(pass *analysis.Pass, call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 1 || sel.Sel.Name != "Get" && sel.Sel.Name != "GetHeader" && sel.Sel.Name != "Values" {
		return false
	}
	switch strings.ToLower(strings.Trim(source.Text(call.Args[0]), `"`)) {
	case "authorization", "cookie", "set-cookie", "x-api-key", "proxy-authorization":
		return true
	}
	return false
}
