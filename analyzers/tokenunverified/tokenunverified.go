// Package tokenunverified reports JSON Web Tokens that are trusted too early.
package tokenunverified

import (
	_ "embed"
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: tokens are parsed with a key and a pinned algorithm, and expire.
var Rule = rule.Rule{
	ID: "token-unverified", Title: "a token is accepted without a full check, or never expires", Section: rule.Auth, Severity: rule.Blocker, Since: "1.0.0",
	Judged:   rule.Judged{Read: 1, True: 1},
	Supports: []rule.Section{rule.Security, rule.Secure},
	Why:      "A token whose algorithm the sender chooses can be forged; one that never expires stays valid once stolen.",
	Fix:      "Pass jwt.WithValidMethods (or check token.Method in the key function), never ParseUnverified for a decision, and set an expiry.",
	Limits: "golang-jwt and its predecessors are known; other libraries are not. Without a named algorithm, a key of a public-key type satisfies the " +
		"rule, since it fits one family; a secret of bytes, a key function that is made elsewhere, and a key that may be of any type are undecided, and so is " +
		"ParseUnverified, which is right for reading a hint before the real check. Where the function reads the times of the token itself, WithoutClaimsValidation " +
		"is undecided. Known to be wrong when a token is of use once only (a logout event).",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "tokenunverified", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	j := &judge{pass: pass, report: diag.New(pass, Rule), decls: map[types.Object]*ast.FuncDecl{}, said: map[*ast.CompositeLit]bool{}}
	for _, f := range diag.Files(pass) {
		for _, d := range f.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok {
				j.decls[pass.TypesInfo.Defs[decl.Name]] = decl
			}
		}
	}
	for f := range source.Functions(pass) {
		j.f = f
		j.scope = web.NewScope(pass.TypesInfo, f.Body)
		for call := range source.Calls(f.Body) {
			j.call(call)
		}
		source.Inspect(f.Body, func(n ast.Node) bool {
			if as, ok := n.(*ast.AssignStmt); ok {
				j.assigned(as)
			}
			return true
		})
	}
	return j.report.Result()
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	decls  map[types.Object]*ast.FuncDecl
	f      source.Func
	scope  *web.Scope
	// said are the claims that were judged; two calls may sign the same ones.
	said map[*ast.CompositeLit]bool
}

// library cuts the import paths of golang-jwt and its predecessors.
func library(name string) (string, bool) {
	for _, path := range []string{"github.com/golang-jwt/jwt.", "github.com/dgrijalva/jwt-go.", "github.com/form3tech-oss/jwt-go."} {
		if rest, ok := strings.CutPrefix(name, path); ok {
			return rest, true
		}
	}
	return "", false
}

func (j *judge) call(call *ast.CallExpr) {
	name, ok := library(web.Name(web.Callee(j.pass.TypesInfo, call)))
	if !ok {
		return
	}
	switch name {
	case "Parse", "Parser.Parse":
		j.parse(call, 1)
	case "ParseWithClaims", "Parser.ParseWithClaims":
		j.parse(call, 2)
	case "Parser.ParseUnverified":
		j.report.Undecided(Rule, call, "ParseUnverified checks no signature; whether its claims decide anything is not known")
	case "WithoutClaimsValidation":
		if j.readsTimes() {
			j.report.Undecided(Rule, call, "WithoutClaimsValidation is used where nothing is verified, or where the times of the token are read by hand")
			return
		}
		j.report.Report(Rule, call, nil, "WithoutClaimsValidation accepts expired tokens: remove it")
	case "NewWithClaims":
		if len(call.Args) == 2 {
			j.claims(call.Args[1])
		}
	}
}

