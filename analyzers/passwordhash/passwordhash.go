// Package passwordhash reports passwords that are stored or compared unsafely.
package passwordhash

import (
	_ "embed"
	"go/ast"
	"go/token"
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

// Rule: passwords are hashed with a slow function made for them.
var Rule = rule.Rule{
	ID: "password-hash-weak", Title: "a password is hashed fast, or compared as plain text", Section: rule.Auth, Severity: rule.Blocker, Since: "1.0.0",
	Judged:   rule.Judged{Read: 2, True: 2},
	Supports: []rule.Section{rule.Security, rule.Secure},
	Why:      "From a leaked table billions of guesses a second are tried against a fast digest; plain text needs none.",
	Fix:      "Use bcrypt (cost 10 or more), argon2id or scrypt, and their own comparison.",
	Limits: "What is a password is read from names. A digest taken before bcrypt, and the k-anonymity look-up of leaked passwords by SHA-1, " +
		"are not reported. A configured password that is compared as text, two records of one type that are compared outside of a sign-in, a " +
		"digest that a function sends to another service, and one scheme of several that a switch names are undecided. Known to be wrong when a protocol " +
		"prescribes the digest (Subsonic, Fever).",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "passwordhash", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

// slow functions are made for passwords.
var slow = map[string]bool{
	"golang.org/x/crypto/bcrypt.GenerateFromPassword": true, "golang.org/x/crypto/bcrypt.CompareHashAndPassword": true,
	"golang.org/x/crypto/argon2.IDKey": true, "golang.org/x/crypto/argon2.Key": true, "golang.org/x/crypto/scrypt.Key": true,
	"golang.org/x/crypto/pbkdf2.Key": true, "crypto/pbkdf2.Key": true,
	"github.com/alexedwards/argon2id.CreateHash": true, "github.com/alexedwards/argon2id.ComparePasswordAndHash": true,
}

// fast digests are not.
var fast = map[string]string{
	"crypto/md5.Sum": "MD5", "crypto/sha1.Sum": "SHA-1", "crypto/sha256.Sum256": "SHA-256", "crypto/sha256.Sum224": "SHA-224",
	"crypto/sha512.Sum512": "SHA-512", "crypto/sha512.Sum384": "SHA-384", "golang.org/x/crypto/sha3.Sum256": "SHA3-256",
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for f := range source.Functions(pass) {
		unchanged(pass, r, f)
		slowHere := usesSlow(pass, f)
		source.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				call(pass, r, f, n, slowHere)
			case *ast.BinaryExpr:
				comparison(pass, r, f, n)
			}
			return true
		})
	}
	return r.Result()
}

func usesSlow(pass *analysis.Pass, f source.Func) bool {
	for call := range source.Calls(f.Body) {
		if slow[web.Name(web.Callee(pass.TypesInfo, call))] {
			return true
		}
	}
	return false
}

func call(pass *analysis.Pass, r *diag.Reporter, f source.Func, call *ast.CallExpr, slowHere bool) {
	name := web.Name(web.Callee(pass.TypesInfo, call))
	switch {
	case name == "golang.org/x/crypto/bcrypt.GenerateFromPassword" && len(call.Args) == 2:
		if cost := web.NewScope(pass.TypesInfo, call).Int(call.Args[1]); cost > 0 && cost < 10 {
			r.Report(Rule, call, nil, "bcrypt with cost %d is too fast: use bcrypt.DefaultCost or more", cost)
			return
		}
		r.Examine(Rule, 1)
	case slow[name]:
		r.Examine(Rule, 1)
	case fast[name] != "" && !slowHere && len(call.Args) == 1 && (holdsPassword(call.Args[0]) || hashes(f) && holdsParam(pass, f, call.Args[0])):
		if why := prescribed(pass, f, call); why != "" {
			r.Undecided(Rule, call, fast[name]+" hashes "+source.Text(call.Args[0])+", "+why)
			return
		}
		r.Report(Rule, call, nil, "%s hashes %s, which is fast to guess: use bcrypt, argon2id or scrypt", fast[name], source.Text(call.Args[0]))
	case (name == "io.WriteString" || name == "hash.Hash.Write" || name == "io.Writer.Write") && !slowHere:
		written(pass, r, f, call)
	}
}

// hashes knows functions that are called for hashing a password.
func hashes(f source.Func) bool {
	return f.Decl != nil && names.Has(f.Name(), "hash", "encrypt", "digest", "hashed") && names.Has(f.Name(), "password", "passwd", "pwd", "pass")
}

// holdsParam reports whether one of the function's strings or byte slices is in e.
func holdsParam(pass *analysis.Pass, f source.Func, e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && isParam(pass, f, id)
		return !found
	})
	return found
}

func isParam(pass *analysis.Pass, f source.Func, id *ast.Ident) bool {
	return slices.ContainsFunc(f.Params(), func(p *ast.Ident) bool {
		return p != nil && pass.TypesInfo.Defs[p] != nil && pass.TypesInfo.Uses[id] == pass.TypesInfo.Defs[p]
	})
}

