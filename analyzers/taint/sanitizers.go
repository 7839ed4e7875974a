package taint

import (
	"regexp"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// sanitizers are functions whose result is harmless: to every kind ("") or to
// those listed.
var sanitizers = map[string]string{
	"path/filepath.Base": "path", "path.Base": "path", "path/filepath.Ext": "path upload", "path.Ext": "path upload",
	"github.com/cyphar/filepath-securejoin.SecureJoin": "path", "path/filepath.Localize": "path", "os.CreateTemp": "path upload",
	"mime/multipart.Part.FileName": "path",
	"net/url.PathEscape":           "path url redirect html log", "net/url.QueryEscape": "path url redirect html log", "net/url.Values.Encode": "path url redirect html log",
	"net/url.URL.EscapedPath": "html log", "net/url.URL.Query": "", "net/url.URL.RequestURI": "log redirect url",
	"net/url.URL.String": "log", "html.EscapeString": "html", "html/template.HTMLEscapeString": "html", "html/template.HTMLEscaper": "html", "html/template.JSEscapeString": "html",
	"text/template.HTMLEscapeString": "html", "text/template.JSEscapeString": "html",
	"github.com/microcosm-cc/bluemonday.Policy.Sanitize": "html", "github.com/microcosm-cc/bluemonday.Policy.SanitizeBytes": "html",
	"encoding/json.Marshal": "html log", "encoding/json.MarshalIndent": "html", "strconv.Quote": "log", "strconv.QuoteToASCII": "log", "strings.Fields": "log",
	"github.com/lib/pq.QuoteIdentifier": "sql", "github.com/lib/pq.QuoteLiteral": "sql", "github.com/jackc/pgx.Identifier.Sanitize": "sql",
	"strconv.Itoa": "*", "strconv.FormatInt": "*", "strconv.FormatUint": "*", "strconv.FormatFloat": "*", "strconv.FormatBool": "*",
	"encoding/hex.EncodeToString": "*", "encoding/base64.Encoding.EncodeToString": "sql html log command",
	"unicode/utf8.RuneCountInString": "*", "net/http.StatusText": "*", "mime.TypeByExtension": "html",
}

func sanitizes(name string, kind Kind) bool {
	kinds, ok := sanitizers[name]
	if !ok {
		return false
	}
	if kinds == "*" {
		return true
	}
	for k := range strings.FieldsSeq(kinds) {
		if k == string(kind) {
			return true
		}
	}
	return false
}

// dangerous is what must be taken out of text for a kind; taking out the first
// of them is what programs do.
var dangerous = map[Kind]string{Log: "\n\r", HTML: "<", Path: "/\\"}

// replaces knows strings.ReplaceAll(s, "\n", " ") and a Replacer for the like.
func replaces(c *ssa.CallCommon, name string, kind Kind) bool {
	var olds []ssa.Value
	switch name {
	case "strings.ReplaceAll", "strings.Replace", "bytes.ReplaceAll":
		olds = c.Args[1:2]
	case "strings.Replacer.Replace":
		olds = replacerPairs(c.Args[0])
	default:
		return false
	}
	for _, old := range olds {
		text, ok := ssavalue.Text(old)
		if ok && text != "" && (strings.ContainsAny(dangerous[kind], text) || kind == Path && text == "..") {
			return true
		}
	}
	return false
}

// probes are harmful texts, one per kind, each with what makes it harmful.
var probes = map[Kind]struct{ text, harm string }{
	SQL: {"1' OR 1=1 --", "'"}, Command: {"x; id", ";"}, Path: {"../../etc/passwd", "../"}, URL: {"http://192.0.2.1/x", "://192.0.2.1"},
	Redirect: {"//example.org/x", "//"}, HTML: {"<img src=x onerror=alert(1)>", "<"}, Log: {"a\nb", "\n"},
}

// survives says that harmful text is still harmful when a known expression has
// been taken out of it. Of an expression that is not known nothing is said.
func survives(re ssa.Value, kind Kind) bool {
	text, ok := expression(re)
	probe, known := probes[kind]
	if !ok || !known {
		return false
	}
	compiled, err := regexp.Compile(text)
	return err == nil && strings.Contains(compiled.ReplaceAllString(probe.text, ""), probe.harm)
}

// expression is the constant behind a compiled expression.
func expression(v ssa.Value) (string, bool) {
	switch v := v.(type) {
	case *ssa.Call:
		if web.Name(ssavalue.Callee(v.Common())) == "regexp.MustCompile" {
			return ssavalue.Text(v.Call.Args[0])
		}
	case *ssa.UnOp:
		if set := initially(v.X); set != nil {
			return expression(set)
		}
	}
	return "", false
}

// initially is what a package-level variable is set to when the package starts.
func initially(v ssa.Value) ssa.Value {
	g, ok := v.(*ssa.Global)
	if !ok || g.Pkg.Func("init") == nil {
		return nil
	}
	for _, b := range g.Pkg.Func("init").Blocks {
		for _, instr := range b.Instrs {
			if store, ok := instr.(*ssa.Store); ok && store.Addr == g {
				return store.Val
			}
		}
	}
	return nil
}

// replacerPairs are the arguments of strings.NewReplacer behind a value.
func replacerPairs(v ssa.Value) []ssa.Value {
	switch v := v.(type) {
	case *ssa.Call:
		return ssavalue.Variadic(v.Call.Args[0])
	case *ssa.UnOp:
		if set := initially(v.X); set != nil {
			return replacerPairs(set)
		}
	}
	return nil
}
