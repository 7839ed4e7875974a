// Package upstream judges what becomes of the answers of other services: the
// body must be closed and the status looked at.
package upstream

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

var (
	//go:embed body.txtar
	bodyExample string
	//go:embed status.txtar
	statusExample string
)

// BodyRule: the body of an answer is closed.
var BodyRule = rule.Rule{
	ID: "response-body-leaked", Title: "the body of an HTTP response is not closed", Section: rule.Integration, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 19, True: 19},
	Supports: []rule.Section{rule.Performant},
	Why:      "The connection is never given back: each call opens a new one until file descriptors run out.",
	Fix:      "defer resp.Body.Close() after the error check.",
	Limits:   "Answers to HEAD have no body. A response that is returned, stored or given to another function is that code's business. A Close on some paths only is not told apart from one on all.",
	Example:  bodyExample,
}

// StatusRule: the status of an answer is looked at before its body is used.
var StatusRule = rule.Rule{
	ID: "response-status-unchecked", Title: "an upstream's body is used without a look at the status", Section: rule.Integration, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 13, True: 12, Disputed: 1},
	Supports: []rule.Section{rule.Errors},
	Why:      "An error page is decoded as if it were data: the caller goes on with zero values and reports success.",
	Fix:      "Check resp.StatusCode before reading the body, and return an error that names it.",
	Limits: "Only a body that is read in the function that sent the request is judged; where the function tests a field of the answer that says how " +
		"it went (Success, Errcode), the site is undecided. A client that turns statuses into errors is not known.",
	Example: statusExample,
}

// Analyzer reports BodyRule and StatusRule.
var Analyzer = &analysis.Analyzer{
	Name: "upstream", Doc: "check what becomes of the answers of other services\n\n" + BodyRule.Why, URL: BodyRule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, BodyRule, StatusRule)
	for f := range source.Functions(pass) {
		all := source.MadeBy(pass.TypesInfo, f.Body, isResponse)
		for i, m := range all {
			if !isHandshake(pass, m.Call) && !isHead(pass, m.Call) {
				judge(pass, r, f, m, turn(f, all, i))
			}
		}
	}
	return r.Result()
}

// span is a stretch of source.
type span struct{ from, to token.Pos }

// turn is the stretch in which a variable holds the response of a call: until the
// next one is put into it.
func turn(f source.Func, all []source.Made, i int) span {
	s := span{all[i].Call.End(), f.Body.End()}
	for _, other := range all {
		if other.Var == all[i].Var && other.Call.Pos() > s.from && other.Call.Pos() < s.to {
			s.to = other.Call.Pos()
		}
	}
	return s
}

// isHandshake knows websocket.Dial: the body of its response is read and closed
// by the library.
func isHandshake(pass *analysis.Pass, call *ast.CallExpr) bool {
	fn := web.Callee(pass.TypesInfo, call)
	return fn != nil && fn.Pkg() != nil && fn.Pkg().Name() == "websocket"
}

// isHead knows requests whose answer has no body.
func isHead(pass *analysis.Pass, call *ast.CallExpr) bool {
	name := web.Name(web.Callee(pass.TypesInfo, call))
	return name == "net/http.Head" || name == "net/http.Client.Head"
}

func isResponse(t types.Type) bool { return web.TypeName(t) == "net/http.Response" }

func judge(pass *analysis.Pass, r *diag.Reporter, f source.Func, m source.Made, held span) {
	if m.Blank {
		r.Report(BodyRule, m.Call, nil, "the response of %s is dropped with its body open: close it", source.Callee(m.Call))
		return
	}
	uses := source.UsesOf(pass.TypesInfo, f.Body, m.Var)
	if uses.Handed {
		r.Examine(BodyRule, 1)
		r.Examine(StatusRule, 1)
		return
	}
	name := m.Var.Name()
	_, closed := uses.Methods["Body.Close"]
	bodies := bodiesHanded(pass, f, m.Var, span{f.Body.Pos(), f.Body.End()})
	if closed || bodies == kept {
		r.Examine(BodyRule, 1)
	} else {
		r.Report(BodyRule, m.Call, nil, "%s.Body is never closed: defer %s.Body.Close()", name, name)
	}
	switch {
	case len(uses.Methods["StatusCode"])+len(uses.Methods["Status"]) > 0 || bodies == kept:
		r.Examine(StatusRule, 1)
	case bodies == read && bodiesHanded(pass, f, m.Var, held) != read:
		// The body that is read is that of another answer in the same variable.
	case bodies == read && saysItself(f):
		r.Undecided(StatusRule, m.Call, name+".StatusCode is not looked at, but a field of the answer that says how it went is")
	case bodies == read:
		r.Report(StatusRule, m.Call, nil, "%s.Body is read without a look at %s.StatusCode: check it first", name, name)
	}
}

