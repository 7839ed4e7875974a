// Package credential reports passwords, keys and tokens that are written into
// the code, also as fallbacks for missing configuration.
package credential

import (
	_ "embed"
	"go/ast"
	"go/constant"
	"net/url"
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

// Rule: no secret stands in the code.
var Rule = rule.Rule{
	ID: "credential-hardcoded", Title: "a password, key or token is written into the code", Section: rule.Auth, Severity: rule.Blocker, Since: "1.0.0",
	Judged:   rule.Judged{Read: 20, True: 18, Disputed: 2},
	Supports: []rule.Section{rule.Security, rule.Secure, rule.Production},
	Why:      "Everybody who can read the repository can sign in or sign tokens, and a fallback is in use wherever the configuration is forgotten.",
	Fix:      "Read it from the environment or a secret store, and refuse to start when it is missing.",
	Limits: "What is a secret is read from names and from the shape of the text; folders of examples and test helpers are left out. A public " +
		"test key or a placeholder that nobody accepts is reported when it looks like the real thing. Known to be wrong when a vendor gives every client one published key.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "credential", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	j := &judge{pass: pass, report: diag.New(pass, Rule), seen: map[ast.Expr]bool{}}
	if !isForTests(pass) {
		for _, f := range diag.Files(pass) {
			ast.Inspect(f, j.visit)
		}
	}
	return j.report.Result()
}

// isForTests knows folders whose secrets protect nothing.
func isForTests(pass *analysis.Pass) bool {
	path := pass.Pkg.Path()
	if pass.Module != nil {
		path = strings.TrimPrefix(path, pass.Module.Path)
	}
	for _, part := range strings.Split(path, "/") {
		part = strings.TrimSuffix(part, "s")
		switch {
		case part == "example", part == "testing", strings.HasPrefix(part, "test"), strings.HasSuffix(part, "test") && part != "latest" && part != "contest":
			return true
		}
	}
	return diag.ForTests(pass)
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	seen   map[ast.Expr]bool
}

func (j *judge) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		j.call(n)
	case *ast.AssignStmt:
		for i, lhs := range n.Lhs {
			if len(n.Lhs) == len(n.Rhs) {
				j.named(names.Of(lhs), n.Rhs[i])
			}
		}
	case *ast.ValueSpec:
		for i, v := range n.Values {
			if len(n.Names) == len(n.Values) {
				j.named(n.Names[i].Name, v)
			}
		}
	case *ast.KeyValueExpr:
		j.named(names.Of(n.Key), n.Value)
	case *ast.BasicLit:
		j.address(n)
	}
	return true
}

func (j *judge) text(e ast.Expr) (string, bool) {
	// []byte("...") carries the text too.
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && len(call.Args) == 1 && j.pass.TypesInfo.Types[call.Fun].IsType() {
		e = call.Args[0]
	}
	v := j.pass.TypesInfo.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

// named judges a text that is put under a name.
func (j *judge) named(name string, value ast.Expr) {
	if !names.IsSecret(name) || notValue(name) {
		return
	}
	text, ok := j.text(value)
	if !ok || text == "" || j.seen[value] {
		return
	}
	j.seen[value] = true
	if looksSecret(name, text) {
		j.report.Report(Rule, value, nil, "%s is written into the code: read it from the environment and refuse to start without", name)
	}
}

// notValue knows names that speak of a secret without being one.
func notValue(name string) bool {
	return names.Has(name, "err", "error", "invalid", "missing", "msg", "message", "label", "title", "header", "field", "param", "path", "url", "type",
		"format", "regex", "pattern", "env", "flag", "column", "prefix", "cookie", "context", "ctx", "claim", "claims", "scope", "grant", "event",
		"template", "subject", "kind", "action", "permission", "table", "metric", "public", "next", "page", "reset", "forgot", "change", "update", "create")
}

func looksSecret(name, text string) bool {
	plain := func(s string) string { return strings.Join(names.Words(s), "") }
	switch {
	case len(text) < 4, strings.ContainsAny(text, "<>{}$%*\n"), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "http"), strings.HasPrefix(text, "X-"):
		return false
	case strings.Contains(text, ".") && count(text, "0123456789") == 0 && strings.ToLower(text) == text:
		return false // the key of a setting or of a translation
	case plain(text) == "" || strings.Contains(plain(name), plain(text)):
		return false
	case isKeyFor(plain(name), plain(text)):
		return false // JwtSecret = "jwtSecretKey", the key of a setting
	case strings.Contains(text, " "):
		return count(text, "!@#^&=+") > 1 && !strings.ContainsAny(text, ".,")
	}
	last := names.Words(name)[len(names.Words(name))-1]
	if last == "token" || last == "key" && !names.Has(name, "secret", "signing", "jwt", "private", "hmac") {
		return len(text) >= 16 && count(text, "0123456789") > 0 && letters(text) > 3 && !strings.ContainsAny(text, " .:/")
	}
	if names.Has(text, "password", "passwd", "token", "key") && !names.Has(name, "secret", "signing", "jwt", "private") {
		return count(text, "0123456789") > 0 && len(text) > 8 // else the name of a field or of a setting
	}
	return true
}

