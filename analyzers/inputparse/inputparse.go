// Package inputparse reports request input that is parsed or decoded without a
// look at the error.
package inputparse

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: the error of parsing or decoding input is checked.
var Rule = rule.Rule{
	ID: "input-parse-error-ignored", Title: "malformed request input goes unnoticed", Section: rule.Endpoints, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 4, True: 4},
	Supports: []rule.Section{rule.Errors},
	Why:      "A malformed request is handled as if it said zero or nothing: the wrong row is changed, and the client is told that all went well.",
	Fix:      "Check the error and answer 400.",
	Limits: "A value whose range is tested after its error was dropped is undecided, since zero may be meant as the default, and so is a flag read with " +
		"strconv.ParseBool or a form whose error is assigned to _. An error branch " +
		"that sets anything counts as handled. Helpers of the module that get the request, parse it and return an error are known; parsing far from the request is not seen.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "inputparse", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	FactTypes: []analysis.Fact{new(parsesRequest)},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	exportHelpers(pass, r)
	for f := range source.Functions(pass) {
		j := &judge{pass: pass, report: r, f: f, scope: web.NewScope(pass.TypesInfo, f.Body)}
		source.Inspect(f.Body, j.statement)
	}
	return r.Result()
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	f      source.Func
	scope  *web.Scope
}

// statement judges the parse calls that a statement holds at its top: dropped,
// assigned, or used in place (returned, passed on).
func (j *judge) statement(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ExprStmt:
		if call := j.parse(n.X); call != nil {
			j.report.Report(Rule, call, nil, "the error of %s is dropped, so malformed input goes unnoticed: check it and answer 400", source.Callee(call))
			return false
		}
	case *ast.AssignStmt:
		if len(n.Rhs) == 1 {
			if call := j.parse(n.Rhs[0]); call != nil {
				j.assigned(n, call)
				return false
			}
		}
	case *ast.CallExpr:
		if j.parse(n) != nil {
			j.report.Examine(Rule, 1)
		}
	}
	return true
}

// parse is the call in e if it turns request input into something else and can fail.
func (j *judge) parse(e ast.Expr) *ast.CallExpr {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return nil
	}
	if in, ok := j.scope.Input(call); ok {
		if in.Parses && in.Error {
			return call
		}
		return nil
	}
	fn := web.Callee(j.pass.TypesInfo, call)
	if fn == nil || len(call.Args) == 0 {
		return nil
	}
	if j.pass.ImportObjectFact(fn.Origin(), new(parsesRequest)) {
		return call
	}
	if !parsers[web.Name(fn)] {
		return nil
	}
	for _, arg := range call.Args {
		if j.scope.FromRequest(arg) {
			return call
		}
	}
	return nil
}

// parsers turn text into another type and return an error last.
var parsers = map[string]bool{
	"strconv.Atoi": true, "strconv.ParseInt": true, "strconv.ParseUint": true, "strconv.ParseFloat": true, "strconv.ParseBool": true,
	"time.Parse": true, "time.ParseDuration": true, "time.ParseInLocation": true, "net/url.Parse": true, "net/url.ParseQuery": true, "net/mail.ParseAddress": true,
	"encoding/base64.Encoding.DecodeString": true, "encoding/hex.DecodeString": true,
	"github.com/google/uuid.Parse": true, "github.com/google/uuid.ParseBytes": true, "github.com/gofrs/uuid.FromString": true,
	"github.com/shopspring/decimal.NewFromString": true, "go.mongodb.org/mongo-driver/bson/primitive.ObjectIDFromHex": true,
}

func (j *judge) assigned(as *ast.AssignStmt, call *ast.CallExpr) {
	last := as.Lhs[len(as.Lhs)-1]
	id, ok := last.(*ast.Ident)
	if !ok {
		j.report.Examine(Rule, 1)
		return
	}
	value := as.Lhs[0]
	switch {
	case id.Name == "_" && len(as.Lhs) > 1 && j.rangeTested(value, as.End()):
		j.report.Undecided(Rule, call, "the error of "+source.Callee(call)+" is dropped, but the range of "+source.Text(value)+" is tested after it")
	case id.Name == "_" && web.Name(web.Callee(j.pass.TypesInfo, call)) == "strconv.ParseBool":
		j.report.Undecided(Rule, call, "the error of "+source.Callee(call)+" is dropped; false may be meant for a flag that is absent")
	case id.Name == "_" && len(as.Lhs) == 1 && isForm(web.Callee(j.pass.TypesInfo, call)):
		j.report.Undecided(Rule, call, "the error of "+source.Callee(call)+" is dropped on purpose; the form is empty then, and what is read from it may be checked")
	case id.Name == "_":
		j.report.Report(Rule, call, nil, "the error of %s is dropped, so malformed input goes unnoticed: check it and answer 400", source.Callee(call))
	case j.overwritten(as, id):
		j.report.Report(Rule, call, nil, "the error of %s is overwritten before anything looks at it, so malformed input goes unnoticed: check it and answer 400", source.Callee(call))
	case j.onlyLogged(id, as.End()):
		j.report.Report(Rule, call, nil, "the error of %s is only logged and the handler goes on with what was parsed: answer 400 and return", source.Callee(call))
	default:
		j.report.Examine(Rule, 1)
	}
}

