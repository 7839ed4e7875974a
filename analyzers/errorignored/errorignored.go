// Package errorignored reports errors that nobody looks at, by errcheck's
// judgement and with the exclusions that teams agree on.
package errorignored

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/kisielk/errcheck/errcheck"
	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/answers"
	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/embed"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: errors are checked.
var Rule = rule.Rule{
	ID: "error-ignored", Title: "a returned error is dropped", Section: rule.Errors, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Judged:   rule.Judged{Read: 27, True: 27},
	Supports: []rule.Section{rule.Production},
	Why:      "The operation failed and the caller was told that it succeeded: data is missing and no log says why.",
	Fix:      "Check the error and return it or answer with it; where it truly does not matter, write \"_ =\" and say why.",
	Limits: "Close, Flush, Rollback, Quit, printing, and writing bytes or text to a response are not expected to be checked, nor are errors " +
		"assigned to the blank identifier, which says that somebody decided. A function of the module that " +
		"answers the client is undecided. Calls through function values are judged by type only.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "errorignored", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{answers.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	found, err := embed.Diagnostics(pass, errcheck.Analyzer)
	if err != nil {
		return nil, err
	}
	ignored := map[token.Pos]bool{}
	for _, d := range found {
		ignored[d.Pos] = true
	}
	helpers := pass.ResultOf[answers.Analyzer].(*answers.Result)
	for _, f := range diag.Files(pass) {
		scope := web.NewScope(pass.TypesInfo, f)
		blank := blanks(f)
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || blank[call] || !returnsError(pass.TypesInfo, call) || excluded(pass.TypesInfo, scope, call) {
				return true
			}
			// errcheck marks the opening parenthesis.
			if ignored[call.Lparen] || ignored[call.Pos()] {
				if a, ok := helpers.Of(scope, call); ok && a.Helper != nil || answersByName(pass, call) {
					r.Undecided(Rule, call, "the error of "+source.Callee(call)+", which answers, is dropped; the client may be gone")
					return true
				}
				r.Report(Rule, call, nil, "the error of %s is dropped: check it, or assign it to _ and say why", source.Callee(call))
			} else {
				r.Examine(Rule, 1)
			}
			return true
		})
	}
	return r.Result()
}

// answersByName knows functions of the module that answer through a context of its
// own kind: response.SendJSON(c, ...).
func answersByName(pass *analysis.Pass, call *ast.CallExpr) bool {
	fn := web.Callee(pass.TypesInfo, call)
	if fn == nil || !source.SameModule(pass, fn.Pkg()) || !names.Has(fn.Name(), "send", "respond", "write", "reply", "render") {
		return false
	}
	for v := range fn.Signature().Params().Variables() {
		name := web.TypeName(v.Type())
		if name != "context.Context" && (strings.HasSuffix(name, "Context") || strings.HasSuffix(name, "Ctx") || strings.HasSuffix(name, "ResponseWriter")) {
			return true
		}
	}
	return false
}

// blanks are the calls whose error is assigned to the blank identifier.
func blanks(f *ast.File) map[*ast.CallExpr]bool {
	found := map[*ast.CallExpr]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		as, ok := n.(*ast.AssignStmt)
		if !ok || len(as.Rhs) != 1 {
			return true
		}
		call, isCall := ast.Unparen(as.Rhs[0]).(*ast.CallExpr)
		if last, ok := as.Lhs[len(as.Lhs)-1].(*ast.Ident); ok && isCall && last.Name == "_" {
			found[call] = true
		}
		return true
	})
	return found
}

// returnsError asks for the interface: a constructor of a concrete error type
// (gin's c.Error, echo.NewHTTPError) returns a value, not a failure.
func returnsError(info *types.Info, call *ast.CallExpr) bool {
	switch t := info.TypeOf(call).(type) {
	case *types.Tuple:
		for v := range t.Variables() {
			if web.IsError(v.Type()) {
				return true
			}
		}
	case types.Type:
		return web.IsError(t) && !info.Types[call.Fun].IsType()
	}
	return false
}

// excludedMethods fail in ways that no caller can act on, or keep the error for
// a later call that is checked.
var excludedMethods = map[string]bool{
	"SetDeadline": true, "SetReadDeadline": true, "SetWriteDeadline": true, // the next read or write fails too
	"Close": true, "Flush": true, "Rollback": true, "Sync": true, "Shutdown": true,
	"Quit": true, "Logout": true, "Disconnect": true, // good-bye to a server
	"Print": true, "Printf": true, "Println": true, "Print0": true,
}

// excludedFuncs by full name, as golangci-lint's default exclusions have them.
var excludedFuncs = map[string]bool{
	"os.Remove": true, "os.RemoveAll": true, "os.Setenv": true, "os.Unsetenv": true,
	"fmt.Fprint": true, "fmt.Fprintf": true, "fmt.Fprintln": true,
	"fmt.Print": true, "fmt.Printf": true, "fmt.Println": true,
	"bufio.Writer.Write": true, "bufio.Writer.WriteString": true, "bufio.Writer.WriteByte": true, "bufio.Writer.WriteRune": true,
	"encoding/csv.Writer.Write": true, "text/tabwriter.Writer.Write": true,
	"hash.Hash.Write": true, "errors.New": true, "fmt.Errorf": true, "errors.Join": true, "errors.Unwrap": true,
	"context.Context.Err": true, "context.Cause": true,
}

// beegoAnswers answer with a 500 themselves when encoding fails.
var beegoAnswers = map[string]bool{
	"ServeJSON": true, "ServeJSONP": true, "ServeXML": true, "ServeYAML": true, "ServeFormatted": true, "JSON": true, "XML": true, "Body": true,
}

func excluded(info *types.Info, scope *web.Scope, call *ast.CallExpr) bool {
	fn := web.Callee(info, call)
	name := web.Name(fn)
	if excludedFuncs[name] || fn != nil && fn.Signature().Recv() != nil && excludedMethods[fn.Name()] {
		return true
	}
	if fn != nil && fn.Pkg() != nil && strings.Contains(fn.Pkg().Path(), "/beego/") && beegoAnswers[fn.Name()] {
		return true
	}
	for _, symbol := range errcheck.DefaultExcludedSymbols {
		if fn != nil && fn.FullName() == symbol {
			return true
		}
	}
	if name == "io.Writer.Write" && strings.HasPrefix(web.TypeName(info.TypeOf(web.Receiver(call))), "hash.") {
		return true // a hash never fails
	}
	if (name == "io.Copy" || name == "io.CopyN") && len(call.Args) > 0 && strings.HasSuffix(source.Text(call.Args[0]), ".Discard") {
		return true
	}
	if in, ok := scope.Input(call); ok && in.Parses {
		return true // input-parse-error-ignored has it
	}
	if fn != nil && fn.Name() == "WriteString" && isAnswer(info, call) {
		return true
	}
	// Bytes that a client no longer reads are nobody's error; an encoder's
	// failure is, and is not excluded.
	a, ok := scope.Answer(call)
	return ok && a.Part == web.Piece && a.Encoding != "json" && a.Encoding != "xml" && a.Encoding != "html"
}

// isAnswer knows methods of a response, also of a router's own kind.
func isAnswer(info *types.Info, call *ast.CallExpr) bool {
	recv := web.Receiver(call)
	return recv != nil && (web.IsResponseWriter(info.TypeOf(recv)) || strings.HasSuffix(web.TypeName(info.TypeOf(recv)), ".ResponseWriter"))
}