// unchanged reports a function that is called for hashing and returns what it was
// given.
func unchanged(pass *analysis.Pass, r *diag.Reporter, f source.Func) {
	if !hashes(f) || len(f.Body.List) != 1 {
		return
	}
	ret, ok := f.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) == 0 {
		return
	}
	value := ast.Unparen(ret.Results[0])
	if conv, ok := value.(*ast.CallExpr); ok && len(conv.Args) == 1 && pass.TypesInfo.Types[conv.Fun].IsType() {
		value = ast.Unparen(conv.Args[0])
	}
	if id, ok := value.(*ast.Ident); ok && isParam(pass, f, id) {
		r.Report(Rule, ret, nil, "%s returns %s as it came: use bcrypt, argon2id or scrypt", f.Name(), id.Name)
	}
}

// written knows h := sha256.New(); h.Write([]byte(password)).
func written(pass *analysis.Pass, r *diag.Reporter, f source.Func, call *ast.CallExpr) {
	target, text := web.Receiver(call), call.Args[len(call.Args)-1]
	if len(call.Args) == 2 {
		target = call.Args[0]
	}
	if target == nil || !holdsPassword(text) && !(hashes(f) && holdsParam(pass, f, text)) {
		return
	}
	if t := web.TypeName(pass.TypesInfo.TypeOf(target)); t == "hash.Hash" {
		r.Report(Rule, call, nil, "a digest hashes %s, which is fast to guess: use bcrypt, argon2id or scrypt", source.Text(text))
	}
}

// holdsPassword looks for a password in what is hashed: password, salt+password,
// []byte(u.Password).
func holdsPassword(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found = found || names.IsPassword(n.Sel.Name)
			return false
		case *ast.Ident:
			found = found || names.IsPassword(n.Name)
		}
		return !found
	})
	return found
}

// comparison judges a == b where both are passwords: what is stored is then the
// password itself. Repeated entries (password, confirmation) are two inputs.
func comparison(pass *analysis.Pass, r *diag.Reporter, f source.Func, b *ast.BinaryExpr) {
	if b.Op != token.EQL && b.Op != token.NEQ || !source.IsString(pass.TypesInfo.TypeOf(b.X)) {
		return
	}
	if source.IsConstant(pass.TypesInfo, b.X) || source.IsConstant(pass.TypesInfo, b.Y) {
		return
	}
	x, y := names.Of(b.X), names.Of(b.Y)
	if !names.IsPassword(x) || !names.IsPassword(y) || repeated(x) || repeated(y) {
		return
	}
	switch {
	case sameRecord(pass, b.X, b.Y) && (!signsIn(f) || names.Has(source.Text(b.X)+" "+source.Text(b.Y), "old", "new", "before", "after", "previous", "updated")):
		r.Undecided(Rule, b, "the passwords of two records of one type are compared, perhaps to see what changed")
	case configured(pass, b.X), configured(pass, b.Y):
		r.Undecided(Rule, b, "a password that is configured, not stored for a user, is compared as text")
	default:
		r.Report(Rule, b, nil, "%s is compared with %s as plain text: store a hash and use its comparison", source.Text(b.X), source.Text(b.Y))
	}
}

// sameRecord knows a.Password == b.Password where a and b are of one type.
func sameRecord(pass *analysis.Pass, x, y ast.Expr) bool {
	field := source.Object(pass.TypesInfo, x)
	v, ok := field.(*types.Var)
	return ok && v.IsField() && field == source.Object(pass.TypesInfo, y)
}

// signsIn knows handlers, and functions whose name says that somebody signs in.
func signsIn(f source.Func) bool {
	if _, handler := web.IsHandler(f.Sig); handler {
		return true
	}
	return names.Has(f.Name(), "login", "signin", "sign", "auth", "authenticate", "authorize", "verify", "check", "validate", "password")
}

// configured reports whether an expression reads a configuration, by the names
// on the way to it and the types that carry them.
func configured(pass *analysis.Pass, e ast.Expr) bool {
	words := []string{"config", "configuration", "conf", "cfg", "settings", "setting", "option", "options", "opts", "env", "flags"}
	for {
		sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
		if !ok {
			return names.Has(names.Of(e), words...)
		}
		e = sel.X
		if names.Has(sel.Sel.Name, words...) || names.Has(web.TypeName(pass.TypesInfo.TypeOf(e)), words...) {
			return true
		}
	}
}

// prescribed says why another may have chosen the digest; empty where nothing
// hints at that.
func prescribed(pass *analysis.Pass, f source.Func, call *ast.CallExpr) string {
	why := ""
	source.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CaseClause:
			if n.Pos() <= call.Pos() && call.End() <= n.End() && slices.ContainsFunc(n.List, func(e ast.Expr) bool { return source.IsConstant(pass.TypesInfo, e) }) {
				why = "which is one of several schemes here"
			}
		case *ast.SelectorExpr:
			if obj := pass.TypesInfo.Uses[n.Sel]; obj != nil && obj.Pkg() != nil && sends[obj.Pkg().Path()+"."+obj.Name()] {
				why = "and the function sends a request, whose receiver may prescribe it"
			}
		}
		return why == ""
	})
	return why
}

// sends are names that occur where a request to another service is made.
var sends = map[string]bool{
	"net/http.NewRequest": true, "net/http.NewRequestWithContext": true, "net/http.MethodPost": true, "net/http.MethodGet": true,
	"net/http.Post": true, "net/http.PostForm": true, "net/url.Values": true,
}

func repeated(name string) bool {
	return names.Has(name, "confirm", "confirmation", "confirmed", "repeat", "repeated", "again", "verify", "new", "old", "current", "second", "2", "retype", "hash", "hashed", "encrypted")
}