// parse judges the key function at an index and the options after it.
func (j *judge) parse(call *ast.CallExpr, key int) {
	if len(call.Args) <= key {
		return
	}
	if j.pinned(call, key) {
		j.report.Examine(Rule, 1)
		return
	}
	body := j.keyFunction(call.Args[key])
	switch {
	case body == nil:
		j.report.Undecided(Rule, call, "the key function "+source.Text(call.Args[key])+" is made elsewhere")
	case j.acceptsUnsigned(body):
		j.report.Report(Rule, call, nil, "the key function of %s accepts tokens without a signature: never return UnsafeAllowNoneSignatureType", source.Callee(call))
	case looksAtMethod(body):
		j.report.Examine(Rule, 1)
	case j.keyType(body) == publicKey:
		j.report.Examine(Rule, 1)
	case j.keyType(body) == anyKey:
		j.report.Undecided(Rule, call, source.Callee(call)+" names no algorithm, and of what type the key is, which limits them, is not known")
	default:
		j.report.Undecided(Rule, call, source.Callee(call)+" names no algorithm: every HMAC of that secret is accepted, and no other")
	}
}

// pinned knows options that fix the algorithm, on the call or on the parser.
func (j *judge) pinned(call *ast.CallExpr, key int) bool {
	for _, opt := range call.Args[key+1:] {
		if c, ok := j.scope.Resolve(opt).(*ast.CallExpr); ok && strings.HasSuffix(web.Name(web.Callee(j.pass.TypesInfo, c)), ".WithValidMethods") {
			return true
		}
	}
	recv := web.Receiver(call)
	if recv == nil {
		return false
	}
	made := j.scope.Resolve(recv)
	found := false
	ast.Inspect(made, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			found = found || strings.HasSuffix(web.Name(web.Callee(j.pass.TypesInfo, n)), ".WithValidMethods")
		case *ast.KeyValueExpr:
			found = found || source.Text(n.Key) == "ValidMethods"
		}
		return !found
	})
	return found
}

// keyFunction is the body of a literal, or of a function or method of the package.
func (j *judge) keyFunction(e ast.Expr) ast.Node {
	switch x := j.scope.Resolve(e).(type) {
	case *ast.FuncLit:
		return x.Body
	case *ast.CallExpr: // a conversion, or a function that makes it
		if len(x.Args) == 1 && j.pass.TypesInfo.Types[x.Fun].IsType() {
			return j.keyFunction(x.Args[0])
		}
		if decl := j.decls[source.Object(j.pass.TypesInfo, x.Fun)]; decl != nil {
			return decl.Body
		}
	case *ast.Ident, *ast.SelectorExpr:
		if decl := j.decls[source.Object(j.pass.TypesInfo, x)]; decl != nil {
			return decl.Body
		}
	}
	return nil
}

// readsTimes reports whether the function checks nothing, or when the token was
// issued or expires.
func (j *judge) readsTimes() bool {
	found := false
	ast.Inspect(j.f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			switch n.Sel.Name {
			case "ParseUnverified", "ExpiresAt", "IssuedAt", "NotBefore", "GetExpirationTime", "GetIssuedAt":
				found = true
			}
		case *ast.BasicLit:
			found = found || n.Value == `"exp"` || n.Value == `"iat"` || n.Value == `"nbf"`
		}
		return !found
	})
	return found
}

// keyKind is what the type of a key says about the algorithms that accept it.
type keyKind int

const (
	secretKey keyKind = iota // bytes, which every HMAC accepts
	publicKey                // accepted by one family only
	anyKey                   // an interface
)

// keyType looks at the keys that a key function returns.
func (j *judge) keyType(body ast.Node) keyKind {
	kind := publicKey
	ast.Inspect(body, func(n ast.Node) bool { // a function may return the key function
		ret, ok := n.(*ast.ReturnStmt)
		if !ok || len(ret.Results) == 0 || source.IsNil(j.pass.TypesInfo, ret.Results[0]) {
			return true
		}
		t := j.pass.TypesInfo.TypeOf(ret.Results[0])
		if tuple, ok := t.(*types.Tuple); ok && tuple.Len() > 0 {
			t = tuple.At(0).Type()
		}
		if _, function := t.Underlying().(*types.Signature); function {
			return true
		}
		switch {
		case types.IsInterface(t):
			kind = anyKey
		case kind == publicKey && !strings.HasPrefix(web.TypeName(t), "crypto/"):
			kind = secretKey
		}
		return true
	})
	return kind
}

