// Package errordetail reports internal error text that reaches the client.
package errordetail

import (
	_ "embed"
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/answers"
	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: internal error text does not reach the client.
var Rule = rule.Rule{
	ID: "error-detail-leaked", Title: "internal error text is sent to the client", Section: rule.Security, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 20, True: 19, Disputed: 1},
	Supports: []rule.Section{rule.Errors, rule.Secure},
	Why:      "Driver and system errors name tables, hosts, paths and queries: a map of the inside for whoever probes the API.",
	Fix:      "Log the error and answer with a fixed text; send details only where they describe the client's own input.",
	Limits: "Answers below 500 are taken for deliberate unless the error comes straight from a database, file or network call. With a status that is " +
		"computed the site is undecided. Error types of the module are taken to be written for clients.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "errordetail", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{answers.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	known := pass.ResultOf[answers.Analyzer].(*answers.Result)
	for f := range source.Functions(pass) {
		j := &judge{pass: pass, report: r, known: known, f: f, scope: web.NewScope(pass.TypesInfo, f.Body)}
		j.statuses()
		for call := range source.Calls(f.Body) {
			if a, ok := known.Of(j.scope, call); ok && a.Part != web.Next && len(a.Bodies) > 0 {
				j.answer(a)
			}
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
	// before maps a call that writes a body to the status set earlier in the
	// same list of statements.
	before map[*ast.CallExpr]answers.Answer
}

// statuses finds w.WriteHeader(500) above w.Write(...).
func (j *judge) statuses() {
	j.before = map[*ast.CallExpr]answers.Answer{}
	source.Inspect(j.f.Body, func(n ast.Node) bool {
		var last *answers.Answer
		for _, stmt := range statements(n) {
			for call := range source.Calls(stmt) {
				a, ok := j.known.Of(j.scope, call)
				switch {
				case !ok:
				case a.Part == web.Status:
					last = &a
				case last != nil:
					j.before[call] = *last
				}
			}
		}
		return true
	})
}

func statements(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

// answer judges one call that writes a body.
func (j *judge) answer(a answers.Answer) {
	code, computed := a.Code, a.CodeExpr != nil && a.Code == 0
	if a.CodeExpr == nil && a.Code == 0 {
		if set, ok := j.before[a.Call]; ok {
			code, computed = set.Code, set.Code == 0
		}
	}
	if a.Helper != nil && a.Helper.Errors && code == 0 {
		computed = true
	}
	if code != 0 && code < 400 {
		return // not an error answer
	}
	leaf, internal, found := j.errorText(a)
	if !found {
		if code >= 400 || computed {
			j.report.Examine(Rule, 1)
		}
		return
	}
	switch {
	case code >= 500 || internal:
		j.report.Report(Rule, a.Call, nil, "%s sends the text of %s to the client%s: log it and answer with a fixed text",
			source.Callee(a.Call), source.Text(leaf.Expr), withStatus(code))
	case code >= 400:
		j.report.Examine(Rule, 1)
	case j.parameter(a):
		// The helper's callers say which status, and are judged there.
	default:
		j.report.Undecided(Rule, a.Call, "the text of "+source.Text(leaf.Expr)+" is sent with a status that is not constant")
	}
}

func withStatus(code int) string {
	if code == 0 {
		return ""
	}
	return " with status " + strconv.Itoa(code)
}

// parameter reports whether the status is the function's own parameter.
func (j *judge) parameter(a answers.Answer) bool {
	e := a.CodeExpr
	if e == nil {
		e = j.before[a.Call].CodeExpr
	}
	if e == nil {
		return false
	}
	obj := source.Object(j.pass.TypesInfo, e)
	return slices.ContainsFunc(j.f.Params(), func(id *ast.Ident) bool { return id != nil && obj != nil && j.pass.TypesInfo.Defs[id] == obj })
}

// errorText finds an error whose text goes into the body; internal says that it
// comes straight from a database, file or network call.
func (j *judge) errorText(a answers.Answer) (leaf answers.Leaf, internal, found bool) {
	for _, body := range a.Bodies {
		for l := range answers.Text(j.pass.TypesInfo, j.scope, body) {
			if !web.IsError(j.pass.TypesInfo.TypeOf(l.Expr)) || !l.Printed && !printsErrors(a) || j.ours(a, l) {
				continue
			}
			origin := j.origin(l.Expr)
			if origin == forClients {
				continue
			}
			if !found || origin == fromSystem {
				leaf, found = l, true
			}
			internal = internal || origin == fromSystem
		}
	}
	return leaf, internal, found
}

// printsErrors says that an error given as it is comes out as its text; JSON
// shows an error's exported fields, which are mostly none.
func printsErrors(a answers.Answer) bool {
	return a.Encoding == "text" || a.Encoding == "helper"
}

// ours avoids a second report where a helper with its own 5xx status prints
// the error that it is given: the helper's body is reported.
func (j *judge) ours(a answers.Answer, l answers.Leaf) bool {
	return a.Helper != nil && a.Helper.Fixed >= 500 && !l.Printed
}

type origin int

const (
	unknown origin = iota
	forClients
	fromSystem
)

// origin looks where an error was last assigned.
func (j *judge) origin(e ast.Expr) origin {
	obj := source.Object(j.pass.TypesInfo, e)
	if v, ok := obj.(*types.Var); ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
		return forClients // a sentinel has a fixed text
	}
	if obj == nil {
		return unknown
	}
	call, ok := source.Assigned(j.pass.TypesInfo, j.f.Body, obj, e.Pos()).(*ast.CallExpr)
	if !ok {
		return unknown
	}
	return j.originOf(call)
}

func (j *judge) originOf(call *ast.CallExpr) origin {
	fn := web.Callee(j.pass.TypesInfo, call)
	if fn == nil || fn.Pkg() == nil {
		return unknown
	}
	if name := web.Name(fn); name == "errors.New" || name == "fmt.Errorf" {
		for _, arg := range call.Args {
			if web.IsError(j.pass.TypesInfo.TypeOf(arg)) {
				return unknown
			}
		}
		return forClients // made here, of text that is chosen here
	}
	if r, ok := web.Reader(fn); ok && r.Place != 0 || parsers[fn.Pkg().Path()] {
		return forClients // says what is wrong with the input
	}
	if inside(fn) {
		return fromSystem
	}
	return unknown
}

// parsers are packages whose errors describe the text that they were given.
var parsers = map[string]bool{
	"strconv": true, "encoding/json": true, "encoding/xml": true, "encoding/base64": true, "encoding/hex": true, "time": true,
	"net/url": true, "net/mail": true, "mime": true, "mime/multipart": true, "encoding/csv": true, "regexp": true,
	"github.com/google/uuid": true, "github.com/gofrs/uuid": true, "github.com/go-playground/validator/v10": true,
}

// inside reports whether a function talks to the database, the system or the
// network, so that its errors speak of those.
func inside(fn *types.Func) bool {
	path := fn.Pkg().Path()
	switch path {
	case "os", "os/exec", "io/fs", "net", "net/smtp", "crypto/tls":
		return true
	case "net/http":
		recv := fn.Signature().Recv()
		return recv != nil && web.TypeName(recv.Type()) == "net/http.Client"
	}
	for _, prefix := range []string{
		"database/sql", "gorm.io/", "github.com/jmoiron/sqlx", "github.com/jackc/pgx", "github.com/uptrace/bun", "go.mongodb.org/",
		"github.com/redis/", "github.com/go-redis/", "github.com/lib/pq", "go.etcd.io/bbolt", "github.com/mattn/go-sqlite3",
	} {
		if path == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/") {
			return true
		}
	}
	return false
}
