// Package cryptoweak reports broken ciphers and digests where they protect something.
package cryptoweak

import (
	_ "embed"
	"go/ast"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: no broken primitives.
var Rule = rule.Rule{
	ID: "crypto-weak", Title: "a broken cipher, digest or key size protects something", Section: rule.Security, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 1, True: 1},
	Supports: []rule.Section{rule.Secure},
	Why:      "DES and RC4 are decrypted, MD5 and SHA-1 are collided, short RSA keys are factored: what they protect is open.",
	Fix:      "Use AES-GCM or ChaCha20-Poly1305, SHA-256 or better, RSA keys of at least 2048 bits.",
	Limits: "MD5 and SHA-1 are undecided where nothing nearby says that they protect something: for checksums they are fine. HMAC with SHA-1 " +
		"is not broken and not reported. Password hashing has a rule of its own.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "cryptoweak", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

// broken ciphers have no good use.
var broken = map[string]string{
	"crypto/des.NewCipher": "DES", "crypto/des.NewTripleDESCipher": "3DES", "crypto/rc4.NewCipher": "RC4",
	"golang.org/x/crypto/blowfish.NewCipher": "Blowfish", "golang.org/x/crypto/md4.New": "MD4",
}

// digests are broken for signatures, and good enough for checksums.
var digests = map[string]string{
	"crypto/md5.New": "MD5", "crypto/md5.Sum": "MD5", "crypto/sha1.New": "SHA-1", "crypto/sha1.Sum": "SHA-1",
}

// sound primitives count as sites that satisfy the rule.
var sound = map[string]bool{
	"crypto/aes.NewCipher": true, "crypto/sha256.New": true, "crypto/sha256.Sum256": true, "crypto/sha512.New": true, "crypto/sha512.Sum512": true,
	"golang.org/x/crypto/chacha20poly1305.New": true, "golang.org/x/crypto/chacha20poly1305.NewX": true,
	"crypto/ed25519.GenerateKey": true, "crypto/ecdsa.GenerateKey": true, "crypto/hmac.New": true,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	for f := range source.Functions(pass) {
		for call := range source.Calls(f.Body) {
			name := web.Name(web.Callee(pass.TypesInfo, call))
			switch {
			case broken[name] != "":
				r.Report(Rule, call, nil, "%s is broken: use AES-GCM or ChaCha20-Poly1305", broken[name])
			case digests[name] != "" && names.Has(f.Name()+" "+argNames(call), "password", "passwd"):
				// password-hash-weak has it
			case digests[name] != "" && !names.Has(argNames(call), guarded...) && names.Has(f.Name(), "sign", "signature"):
				r.Undecided(Rule, call, digests[name]+" is part of what "+f.Name()+" does; a partner's protocol may prescribe it")
			case digests[name] != "" && protects(f, call):
				r.Report(Rule, call, nil, "%s protects %s and is broken: use SHA-256 or HMAC", digests[name], what(f, call))
			case digests[name] != "":
				r.Undecided(Rule, call, digests[name]+" is fine for checksums only, and nothing here says what it is for")
			case name == "crypto/rsa.GenerateKey" && len(call.Args) == 2:
				rsa(pass, r, call)
			case sound[name]:
				r.Examine(Rule, 1)
			}
		}
	}
	return r.Result()
}

func rsa(pass *analysis.Pass, r *diag.Reporter, call *ast.CallExpr) {
	bits := web.NewScope(pass.TypesInfo, call).Int(call.Args[1])
	if bits > 0 && bits < 2048 {
		r.Report(Rule, call, nil, "an RSA key of %d bits can be factored: use 2048 or more", bits)
		return
	}
	r.Examine(Rule, 1)
}

var guarded = []string{"token", "secret", "signature", "sign", "session", "auth", "credential", "apikey", "nonce"}

func argNames(call *ast.CallExpr) string {
	s := ""
	for _, a := range call.Args {
		ast.Inspect(a, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				s += " " + id.Name
			}
			return true
		})
	}
	return s
}

func protects(f source.Func, call *ast.CallExpr) bool {
	return names.Has(argNames(call), guarded...) || names.Has(f.Name(), guarded...)
}

func what(f source.Func, call *ast.CallExpr) string {
	if names.Has(argNames(call), guarded...) {
		return source.Text(call.Args[0])
	}
	return "what " + f.Name() + " makes"
}