// acceptsUnsigned knows a key function that returns the key of the algorithm "none".
func (j *judge) acceptsUnsigned(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if obj := j.pass.TypesInfo.Uses[id]; ok && obj != nil && obj.Pkg() != nil && obj.Name() == "UnsafeAllowNoneSignatureType" {
			found = true
		}
		return !found
	})
	return found
}

// looksAtMethod knows token.Method and token.Header["alg"]. A key chosen by the
// header's key id is looked up by somebody who knows its type.
func looksAtMethod(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			switch sel.Sel.Name {
			case "Method", "Header", "Alg":
				found = true
			}
		}
		return !found
	})
	return found
}

// assigned knows token.Claims = jwt.MapClaims{...}, after jwt.New.
func (j *judge) assigned(as *ast.AssignStmt) {
	for i, lhs := range as.Lhs {
		sel, ok := lhs.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Claims" || len(as.Lhs) != len(as.Rhs) {
			continue
		}
		if name, ok := library(web.TypeName(j.pass.TypesInfo.TypeOf(sel.X))); ok && name == "Token" {
			j.claims(as.Rhs[i])
		}
	}
}

// claims judges an issued token: it must expire.
func (j *judge) claims(given ast.Expr) {
	arg := j.scope.Resolve(given)
	if u, ok := arg.(*ast.UnaryExpr); ok {
		arg = u.X
	}
	lit, ok := arg.(*ast.CompositeLit)
	if !ok {
		return // made elsewhere
	}
	_, isMap := j.pass.TypesInfo.TypeOf(lit).Underlying().(*types.Map)
	if expires(lit) || j.expiresLater(given) {
		j.report.Examine(Rule, 1)
		return
	}
	if j.said[lit] {
		return
	}
	j.said[lit] = true
	if isMap || embedsRegistered(j.pass.TypesInfo.TypeOf(lit)) {
		j.report.Report(Rule, lit, nil, "the token made here never expires: set exp")
	}
}

// expires looks for exp or ExpiresAt anywhere in the literal.
func expires(lit *ast.CompositeLit) bool {
	found := false
	ast.Inspect(lit, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			key := strings.Trim(source.Text(n.Key), "\"`")
			found = found || key == "exp" || key == "ExpiresAt" || key == "Expiry"
			// Claims that are made elsewhere may carry it.
			if _, isLit := n.Value.(*ast.CompositeLit); !isLit && (key == "RegisteredClaims" || key == "StandardClaims") {
				found = true
			}
		}
		return !found
	})
	return found
}

// expiresLater knows claims["exp"] = ... and claims.ExpiresAt = ...
func (j *judge) expiresLater(claims ast.Expr) bool {
	obj := source.Object(j.pass.TypesInfo, claims)
	if obj == nil {
		return false
	}
	found := false
	ast.Inspect(j.f.Body, func(n ast.Node) bool {
		as, ok := n.(*ast.AssignStmt)
		if !ok {
			return true
		}
		for _, lhs := range as.Lhs {
			switch x := lhs.(type) {
			case *ast.IndexExpr:
				found = found || source.Object(j.pass.TypesInfo, x.X) == obj && strings.Contains(source.Text(x.Index), "exp")
			case *ast.SelectorExpr:
				found = found || strings.HasPrefix(x.Sel.Name, "Expir")
			}
		}
		return true
	})
	return found
}

func embedsRegistered(t types.Type) bool {
	if name := web.TypeName(t); strings.HasSuffix(name, ".RegisteredClaims") || strings.HasSuffix(name, ".StandardClaims") {
		return true
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if f.Embedded() && (f.Name() == "RegisteredClaims" || f.Name() == "StandardClaims") {
			return true
		}
	}
	return false
}