// saysItself knows services that answer 200 always and say in a field of the body
// whether it went well, where the function tests such a field.
func saysItself(f source.Func) bool {
	found := false
	ast.Inspect(f.Body, func(n ast.Node) bool {
		var cond ast.Expr
		switch n := n.(type) {
		case *ast.IfStmt:
			cond = n.Cond
		case *ast.SwitchStmt:
			cond = n.Tag
		case *ast.ReturnStmt: // return answer.Success, nil
			for _, e := range n.Results {
				found = found || namesOutcome(e)
			}
		}
		if cond != nil {
			ast.Inspect(cond, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				found = found || ok && namesOutcome(e)
				return !found
			})
		}
		return !found
	})
	return found
}

// namesOutcome knows answer.Errcode, answer.Success and the like, but not a
// variable err or resp.StatusCode.
func namesOutcome(e ast.Expr) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	return ok && sel.Sel.Name != "StatusCode" && (names.Has(sel.Sel.Name, "err", "error", "errors", "errcode", "errmsg", "success", "code", "ok", "status") || strings.HasPrefix(strings.ToLower(sel.Sel.Name), "err"))
}

type handling int

const (
	none handling = iota
	read          // the body is decoded or copied here
	kept          // the body goes somewhere that may keep or close it
)

// readers take a body, read it and leave it open.
var readers = map[string]bool{
	"io.ReadAll": true, "io/ioutil.ReadAll": true, "io.LimitReader": true, "bufio.NewReader": true, "bufio.NewScanner": true,
	"encoding/json.NewDecoder": true, "encoding/xml.NewDecoder": true, "io.TeeReader": true, "encoding/csv.NewReader": true,
	"io.Copy": true, "io.CopyN": true, "io.ReadFull": true, "net/http.MaxBytesReader": true, "compress/gzip.NewReader": true,
	"golang.org/x/net/html.Parse": true,
}

// bodiesHanded finds what becomes of resp.Body.
func bodiesHanded(pass *analysis.Pass, f source.Func, v *types.Var, in span) handling {
	state := none
	for call := range allCalls(f) {
		for i, arg := range call.Args {
			if !isBodyOf(pass, arg, v) || arg.Pos() < in.from || in.to < arg.Pos() {
				continue
			}
			name := web.Name(web.Callee(pass.TypesInfo, call))
			switch {
			case name == "io.Copy" && i == 1 && strings.HasSuffix(source.Text(call.Args[0]), ".Discard"):
			case readers[name]:
				state = max(state, read)
			default:
				state = kept
			}
		}
	}
	if state == none && assignsBody(pass, f, v) {
		return kept
	}
	return state
}

func isBodyOf(pass *analysis.Pass, e ast.Expr, v *types.Var) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Body" && source.Object(pass.TypesInfo, sel.X) == v
}

// allCalls yields the calls of a function and of the literals in it.
func allCalls(f source.Func) func(func(*ast.CallExpr) bool) {
	return func(yield func(*ast.CallExpr) bool) {
		more := true
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && more {
				more = yield(call)
			}
			return more
		})
	}
}

// assignsBody knows body := resp.Body, return resp.Body and T{Body: resp.Body}.
func assignsBody(pass *analysis.Pass, f source.Func, v *types.Var) bool {
	found := false
	look := func(list ...ast.Expr) {
		for _, e := range list {
			found = found || isBodyOf(pass, e, v)
		}
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			look(n.Rhs...)
		case *ast.ReturnStmt:
			look(n.Results...)
		case *ast.KeyValueExpr:
			look(n.Value)
		}
		return !found
	})
	return found
}