// overwritten reports whether the next statement that mentions the error, among
// those that always follow, gives it another value.
func (j *judge) overwritten(as *ast.AssignStmt, id *ast.Ident) bool {
	obj := j.pass.TypesInfo.ObjectOf(id)
	for _, stmt := range following(j.f.Body, as) {
		again, ok := stmt.(*ast.AssignStmt)
		if !j.mentions(stmt, obj) {
			continue
		}
		if !ok || again.Tok != token.ASSIGN && again.Tok != token.DEFINE {
			return false
		}
		for _, e := range again.Rhs {
			if j.mentions(e, obj) {
				return false
			}
		}
		for _, e := range again.Lhs {
			if l, ok := e.(*ast.Ident); ok && j.pass.TypesInfo.ObjectOf(l) == obj {
				return true
			}
		}
		return false
	}
	return false
}

// following are the statements after one in its list.
func following(body *ast.BlockStmt, stmt ast.Stmt) []ast.Stmt {
	var after []ast.Stmt
	source.Inspect(body, func(n ast.Node) bool {
		var list []ast.Stmt
		switch n := n.(type) {
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		}
		if i := slices.Index(list, stmt); i >= 0 {
			after = list[i+1:]
		}
		return after == nil
	})
	return after
}

func (j *judge) mentions(n ast.Node, obj types.Object) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && j.pass.TypesInfo.ObjectOf(id) == obj {
			found = true
		}
		return !found
	})
	return found
}

func isForm(fn *types.Func) bool {
	return fn != nil && (fn.Name() == "ParseForm" || fn.Name() == "ParseMultipartForm")
}

// rangeTested reports whether a parsed number is compared with something later.
func (j *judge) rangeTested(value ast.Expr, after token.Pos) bool {
	obj := source.Object(j.pass.TypesInfo, value)
	if obj == nil {
		return false
	}
	found := false
	source.Inspect(j.f.Body, func(n ast.Node) bool {
		b, ok := n.(*ast.BinaryExpr)
		if !ok || b.Pos() < after {
			return !found
		}
		switch b.Op {
		case token.LSS, token.LEQ, token.GTR, token.GEQ, token.EQL, token.NEQ:
			if source.Object(j.pass.TypesInfo, b.X) == obj || source.Object(j.pass.TypesInfo, b.Y) == obj {
				found = true
			}
		}
		return !found
	})
	return found
}

// onlyLogged reports whether the test of the error that follows does nothing
// but log: no way out, no assignment, no answer.
func (j *judge) onlyLogged(err *ast.Ident, after token.Pos) bool {
	obj := j.pass.TypesInfo.ObjectOf(err)
	test := j.firstTest(obj, after)
	if test == nil || test.Else != nil {
		return false
	}
	for _, stmt := range test.Body.List {
		es, ok := stmt.(*ast.ExprStmt)
		if !ok {
			return false
		}
		call, ok := es.X.(*ast.CallExpr)
		if !ok || !isLog(web.Callee(j.pass.TypesInfo, call)) {
			return false
		}
	}
	return true
}

// firstTest is the first "if err != nil" after pos.
func (j *judge) firstTest(obj types.Object, after token.Pos) *ast.IfStmt {
	var test *ast.IfStmt
	source.Inspect(j.f.Body, func(n ast.Node) bool {
		s, ok := n.(*ast.IfStmt)
		if !ok || test != nil || s.Cond.Pos() < after {
			return test == nil
		}
		b, ok := s.Cond.(*ast.BinaryExpr)
		if ok && b.Op == token.NEQ && source.Object(j.pass.TypesInfo, b.X) == obj {
			test = s
		}
		return test == nil
	})
	return test
}

// loggers are packages whose functions write log lines and, but for the fatal
// and panicking ones, come back.
var loggers = map[string]bool{
	"log": true, "log/slog": true, "github.com/sirupsen/logrus": true, "go.uber.org/zap": true, "github.com/rs/zerolog": true, "github.com/rs/zerolog/log": true,
}

func isLog(fn *types.Func) bool {
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	if name := web.Name(fn); name == "fmt.Println" || name == "fmt.Printf" || name == "fmt.Print" {
		return true
	}
	if !loggers[fn.Pkg().Path()] {
		return false
	}
	switch fn.Name() {
	case "Fatal", "Fatalf", "Fatalln", "Fatalw", "Panic", "Panicf", "Panicln", "Panicw":
		return false
	}
	return true
}
