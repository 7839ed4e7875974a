// Package cookie reports session cookies that scripts or plain HTTP can reach.
package cookie

import (
	_ "embed"
	"go/ast"
	"go/constant"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: session cookies have HttpOnly, Secure and SameSite.
var Rule = rule.Rule{
	ID: "cookie-insecure", Title: "a session cookie lacks HttpOnly, Secure or SameSite", Section: rule.Auth, Severity: rule.Minor, Since: "1.0.0",
	Judged:   rule.Judged{Read: 2, True: 2},
	Supports: []rule.Section{rule.Security, rule.Secure},
	Why:      "A script that slips into a page reads the session, plain HTTP sends it in the clear, and other sites can use it.",
	Fix:      "Set HttpOnly: true, Secure: true and SameSite: http.SameSiteLaxMode (or Strict).",
	Limits: "A session cookie is told by its name; a cookie with a name that says nothing is not judged, nor one that is being deleted. Values " +
		"that are configured count as set.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "cookie", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for f := range source.Functions(pass) {
		j := &judge{pass: pass, report: r, f: f, scope: web.NewScope(pass.TypesInfo, f.Body), sent: map[*ast.CompositeLit]bool{}}
		source.Inspect(f.Body, j.visit)
	}
	return r.Result()
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	f      source.Func
	scope  *web.Scope
	// sent are cookies of requests to other services.
	sent map[*ast.CompositeLit]bool
}

func (j *judge) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		j.filled(n)
	case *ast.CompositeLit:
		if j.sent[n] {
			return true
		}
		switch web.TypeName(j.pass.TypesInfo.TypeOf(n)) {
		case "net/http.Cookie":
			j.literal(n, "HttpOnly", "Secure", "SameSite")
		case "github.com/gofiber/fiber.Cookie":
			j.literal(n, "HTTPOnly", "Secure") // SameSite is Lax by default
		}
	case *ast.CallExpr:
		if web.Name(web.Callee(j.pass.TypesInfo, n)) == "net/http.Request.AddCookie" {
			ast.Inspect(n, func(n ast.Node) bool {
				if lit, ok := n.(*ast.CompositeLit); ok {
					j.sent[lit] = true
				}
				return true
			})
		}
		if web.Name(web.Callee(j.pass.TypesInfo, n)) == "github.com/gin-gonic/gin.Context.SetCookie" && len(n.Args) == 7 {
			j.gin(n)
		}
	}
	return true
}

// filled judges a cookie that is made empty and filled field by field:
// c := new(http.Cookie); c.Name = "session".
func (j *judge) filled(as *ast.AssignStmt) {
	if len(as.Lhs) != 1 || len(as.Rhs) != 1 || !j.isEmptyCookie(as.Rhs[0]) {
		return
	}
	v := source.Object(j.pass.TypesInfo, as.Lhs[0])
	fields := map[string]ast.Expr{}
	ast.Inspect(j.f.Body, func(n ast.Node) bool {
		if set, ok := n.(*ast.AssignStmt); ok && len(set.Lhs) == len(set.Rhs) {
			for i, lhs := range set.Lhs {
				if sel, ok := lhs.(*ast.SelectorExpr); ok && v != nil && source.Object(j.pass.TypesInfo, sel.X) == v {
					fields[sel.Sel.Name] = set.Rhs[i]
				}
			}
		}
		return true
	})
	j.fields(as, fields, "HttpOnly", "Secure", "SameSite")
}

// isEmptyCookie knows new(http.Cookie) and &http.Cookie{}.
func (j *judge) isEmptyCookie(e ast.Expr) bool {
	if web.TypeName(j.pass.TypesInfo.TypeOf(e)) != "net/http.Cookie" {
		return false
	}
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok {
		e = u.X
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.CompositeLit:
		return len(e.Elts) == 0
	case *ast.CallExpr:
		id, ok := e.Fun.(*ast.Ident)
		return ok && id.Name == "new"
	}
	return false
}

func (j *judge) literal(lit *ast.CompositeLit, wanted ...string) {
	fields := map[string]ast.Expr{}
	for _, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			fields[source.Text(kv.Key)] = kv.Value
		}
	}
	j.fields(lit, fields, wanted...)
}

func (j *judge) fields(at analysis.Range, fields map[string]ast.Expr, wanted ...string) {
	if !j.isSession(fields["Name"], fields["Value"]) || j.deleted(fields) {
		return
	}
	var missing []string
	for _, name := range wanted {
		if (fields[name] == nil || j.isFalse(fields[name])) && !j.setLater(name) {
			missing = append(missing, name)
		}
	}
	j.verdict(at, fields["Name"], missing)
}

// gin judges c.SetCookie(name, value, maxAge, path, domain, secure, httpOnly).
func (j *judge) gin(call *ast.CallExpr) {
	if !j.isSession(call.Args[0], call.Args[1]) || j.isNegative(call.Args[2]) {
		return
	}
	var missing []string
	if j.isFalse(call.Args[6]) {
		missing = append(missing, "HttpOnly")
	}
	if j.isFalse(call.Args[5]) {
		missing = append(missing, "Secure")
	}
	j.verdict(call, call.Args[0], missing)
}

func (j *judge) verdict(at analysis.Range, name ast.Expr, missing []string) {
	if len(missing) == 0 {
		j.report.Examine(Rule, 1)
		return
	}
	j.report.Report(Rule, at, nil, "the cookie %s is set without %s", source.Text(name), strings.Join(missing, ", "))
}

var sessionWords = []string{"session", "sessionid", "sess", "sid", "token", "auth", "jwt", "access", "refresh", "login", "remember"}

// isSession reads what a cookie is for from its name and from what goes into it.
func (j *judge) isSession(name, value ast.Expr) bool {
	if name == nil {
		return false
	}
	text := j.scope.String(name) + " " + source.Text(name)
	if names.Has(text, "csrf", "xsrf") {
		return false // scripts must read it
	}
	return names.Has(text, sessionWords...) || value != nil && slices.ContainsFunc(names.Words(source.Text(value)), func(w string) bool {
		return w == "token" || w == "jwt" || w == "session"
	})
}

func (j *judge) deleted(fields map[string]ast.Expr) bool {
	if fields["Value"] != nil && j.pass.TypesInfo.Types[fields["Value"]].Value != nil {
		return true // a constant is no session
	}
	return fields["Value"] == nil || j.isNegative(fields["MaxAge"])
}

func (j *judge) isNegative(e ast.Expr) bool {
	if e == nil {
		return false
	}
	v := j.pass.TypesInfo.Types[e].Value
	return v != nil && v.Kind() == constant.Int && constant.Sign(v) < 0
}

func (j *judge) isFalse(e ast.Expr) bool {
	v := j.pass.TypesInfo.Types[e].Value
	return v != nil && v.Kind() == constant.Bool && !constant.BoolVal(v)
}

// setLater knows cookie.Secure = ... in the same function.
func (j *judge) setLater(field string) bool {
	found := false
	ast.Inspect(j.f.Body, func(n ast.Node) bool {
		if as, ok := n.(*ast.AssignStmt); ok {
			for i, lhs := range as.Lhs {
				sel, ok := lhs.(*ast.SelectorExpr)
				found = found || ok && sel.Sel.Name == field && len(as.Lhs) == len(as.Rhs) && !j.isFalse(as.Rhs[i])
			}
		}
		return !found
	})
	return found
}