// isKeyFor knows a name that is written out as the key under which it is kept.
func isKeyFor(name, text string) bool {
	rest, ok := strings.CutPrefix(text, name)
	return ok && slices.Contains([]string{"key", "name", "id", "field"}, rest)
}

func count(s, set string) int {
	n := 0
	for _, c := range s {
		if strings.ContainsRune(set, c) {
			n++
		}
	}
	return n
}

func letters(s string) int {
	n := 0
	for _, c := range s {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			n++
		}
	}
	return n
}

// keyArgs are calls whose argument is a key: a literal there is a secret
// whatever its name.
var keyArgs = map[string]int{
	"github.com/golang-jwt/jwt.Token.SignedString": 0, "github.com/dgrijalva/jwt-go.Token.SignedString": 0,
	"crypto/hmac.New": 1, "github.com/gorilla/sessions.NewCookieStore": 0, "github.com/gin-contrib/sessions/cookie.NewStore": 0,
	"github.com/gorilla/securecookie.New": 0, "crypto/aes.NewCipher": 0, "github.com/gorilla/csrf.Protect": 0, "github.com/go-chi/jwtauth.New": 1,
}

func (j *judge) call(call *ast.CallExpr) {
	fn := web.Callee(j.pass.TypesInfo, call)
	name := web.Name(fn)
	if name == "os.Getenv" || name == "os.LookupEnv" {
		if text, ok := j.text(call.Args[0]); ok && names.IsSecret(text) {
			j.report.Examine(Rule, 1)
		}
		return
	}
	if i, ok := keyArgs[name]; ok && i < len(call.Args) {
		if text, ok := j.text(call.Args[i]); ok && text != "" {
			j.seen[call.Args[i]] = true
			j.report.Report(Rule, call.Args[i], nil, "the key given to %s is written into the code: read it from the environment", source.Callee(call))
		} else {
			j.report.Examine(Rule, 1)
		}
		return
	}
	j.fallback(call)
}

// fallback knows getenv("JWT_SECRET", "dev") and viper.SetDefault("jwt.secret", "dev").
func (j *judge) fallback(call *ast.CallExpr) {
	if len(call.Args) < 2 {
		return
	}
	if fn := web.Callee(j.pass.TypesInfo, call); fn != nil && fn.Signature().Variadic() && fn.Signature().Params().Len() == 1 {
		return // a list of names
	}
	id := names.Of(call.Fun)
	if !names.Has(id, "env", "getenv", "lookup", "default", "fallback", "getenvdefault") {
		return
	}
	key, ok := j.text(call.Args[0])
	if !ok || !names.IsSecret(key) {
		return
	}
	text, ok := j.text(call.Args[1])
	if !ok || text == "" {
		j.report.Examine(Rule, 1)
		return
	}
	j.seen[call.Args[1]] = true
	j.report.Report(Rule, call.Args[1], nil, "%s falls back to a value in the code: refuse to start without it", key)
}

// address knows scheme://user:password@host.
func (j *judge) address(lit *ast.BasicLit) {
	text, ok := j.text(lit)
	if !ok || !strings.Contains(text, "://") || !strings.Contains(text, "@") || strings.ContainsAny(text, " \n<{%$") {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return
	}
	password, set := u.User.Password()
	if !set || password == "" || slices.Contains([]string{"password", "pass", "pwd", "secret", "xxx", "xxxx", "xxxxx", "***"}, strings.ToLower(password)) && strings.Contains(u.Host, "example") {
		return
	}
	j.report.Report(Rule, lit, nil, "the address of %s carries a password: read it from the environment", u.Host)
}
